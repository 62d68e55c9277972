"""Reading `pytorch_model.bin` without torch, and without executing anything that the file asks for.

`torch.save` writes a pickle, and a pickle is a program. This reader runs it with every global
refused but the handful that rebuild tensors, which stand for inert placeholders here. Both of
torch's layouts are read:

- since torch 1.6 a zip archive: `<name>/data.pkl` refers to storages by key, `<name>/data/<key>`
  holds their bytes;
- before that one stream: a magic number, a protocol version, system information, the pickle, the
  list of storage keys, then for each storage its number of elements and its bytes.

Source: the layouts as `torch/serialization.py` documents them.
"""

import io
import math
import pickle
import struct
import sys
import zipfile
from pathlib import Path
from typing import ClassVar, NamedTuple

import ml_dtypes
import numpy as np

from albert_tf.errors import CheckpointError
from albert_tf.weights.foreign import one_line
from albert_tf.weights.state_dict import find_state_dict

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
LONGEST_NAME = 200
MOST_COPIES = 4
"""How often over the tensors may add up to the file's size: tied ones are stored once."""

STORAGE_DTYPES = {
    "DoubleStorage": np.dtype(np.float64),
    "FloatStorage": np.dtype(np.float32),
    "HalfStorage": np.dtype(np.float16),
    "BFloat16Storage": np.dtype(ml_dtypes.bfloat16),
    "LongStorage": np.dtype(np.int64),
    "IntStorage": np.dtype(np.int32),
    "ShortStorage": np.dtype(np.int16),
    "CharStorage": np.dtype(np.int8),
    "ByteStorage": np.dtype(np.uint8),
    "BoolStorage": np.dtype(np.bool_),
}


class _StorageType(NamedTuple):
    """Stands for a class such as `torch.FloatStorage`."""

    dtype: np.dtype


class _Storage(NamedTuple):
    """A run of elements that tensors are views of, not read yet."""

    key: str
    dtype: np.dtype
    size: int


class _Tensor(NamedTuple):
    """A view into a storage, counted in elements; nothing in it is checked yet."""

    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple

    def view(self, elements: np.ndarray) -> np.ndarray:
        """Returns the tensor, given the elements of its storage."""
        counts = (self.offset, *self.shape, *self.strides)
        if (
            not all(type(n) is int and n >= 0 for n in counts)
            or elements.dtype != self.storage.dtype
        ):
            raise pickle.UnpicklingError("malformed tensor")
        if 0 in self.shape:
            return np.empty(self.shape, elements.dtype)
        # The numbers come from the file: a view that leaves its storage would read foreign memory.
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        if last >= elements.size or math.prod(self.shape) > elements.size:
            raise pickle.UnpicklingError("a tensor reaches outside its storage")
        strides = [s * elements.itemsize for s in self.strides]
        return np.lib.stride_tricks.as_strided(
            elements[self.offset :], self.shape, strides, writeable=False
        )


class _RebuildTensor:
    """Stands for `torch._utils._rebuild_tensor_v2`; no attributes that a pickle could alter."""

    __slots__ = ()

    def __call__(self, storage, offset, shape, strides, *_):
        if not isinstance(storage, _Storage):
            raise pickle.UnpicklingError("malformed tensor")
        return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _RebuildParameter:
    """Stands for `torch._utils._rebuild_parameter`: a parameter is its tensor."""

    __slots__ = ()

    def __call__(self, tensor, *_):
        return tensor


def _ordered_dict(pairs=()):
    """Stands for `collections.OrderedDict`; Python 2 pickled it with its pairs."""
    entries = {}
    for name, value in pairs:
        _set_entry(entries, name, value)
    return entries


def _set_entry(entries, name, value) -> None:
    # Hashing a deeply nested tuple would overflow the stack of the process; no state dict has one.
    if type(entries) is not dict or not isinstance(name, str | int):
        raise pickle.UnpicklingError("malformed dictionary")
    entries[name] = value


ADMITTED = {
    ("collections", "OrderedDict"): _ordered_dict,
    ("torch._utils", "_rebuild_tensor"): _RebuildTensor(),
    ("torch._utils", "_rebuild_tensor_v2"): _RebuildTensor(),
    ("torch._utils", "_rebuild_parameter"): _RebuildParameter(),
    **{("torch", name): _StorageType(dtype) for name, dtype in STORAGE_DTYPES.items()},
}
"""Everything that a pickle may name, and what stands for it."""

