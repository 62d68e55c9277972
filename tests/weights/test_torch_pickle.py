"""`pytorch_model.bin` without torch: right numbers from good files, bad ones execute nothing."""

import os
import pickle
import subprocess
import sys
import zipfile

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from albert_tf.errors import CheckpointError
from albert_tf.weights import read_checkpoint
from albert_tf.weights.torch_pickle import read_torch_pickle
from tests.weights import torch_files as tf

ARRAYS = {
    "weight": np.arange(12, dtype=np.float32).reshape(3, 4),
    "half": np.array([1.5, -2.0], np.float16),
    "brain": np.array([1.5, -2.0], ml_dtypes.bfloat16),
    "double": np.array([[np.pi]]),
    "counter": np.arange(4),
    "scalar": np.array(7.0, np.float32),
    "empty": np.empty((0, 3), np.float32),
}


def assert_same(actual, expected):
    assert actual.keys() == expected.keys()
    for name, array in expected.items():
        assert actual[name].dtype == array.dtype
        np.testing.assert_array_equal(actual[name], array)


@pytest.mark.parametrize("name", ["hf_model", "hf_sequence_classification"])
def test_reads_what_torch_wrote(shared, name):
    folder = shared / "fixtures" / name
    assert_same(
        read_torch_pickle(folder / "pytorch_model.bin"), load_file(folder / "model.safetensors")
    )


def test_folder_with_only_the_pickle_reads_the_same(shared, tmp_path):
    folder = shared / "fixtures" / "hf_sequence_classification"
    for file in ("config.json", "pytorch_model.bin"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    arrays = read_checkpoint(tmp_path).arrays
    assert_same(arrays, read_checkpoint(folder).arrays)
    assert all(array.flags.writeable for array in arrays.values())


@pytest.mark.parametrize("write", [tf.write_arrays, tf.write_legacy])
def test_reads_both_layouts_and_every_dtype(tmp_path, write):
    write(tmp_path / "model.bin", ARRAYS)
    assert_same(read_torch_pickle(tmp_path / "model.bin"), ARRAYS)


def test_reads_views_and_parameters(tmp_path):
    data = np.arange(12, dtype=np.float32)
    view = tf.tensor("0", "float32", 12, 2, (2, 3), (1, 4))
    entries = {"view": view, "parameter": tf.parameter(view)}
    tf.write_zip(tmp_path / "model.bin", tf.state_dict(entries), {"0": data.tobytes()})
    arrays = read_torch_pickle(tmp_path / "model.bin")
    for array in arrays.values():
        np.testing.assert_array_equal(array, [[2, 6, 10], [3, 7, 11]])


def call(module, name, argument, style):
    """A pickled call of a global, in each of the ways in which a pickle can make one."""
    if style == "reduce":
        return tf.name_of(module, name) + b"(" + tf.text(argument) + b"tR"
    if style == "instance":
        return b"(" + tf.text(argument) + f"i{module}\n{name}\n".encode()
    if style == "object":
        return b"(" + tf.name_of(module, name) + tf.text(argument) + b"o"
    if style == "stack":
        return tf.text(module) + tf.text(name) + b"\x93(" + tf.text(argument) + b"tR"
    return tf.name_of(module, name) + b"(" + tf.text(argument) + b"t\x81"


ATTACKS = [
    ("os", "system", "touch {canary}"),
    ("posix", "system", "touch {canary}"),
    ("builtins", "exec", "open({canary!r}, 'w')"),
    ("builtins", "eval", "open({canary!r}, 'w')"),
    ("builtins", "getattr", "x"),
    ("runpy", "_run_code", "open({canary!r}, 'w')"),
    ("torch", "load", "{canary}"),
    ("torch._utils", "_rebuild_device_tensor_from_numpy", "{canary}"),
    ("collections", "OrderedDict.fromkeys", "x"),
    ("numpy", "load", "{canary}"),
]


@pytest.mark.parametrize("style", ["reduce", "instance", "object", "stack", "new"])
@pytest.mark.parametrize(("module", "name", "argument"), ATTACKS)
def test_executes_nothing_and_names_the_global(tmp_path, module, name, argument, style):
    canary = tmp_path / "executed"
    program = tf.state_dict({"x": call(module, name, argument.format(canary=str(canary)), style)})
    tf.write_zip(tmp_path / "model.bin", program, {})
    with pytest.raises(CheckpointError, match=f"{module}.{name}.*nothing was executed") as error:
        read_torch_pickle(tmp_path / "model.bin")
    assert "\n" not in str(error.value)
    assert not canary.exists()


def test_executes_nothing_in_the_old_layout(tmp_path):
    canary = tmp_path / "executed"

    class Malicious:
        def __reduce__(self):
            return open, (str(canary), "w")

    with (tmp_path / "model.bin").open("wb") as file:
        pickle.dump(Malicious(), file)
    with pytest.raises(CheckpointError, match=r"io.open.*nothing was executed"):
        read_torch_pickle(tmp_path / "model.bin")
    assert not canary.exists()


def test_a_hostile_model_folder_is_refused(shared, tmp_path):
    config = shared / "fixtures" / "hf_model" / "config.json"
    (tmp_path / "config.json").write_bytes(config.read_bytes())
    program = tf.state_dict({"x": call("os", "system", "true", "reduce")})
    tf.write_zip(tmp_path / "pytorch_model.bin", program, {})
    with pytest.raises(CheckpointError, match=r"os\.system"):
        read_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (5,), (1,)),
        (3, (2,), (1,)),
        (0, (2, 2), (3, 1)),
        (-1, (1,), (1,)),
        (0, (2,), (-1,)),
        (0, (1000, 1000), (0, 0)),
        (0, (10**12,), (0,)),
        (0, (2, 2), (2,)),
        (2**62, (2,), (2**62,)),
    ],
)
def test_a_tensor_may_not_leave_its_storage(tmp_path, offset, shape, strides):
    entry = tf.tensor("0", "float32", 4, offset, shape, strides)
    tf.write_zip(tmp_path / "model.bin", tf.state_dict({"x": entry}), {"0": bytes(16)})
    with pytest.raises(CheckpointError, match=r"cannot read .*model\.bin"):
        read_torch_pickle(tmp_path / "model.bin")


