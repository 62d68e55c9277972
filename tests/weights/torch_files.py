"""PyTorch checkpoint files, byte by byte and without torch: good ones, and ones it never writes."""

import pickle
import struct
import zipfile

import numpy as np

STORAGES = {
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "float16": "HalfStorage",
    "bfloat16": "BFloat16Storage",
    "int64": "LongStorage",
    "bool": "BoolStorage",
}


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value: int) -> bytes:
    return pickle.dumps(value, 2)[2:-1]


def numbers(values) -> bytes:
    return b"(" + b"".join(map(integer, values)) + b"t"


def name_of(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


ORDERED_DICT = name_of("collections", "OrderedDict") + b")R"


def storage(key: str, dtype: str, size: int, is_legacy=False) -> bytes:
    view = b"N" if is_legacy else b""
    kind = name_of("torch", STORAGES[dtype])
    return b"(" + text("storage") + kind + text(key) + text("cpu") + integer(size) + view + b"tQ"


def tensor(key, dtype, size, offset, shape, strides, is_legacy=False) -> bytes:
    parts = (
        storage(key, dtype, size, is_legacy) + integer(offset) + numbers(shape) + numbers(strides)
    )
    rebuild = name_of("torch._utils", "_rebuild_tensor_v2")
    return rebuild + b"(" + parts + b"\x89" + ORDERED_DICT + b"tR"


def parameter(value: bytes) -> bytes:
    return (
        name_of("torch._utils", "_rebuild_parameter")
        + b"("
        + value
        + b"\x89"
        + ORDERED_DICT
        + b"tR"
    )


def strides_of(shape) -> tuple[int, ...]:
    return tuple(int(np.prod(shape[i + 1 :])) for i in range(len(shape)))


def state_dict(entries: dict[str, bytes]) -> bytes:
    items = b"".join(text(name) + value for name, value in entries.items())
    return b"\x80\x02" + ORDERED_DICT + b"(" + items + b"u."


def tensors_of(arrays: dict, is_legacy=False) -> dict[str, bytes]:
    return {
        name: tensor(str(i), a.dtype.name, a.size, 0, a.shape, strides_of(a.shape), is_legacy)
        for i, (name, a) in enumerate(arrays.items())
    }


def write_zip(path, program: bytes, storages: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", program)
        archive.writestr("archive/byteorder", "little")
        for key, data in storages.items():
            archive.writestr(f"archive/data/{key}", data)


def write_arrays(path, arrays: dict) -> None:
    data = {str(i): a.tobytes() for i, a in enumerate(arrays.values())}
    write_zip(path, state_dict(tensors_of(arrays)), data)


def write_legacy(path, arrays: dict) -> None:
    """The layout of torch before 1.6."""
    with open(path, "wb") as file:
        for value in (
            0x1950A86A20F9469CFC6C,
            1001,
            {"protocol_version": 1001, "little_endian": True},
        ):
            pickle.dump(value, file, 2)
        file.write(state_dict(tensors_of(arrays, is_legacy=True)))
        pickle.dump([str(i) for i in range(len(arrays))], file, 2)
        for array in arrays.values():
            file.write(struct.pack("<q", array.size) + array.tobytes())