OPCODES = (
    "PROTO FRAME STOP MARK POP POP_MARK GLOBAL STACK_GLOBAL INST BINPERSID REDUCE "
    "EMPTY_DICT EMPTY_LIST EMPTY_TUPLE LIST TUPLE TUPLE1 TUPLE2 TUPLE3 APPEND APPENDS "
    "PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET NONE NEWTRUE NEWFALSE "
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT "
    "STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8"
).split()
"""The instructions that state dicts need and that can be left as they are in `pickle`."""


# In Python rather than C: the C unpickler's memo is an array, which one instruction can blow up to
# gigabytes, and only this one lets single instructions be replaced.
class _TensorUnpickler(pickle._Unpickler):
    """Unpickles a state dict into placeholders; a global outside `ADMITTED` raises.

    Its `dtypes` are those of all storages, by key.
    """

    def __init__(self, file, path: Path):
        super().__init__(file, encoding="utf-8")
        self._path = path
        self.dtypes: dict[str, np.dtype] = {}

    def find_class(self, module, name):
        if (module, name) not in ADMITTED:
            raise CheckpointError(
                f"{self._path} asks for the Python object {_printable(f'{module}.{name}')}, which "
                "no state dict of tensors needs; nothing was executed; do not trust this file, and "
                "ask its author for a model.safetensors"
            )
        return ADMITTED[module, name]

    def persistent_load(self, pid):
        kind, storage_type, key, _location, size, *rest = pid
        is_view = bool(rest) and rest[0] is not None
        if kind != "storage" or not isinstance(storage_type, _StorageType) or is_view:
            raise pickle.UnpicklingError("malformed storage")
        if type(size) is not int or size < 0 or not isinstance(key, str):
            raise pickle.UnpicklingError("malformed storage")
        self.dtypes[key] = storage_type.dtype
        return _Storage(key, storage_type.dtype, size)

    def _refuse(self):
        raise pickle.UnpicklingError("an instruction that no state dict of tensors needs")

    def _set_item(self):
        value, name = self.stack.pop(), self.stack.pop()
        _set_entry(self.stack[-1], name, value)

    def _set_items(self):
        items = self.pop_mark()
        for name, value in zip(items[::2], items[1::2], strict=True):
            _set_entry(self.stack[-1], name, value)

    def _make_dict(self):
        items = self.pop_mark()
        self.append(_ordered_dict(zip(items[::2], items[1::2], strict=True)))

    def _build(self):
        # The state of an OrderedDict: the version numbers of the modules, which are not needed.
        self.stack.pop()
        if type(self.stack[-1]) is not dict:
            raise pickle.UnpicklingError("malformed state")

    dispatch: ClassVar = {
        **dict.fromkeys(range(256), _refuse),
        **{
            code: pickle._Unpickler.dispatch[code]
            for code in (getattr(pickle, name)[0] for name in OPCODES)
        },
        pickle.SETITEM[0]: _set_item,
        pickle.SETITEMS[0]: _set_items,
        pickle.DICT[0]: _make_dict,
        pickle.BUILD[0]: _build,
    }


def _printable(name: str) -> str:
    """Returns a name out of the file such that it cannot break or flood the message's line."""
    name = name if name.isprintable() else repr(name)
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "..."


def read_torch_pickle(path: Path) -> dict[str, np.ndarray]:
    """Reads the tensors of a `pytorch_model.bin`.

    Args:
        path: a state dict as `torch.save` writes it, in either of its layouts; or a trainer's dict
            with one inside, as `{"state_dict": {...}, "epoch": 3}`.

    Returns:
        Tensor by name, in the dtypes they were saved in.

    Raises:
        CheckpointError: when the file is missing, truncated or damaged, when it holds anything but
            a state dict of tensors, and when its pickle names any other Python object, which is
            then not executed.
    """
    try:
        if zipfile.is_zipfile(path):
            return _read_zip(path)
        return _read_legacy(path)
    except CheckpointError:
        raise
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise CheckpointError(
            f"cannot read {path}: {type(error).__name__} ({one_line(error)}); the file is "
            "truncated, damaged or not a PyTorch checkpoint, so download or copy it again"
        ) from error