def test_a_rebuilt_tensor_cannot_be_altered(tmp_path):
    # The opcode BUILD sets attributes: here the offset, after the tensor was made.
    entry = tf.tensor("0", "float32", 4, 0, (2,), (1,))
    for state in (
        b"}" + tf.text("offset") + tf.integer(99) + b"s",
        b"N}" + tf.text("offset") + tf.integer(99) + b"s\x86",
    ):
        program = tf.state_dict({"x": entry + state + b"b"})
        tf.write_zip(tmp_path / "model.bin", program, {"0": bytes(16)})
        with pytest.raises(CheckpointError, match="cannot read"):
            read_torch_pickle(tmp_path / "model.bin")


def test_the_reader_itself_cannot_be_altered(tmp_path):
    rebuild = tf.name_of("torch._utils", "_rebuild_tensor_v2")
    program = tf.state_dict(
        {"x": rebuild + b"N}" + tf.text("__doc__") + tf.text("hacked") + b"s\x86b"}
    )
    tf.write_zip(tmp_path / "model.bin", program, {})
    with pytest.raises(CheckpointError, match="cannot read"):
        read_torch_pickle(tmp_path / "model.bin")


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (b"\x80\x02}.", "state dict"),
        (b"\x80\x02]q\x00.", "state dict"),
        (tf.state_dict({"epoch": tf.integer(3)}), "'epoch' is a int"),
        (tf.state_dict({"state_dict": b"}"}), "'state_dict' is a dict"),
        (b"\x80\x02", "truncated"),
        (b"not a pickle", "damaged"),
        (b"(" * 100_000 + b"t" * 100_000 + b".", "expected a state dict|cannot read"),
    ],
)
def test_anything_but_tensors_is_refused_in_one_line(tmp_path, program, message):
    tf.write_zip(tmp_path / "model.bin", program, {})
    with pytest.raises(CheckpointError, match=message) as error:
        read_torch_pickle(tmp_path / "model.bin")
    assert "\n" not in str(error.value)


