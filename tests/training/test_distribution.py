"""Several processes train what one process trains: the same batches, losses and weights."""

import json
import os
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

from albert_tf.errors import ConfigError
from albert_tf.training import distribution
from tests.pretraining.small_pretraining import write_records

TIMES = ("seconds", "tokens_per_second", "seconds_left")


def start(folder, output, **options):
    """Starts `tests.training.distributed_run` on the JAX backend."""
    options = {"folder": str(folder), "output": str(folder / output), **options}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.training.distributed_run", json.dumps(options)],
        env={**os.environ, "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def start_two(folder, output, **options):
    """Starts two processes that find each other on a free port."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        coordinator = f"localhost:{free.getsockname()[1]}"
    shared = {"processes": 2, "coordinator": coordinator, **options}
    return [start(folder, output, id=i, **shared) for i in range(2)]


def finish(*processes):
    for process in processes:
        output, _ = process.communicate(timeout=900)
        assert process.returncode == 0, output


def results(folder, output, process=0):
    arrays = dict(np.load(folder / output / f"process_{process}.npz"))
    facts = json.loads((folder / output / f"process_{process}.json").read_text("utf-8"))
    lines = (folder / output / "run" / "training.jsonl").read_text("utf-8").splitlines()
    records = [
        {k: v for k, v in record.items() if k not in TIMES}
        for record in map(json.loads, lines)
        if "step" in record
    ]
    return arrays, facts, records


def assert_same(folder, output, other="one"):
    """Losses, metrics, weights and the optimizer's state, to the rounding of sums in another order."""
    theirs, _, expected = results(folder, other)
    for process in range(2):
        mine, facts, records = results(folder, output, process)
        assert facts["steps"] == 6
        assert facts["processes"] == 2
        assert len(records) == len(expected)
        for record, reference in zip(records, expected, strict=True):
            assert record == pytest.approx(reference, abs=2e-5)
        assert mine.keys() == theirs.keys()
        for name, array in mine.items():
            if name.startswith("model/") and array.dtype == np.float32:
                np.testing.assert_allclose(array, theirs[name], atol=1e-4, err_msg=name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Records, and what one process makes of them."""
    folder = tmp_path_factory.mktemp("distributed")
    for seed, name in enumerate("ab"):
        write_records(folder / f"{name}.tfrecord", seed=seed)
    finish(start(folder, "one"))
    return folder


@pytest.mark.slow
def test_two_processes_share_each_batch(folder):
    finish(*start_two(folder, "data"))
    assert_same(folder, "data")
    assert [results(folder, "data", i)[1]["rows"] for i in range(2)] == [[0, 4], [4, 8]]


@pytest.mark.slow
def test_two_processes_share_the_weights(folder):
    """A device of each holds half of a kernel, reads every row, and writes its part of the checkpoints."""
    finish(*start_two(folder, "model", model_parallel=2, recipe={"checkpoint_every": 2}))
    assert_same(folder, "model")
    for process in range(2):
        _, facts, _ = results(folder, "model", process)
        assert facts["kernel"] == [[16, 16]]
        assert facts["rows"] == [0, 8]


@pytest.mark.slow
def test_a_run_of_two_processes_that_were_killed_goes_on(folder):
    options = {"recipe": {"checkpoint_every": 2}}
    processes = start_two(folder, "killed", **options, stop=5)
    assert [process.wait(timeout=900) for process in processes] == [9, 9]
    finish(*start_two(folder, "killed", **options, resume=True))
    assert_same(folder, "killed")


# === In this process ===


@pytest.fixture
def environment(monkeypatch):
    """An environment without the variables that name processes."""
    names = (distribution.PROCESSES, distribution.PROCESS_ID, distribution.COORDINATOR)
    for name in (*names, distribution.JAX_COORDINATOR):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_one_process_needs_nothing(environment):
    distribution.initialize()
    distribution.distribute()
    assert keras.distribution.distribution() is None
    assert distribution.num_processes() == 1
    assert distribution.is_first_process()
    assert distribution.local_rows(12) == slice(0, 12)
    assert distribution.agree(True)
    assert not distribution.agree(False)


def test_what_is_missing_or_impossible_is_said(environment):
    if keras.backend.backend() != "jax":
        with pytest.raises(
            ConfigError, match=r"several processes needs Keras's JAX backend, this is"
        ):
            distribution.initialize(2, 0, "localhost:1234")
        with pytest.raises(ConfigError, match=r"model parallelism needs Keras's JAX backend"):
            distribution.distribute(2)
        return
    with pytest.raises(ConfigError, match=r"need --process-id .* and --coordinator .* too"):
        distribution.initialize(2)
    with pytest.raises(ConfigError, match=r"process 2 of 2: expected a process id from 0"):
        distribution.initialize(2, 2, "localhost:1234")
    with pytest.raises(ConfigError, match=r"'localhost'; expected host:port of process 0"):
        distribution.initialize(2, 0, "localhost")
    environment.setenv(distribution.PROCESSES, "two")
    with pytest.raises(ConfigError, match=r"NUM_PROCESSES is 'two'; expected a number"):
        distribution.initialize()
    with pytest.raises(ConfigError, match=r"over 2 devices does not fit the 1 that there are"):
        distribution.distribute(2)
