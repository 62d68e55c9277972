"""Checkpoints are written whole or not at all."""

import errno

import numpy as np
import pytest

from albert_tf.errors import CheckpointError
from albert_tf.training import checkpoint
from albert_tf.training.checkpoint import (
    BEST,
    LATEST,
    CheckpointStore,
    read_checkpoint_file,
)
from albert_tf.training.log import TrainingLog

ARRAYS = {
    "model/0000/table": np.arange(12, dtype="float32").reshape(3, 4).T,  # not contiguous
    "model/0001/seed": np.array([7, 2**32 - 1], "uint32"),
    "optimizer/0000/iteration": np.array(3, "int64"),
}


def test_what_is_written_is_read(tmp_path):
    store = CheckpointStore(tmp_path / "new" / "folder")
    arrays = {name: np.array(a, order="C") for name, a in ARRAYS.items()}
    path = store.save(LATEST, 3, arrays, {"epoch": 1, "note": "θ"})
    read_path, read, state, notes = store.load_latest()
    assert (read_path, notes) == (path, [])
    assert state == {"format_version": 1, "epoch": 1, "note": "θ"}
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert (read[name].dtype, read[name].shape) == (array.dtype, array.shape)


def test_the_newest_are_kept_and_what_a_killed_process_left_is_removed(tmp_path):
    store = CheckpointStore(tmp_path, keep=2)
    (tmp_path / ".checkpoint-00000001.safetensors.tmp").write_bytes(b"half")
    for batches in (1, 5, 20, 100):
        store.save(LATEST, batches, {}, {})
        store.save(BEST, batches, {}, {})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        f"{kind}-{batches:08d}.safetensors" for kind in (BEST, LATEST) for batches in (20, 100)
    ]
    assert store.latest.name == "checkpoint-00000100.safetensors"


def test_a_full_disk_is_one_clear_error_and_the_last_checkpoint_is_intact(tmp_path, monkeypatch):
    store = CheckpointStore(tmp_path)
    first = store.save(LATEST, 1, {"a": np.ones(3)}, {"epoch": 0})
    content = first.read_bytes()

    def full_disk(arrays, path, metadata):
        path.write_bytes(content[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full_disk)
    message = (
        f"cannot write the checkpoint {tmp_path}/checkpoint-00000002.safetensors: .*No space left "
        f"on device; the last checkpoint is {first}: free some space and resume the run"
    )
    with pytest.raises(CheckpointError, match=message):
        store.save(LATEST, 2, {"a": np.ones(3)}, {})
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [content]


def test_a_disk_that_is_really_full(small_disk):
    store = CheckpointStore(small_disk / "checkpoints")
    fits = np.ones(200_000, "float32")
    first = store.save(LATEST, 1, {"a": fits}, {})
    with pytest.raises(CheckpointError, match="No space left on device"):
        store.save(LATEST, 2, {"a": np.ones(400_000, "float32")}, {})
    assert list(first.parent.iterdir()) == [first]
    np.testing.assert_array_equal(store.load_latest()[1]["a"], fits)
    log = TrainingLog(small_disk / "training.jsonl")
    with pytest.raises(CheckpointError, match=r"cannot write the log .*; free some space"):
        log.write({"text": "x" * 2_000_000})


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:4], lambda b: b"", bytes.upper])
def test_a_damaged_file_is_one_clear_error(tmp_path, damage):
    path = CheckpointStore(tmp_path).save(LATEST, 1, {"a": np.ones(3)}, {})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CheckpointError, match=f"The checkpoint {path} is damaged or truncated"):
        read_checkpoint_file(path)


def test_a_later_format_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "FORMAT_VERSION", 2)
    path = CheckpointStore(tmp_path).save(LATEST, 1, {}, {})
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match=r"format version 2; this release .* reads 1"):
        read_checkpoint_file(path)


def test_the_log_survives_half_a_line_and_is_cut(tmp_path):
    log = TrainingLog(tmp_path / "run" / "training.jsonl")
    log.write({"event": "start", "batch": 0})
    for batch in range(1, 5):
        log.write({"step": batch, "batch": batch, "loss": float("nan"), "rates": {"head": 0.5}})
    with log.path.open("a") as file:
        file.write('{"step": 5, "lo')
    assert [record.get("step") for record in log.records()] == [None, 1, 2, 3, 4]
    log.cut(2)
    assert log.records() == [
        {"event": "start", "batch": 0},
        {"step": 1, "batch": 1, "loss": None, "rates": {"head": 0.5}},
        {"step": 2, "batch": 2, "loss": None, "rates": {"head": 0.5}},
    ]