NESTED = b")" + b"\x85" * 200_000  # a tuple in a tuple in a tuple ...
DOUBLED = b")\x94" + b"".join(
    b"h" + bytes([i]) + b"h" + bytes([i]) + b"\x86\x94" for i in range(60)
)

BOMBS = {
    "memo as long as its highest index": (b"\x80\x02}r\xff\xff\xff\x7f.", "holds a dict"),
    "key whose hash overflows the stack": (b"\x80\x02}" + NESTED + b"Ns.", "malformed dictionary"),
    "keys of many": (b"\x80\x02}(" + NESTED + b"Nu.", "malformed dictionary"),
    "pairs of an OrderedDict": (
        b"\x80\x02" + tf.name_of("collections", "OrderedDict") + b"(](" + NESTED + b"N\x86etR.",
        "malformed dictionary",
    ),
    "dictionary from the stack": (b"\x80\x02(" + NESTED + b"Nd.", "malformed dictionary"),
    "set of what cannot be hashed": (b"\x80\x04\x8f(" + NESTED + b"\x90.", "no state dict"),
    "key that doubles sixty times": (b"\x80\x04}" + DOUBLED + b"Ns.", "malformed dictionary"),
    "storage of another class": (
        tf.state_dict(
            {"x": b"(" + tf.text("storage") + tf.ORDERED_DICT + tf.text("0") * 2 + b"K\x01tQ"}
        ),
        "malformed storage",
    ),
    "storage by a line of text": (b"\x80\x02P1\n.", "no state dict"),
    "extension registry": (b"\x80\x02\x82\x01.", "no state dict"),
    "string of a tebibyte": (b"\x80\x04\x8d" + (1 << 40).to_bytes(8, "little"), "cannot read"),
    "integer of gibibytes": (b"\x80\x02\x8b\xff\xff\xff\x7f", "cannot read"),
}

READ_IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from albert_tf.errors import CheckpointError
from albert_tf.weights.torch_pickle import read_torch_pickle

used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30),) * 2)
for path in sys.argv[1:]:
    try:
        read_torch_pickle(Path(path))
    except CheckpointError as error:
        print(error)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads the memory of Linux")