def _read_zip(path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        pickles = [name for name in names if name.count("/") == 1 and name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise CheckpointError(
                f"{path} is a zip archive without data.pkl; expected a PyTorch checkpoint"
            )
        root = pickles[0].removesuffix("data.pkl")
        byteorder = f"{root}byteorder"
        is_big = byteorder in names and _read_entry(archive, byteorder, path) == b"big"
        order = ">" if is_big else "<"
        program = _read_entry(archive, pickles[0], path)
        tensors = _state_dict(_TensorUnpickler(io.BytesIO(program), path).load(), path)

        def read_storage(storage: _Storage) -> np.ndarray:
            data = _read_entry(archive, f"{root}data/{storage.key}", path)
            return _elements(data, storage.dtype, storage.size, order)

        return _materialize(tensors, read_storage, path)


def _read_entry(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """Returns an entry, which torch never compresses: a compressed one could unpack to anything."""
    info = archive.getinfo(name)
    is_stored = info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size
    if not is_stored or info.file_size > path.stat().st_size:
        raise CheckpointError(
            f"{path}: the entry {_printable(name)} is damaged; download or copy the file again"
        )
    return archive.read(name)


def _read_legacy(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        if _TensorUnpickler(file, path).load() != LEGACY_MAGIC:
            raise CheckpointError(
                f"{path} is not a PyTorch checkpoint; expected the output of torch.save"
            )
        protocol = _TensorUnpickler(file, path).load()
        if not isinstance(protocol, int):
            raise pickle.UnpicklingError("malformed version")
        if protocol != LEGACY_PROTOCOL:
            raise CheckpointError(
                f"{path} has the PyTorch file version {protocol}; expected {LEGACY_PROTOCOL}"
            )
        system = _TensorUnpickler(file, path).load()
        order = "<" if system.get("little_endian", True) else ">"
        program = _TensorUnpickler(file, path)
        tensors = _state_dict(program.load(), path)
        keys = _TensorUnpickler(file, path).load()
        if not all(isinstance(key, str) for key in keys):
            raise pickle.UnpicklingError("malformed storage")
        needed = {tensor.storage.key for tensor in tensors.values()}
        elements = {}
        for key in keys:  # in the order of the file, those of an optimizer among them
            storage = _legacy_storage(file, program.dtypes.get(key), order)
            if key in needed:
                elements[key] = storage
    return _materialize(tensors, lambda storage: elements[storage.key], path)


def _legacy_storage(file, dtype: np.dtype | None, order: str) -> np.ndarray:
    (size,) = struct.unpack(f"{order}q", file.read(8))
    if dtype is None or size < 0:
        raise pickle.UnpicklingError("malformed storage")
    return _elements(file.read(size * dtype.itemsize), dtype, size, order)


def _elements(data: bytes, dtype: np.dtype, size: int, order: str) -> np.ndarray:
    elements = np.frombuffer(data, dtype, size)
    is_native = (order == "<") == (sys.byteorder == "little")
    return elements if is_native else elements.byteswap()


def _state_dict(value, path: Path) -> dict[str, _Tensor]:
    """Returns the tensors of an unpickled state dict, refusing anything else."""
    if not isinstance(value, dict) or not value:
        raise CheckpointError(
            f"{path} holds a {type(value).__name__}; expected a state dict of tensors"
        )
    value = find_state_dict(value, lambda entry: isinstance(entry, _Tensor), path)
    for name, tensor in value.items():
        if not isinstance(name, str) or not isinstance(tensor, _Tensor):
            raise CheckpointError(
                f"{path}: the entry {_printable(str(name))!r} is a {type(tensor).__name__}, not a tensor; expected "
                "a model's state dict, as save_pretrained writes it, or a trainer's dict with one inside"
            )
    return value


def _materialize(tensors: dict[str, _Tensor], read_storage, path: Path) -> dict[str, np.ndarray]:
    # Tied tensors share a storage, so each is read once.
    elements: dict[_Storage, np.ndarray] = {}
    arrays = {}
    room = MOST_COPIES * path.stat().st_size
    for name, tensor in tensors.items():
        if tensor.storage not in elements:
            elements[tensor.storage] = read_storage(tensor.storage)
        arrays[name] = tensor.view(elements[tensor.storage])
        room -= arrays[name].nbytes
        # Views cost nothing here, but whoever copies them would run out of memory.
        if room < 0:
            raise pickle.UnpicklingError("the tensors add up to far more than the file holds")
    return arrays