def test_bombs_neither_crash_nor_fill_the_memory(tmp_path):
    # In a process of its own, since each of them used to end the process that read it.
    paths = [tmp_path / f"{place}.bin" for place in range(len(BOMBS))]
    for path, (program, _) in zip(paths, BOMBS.values(), strict=True):
        tf.write_zip(path, program, {})
    run = subprocess.run(
        [sys.executable, "-c", READ_IN_LITTLE_MEMORY, *paths], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
    lines = run.stdout.splitlines()
    assert len(lines) == len(BOMBS)
    for line, path, (_, message) in zip(lines, paths, BOMBS.values(), strict=True):
        assert str(path) in line
        assert message in line


def test_names_out_of_the_file_keep_the_message_to_one_line(tmp_path):
    path = tmp_path / "model.bin"
    tf.write_zip(path, tf.state_dict({"x": tf.text("os\n\x1b[2J") + tf.text("a\nb") + b"\x93"}), {})
    with pytest.raises(CheckpointError, match=r"'os\\n\\x1b\[2J\.a\\nb'") as error:
        read_torch_pickle(path)
    assert str(error.value).isprintable()
    tf.write_zip(path, tf.state_dict({"\n" * 100_000: b"N"}), {})
    with pytest.raises(CheckpointError, match="not a tensor") as error:
        read_torch_pickle(path)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 1000


def test_many_views_of_one_storage_are_refused(tmp_path):
    view = tf.tensor("0", "float32", 25_000, 0, (25_000,), (1,))
    for copies, is_refused in ((2, False), (1000, True)):
        entries = {f"copy_{i}": view for i in range(copies)}
        tf.write_zip(tmp_path / "model.bin", tf.state_dict(entries), {"0": bytes(100_000)})
        if is_refused:
            with pytest.raises(CheckpointError, match="more than the file holds"):
                read_torch_pickle(tmp_path / "model.bin")
        else:
            assert len(read_torch_pickle(tmp_path / "model.bin")) == copies


def test_the_state_of_a_module_and_pairs_of_python_2_are_read(tmp_path):
    entry = tf.tensor("0", "float32", 4, 0, (4,), (1,))
    versions = b"}" + tf.text("_metadata") + tf.ORDERED_DICT + b"s"
    pairs = b"(](" + tf.text("x") + entry + b"\x86etR."
    for program in (
        tf.state_dict({"x": entry})[:-1] + versions + b"b.",
        b"\x80\x02" + tf.name_of("collections", "OrderedDict") + pairs,
    ):
        tf.write_zip(tmp_path / "model.bin", program, {"0": np.arange(4, dtype="f4").tobytes()})
        assert_same(read_torch_pickle(tmp_path / "model.bin"), {"x": np.arange(4, dtype="f4")})


@pytest.mark.parametrize("compressed", ["archive/data.pkl", "archive/byteorder", "archive/data/0"])
def test_compressed_entries_are_refused(tmp_path, compressed):
    # torch stores entries as they are; a small compressed one can unpack to any size.
    entry = tf.tensor("0", "float32", 4, 0, (4,), (1,))
    tf.write_zip(tmp_path / "good.bin", tf.state_dict({"x": entry}), {"0": bytes(16)})
    with (
        zipfile.ZipFile(tmp_path / "good.bin") as good,
        zipfile.ZipFile(tmp_path / "model.bin", "w") as bad,
    ):
        for name in good.namelist():
            kind = zipfile.ZIP_DEFLATED if name == compressed else zipfile.ZIP_STORED
            bad.writestr(name, good.read(name), kind)
    with pytest.raises(CheckpointError, match=f"entry {compressed} is damaged"):
        read_torch_pickle(tmp_path / "model.bin")


def test_missing_files_and_folders_are_named(tmp_path):
    for path in (tmp_path, tmp_path / "absent.bin"):
        with pytest.raises(CheckpointError, match="cannot read"):
            read_torch_pickle(path)


@pytest.mark.parametrize("write", [tf.write_arrays, tf.write_legacy])
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_damage_never_raises_anything_else(tmp_path_factory, write, data):
    path = tmp_path_factory.mktemp("damaged") / "model.bin"
    write(path, ARRAYS)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    message, arrays = "", {}
    try:
        arrays = read_torch_pickle(path)
    except CheckpointError as error:
        message = str(error)
    assert "\n" not in message
    assert all(isinstance(array, np.ndarray) for array in arrays.values())


WRITE_WITH_TORCH = """
import sys, torch
tensors = {
    "weight": torch.arange(12.0).reshape(3, 4),
    "transposed": torch.arange(12.0).reshape(3, 4).T,
    "brain": torch.tensor([1.5, -2.0]).bfloat16(),
    "parameter": torch.nn.Parameter(torch.ones(2)),
    "position_ids": torch.arange(5).expand((1, -1)),
}
torch.save(tensors, sys.argv[1], _use_new_zipfile_serialization=sys.argv[2] == "zip")
"""


@pytest.mark.peers
@pytest.mark.parametrize("layout", ["zip", "legacy"])
def test_reads_what_torch_writes_today(tmp_path, layout):
    python = os.environ.get("ALBERT_TF_TORCH_PYTHON", sys.executable)
    path = tmp_path / "model.bin"
    run = subprocess.run(
        [python, "-c", WRITE_WITH_TORCH, path, layout], capture_output=True, text=True
    )
    if "No module named 'torch'" in run.stderr:
        pytest.skip(f"{python} has no torch")
    assert run.returncode == 0, run.stderr
    arrays = read_torch_pickle(path)
    weight = np.arange(12, dtype=np.float32).reshape(3, 4)
    expected = {
        "weight": weight,
        "transposed": weight.T,
        "brain": np.array([1.5, -2.0], ml_dtypes.bfloat16),
        "parameter": np.ones(2, np.float32),
        "position_ids": np.arange(5)[None],
    }
    assert_same(arrays, expected)
