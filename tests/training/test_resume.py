"""Runs that are killed, interrupted and resumed go on as if nothing had happened."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import AlbertError, CheckpointError
from albert_tf.training import TrainingInterrupted, fine_tune
from albert_tf.training.checkpoint import CheckpointStore
from albert_tf.training.data import fingerprint
from tests.training.small_run import RECIPE, small_batches, small_classifier

ROOT = Path(__file__).resolve().parents[2]
TIMES = ("seconds", "tokens_per_second")


def records(run_dir):
    """The lines of the log with a step, without what depends on the clock."""
    lines = (run_dir / "training.jsonl").read_text("utf-8").splitlines()
    found = [record for record in map(json.loads, lines) if "step" in record]
    return [{k: v for k, v in record.items() if k not in TIMES} for record in found]


def weights(model):
    return [ops.convert_to_numpy(v) for v in model.variables]


def assert_same_weights(model, other):
    for mine, theirs in zip(weights(model), weights(other), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def assert_same_course(run_dir, other):
    mine, theirs = records(run_dir), records(other)
    assert [(r["step"], "val_loss" in r) for r in mine] == [
        (r["step"], "val_loss" in r) for r in theirs
    ]
    for record, expected in zip(mine, theirs, strict=True):
        assert keras.tree.flatten(record) == pytest.approx(keras.tree.flatten(expected), abs=1e-6)


class StopAt(keras.callbacks.Callback):
    """Raises an exception after a number of batches."""

    def __init__(self, batches, exception):
        super().__init__()
        self.batches = batches
        self.exception = exception

    def on_train_batch_end(self, batch, logs=None):
        self.batches -= 1
        if self.batches == 0:
            raise self.exception


def run(run_dir, model=None, recipe=RECIPE, **options):
    model = small_classifier() if model is None else model
    return model, fine_tune(
        model,
        small_batches(),
        small_batches(9, recipe.eval_batch_size, "by_length"),
        recipe=recipe,
        run_dir=run_dir,
        verbose=0,
        **options,
    )


def rewrite_latest(run_dir, change):
    """Has the newest checkpoint be what `change(arrays, state)` makes of it."""
    store = CheckpointStore(run_dir / "checkpoints")
    path, arrays, state, _ = store.load_latest()
    change(arrays, state)
    store.save("checkpoint", int(path.stem.split("-")[1]), arrays, state)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of two epochs of six batches that nothing disturbs."""
    run_dir = tmp_path_factory.mktemp("whole")
    model, result = run(run_dir)
    return run_dir, model, result


# === In one process ===

on_one_backend = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="JAX compiles each of these runs for long; one that is resumed shows that it can",
)


@pytest.mark.parametrize("batches", [pytest.param(5, marks=on_one_backend), 9])
def test_a_run_that_broke_off_goes_on_with_the_same_losses(tmp_path, whole, batches):
    recipe = RECIPE.replace(checkpoint_every=2)
    with pytest.raises(RuntimeError):
        run(tmp_path, callbacks=(StopAt(batches, RuntimeError()),), recipe=recipe)
    np.random.random()  # as something else in the process might
    model, result = run(tmp_path, resume=True, recipe=recipe)
    assert_same_course(tmp_path, whole[0])
    assert_same_weights(model, whole[1])
    assert result.best_value == pytest.approx(whole[2].best_value, abs=1e-6)
    saved = batches // 2 * 2 if batches < 6 else 8
    assert result.notes == [
        f"Resumed at step {saved}, from {tmp_path}/checkpoints/checkpoint-{saved:08d}.safetensors."
    ]


@pytest.mark.slow
def test_half_an_update_and_lost_patience_survive(tmp_path):
    """Broken off between the batches of one update, and in the epochs that early stopping waits."""
    recipe = RECIPE.replace(epochs=5, learning_rate=0.3, clip_norm=None, decay="cosine")
    recipe = recipe.replace(accumulation_steps=4, early_stopping_patience=2, checkpoint_every=3)
    model, result = run(tmp_path / "whole", recipe=recipe)
    assert result.epochs == result.best_epoch + 2 < 5
    broken = tmp_path / "broken"
    for resume, batches in ((False, 10), (True, 10)):  # 9 are saved, then 18, of 24
        callbacks = (StopAt(batches, RuntimeError()),)
        with pytest.raises(RuntimeError):
            run(broken, resume=resume, callbacks=callbacks, recipe=recipe)
    again, resumed = run(broken, resume=True, recipe=recipe)
    assert_same_course(broken, tmp_path / "whole")
    assert_same_weights(again, model)
    assert (resumed.epochs, resumed.best_epoch) == (result.epochs, result.best_epoch)


@on_one_backend
def test_ctrl_c_finishes_the_step_and_names_the_checkpoint(tmp_path, whole):
    class CtrlC(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 3:
                os.kill(os.getpid(), signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(TrainingInterrupted) as stop:
        run(tmp_path, callbacks=(CtrlC(),))
    path = tmp_path / "checkpoints" / "checkpoint-00000004.safetensors"
    assert str(stop.value) == f"stopped at step 4 (epoch 1 of 2); checkpoint: {path}"
    assert stop.value.checkpoint == path
    assert path.is_file()
    assert stop.value.run_dir == tmp_path
    assert signal.getsignal(signal.SIGINT) is handler
    run(tmp_path, resume=True)
    assert_same_course(tmp_path, whole[0])


def test_a_second_ctrl_c_stops_at_once(tmp_path):
    class Impatient(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(TrainingInterrupted) as stop:
        run(tmp_path, callbacks=(Impatient(),))
    assert stop.value.checkpoint == tmp_path / "checkpoints" / "checkpoint-00000000.safetensors"


def test_a_finished_run_returns_its_result_again(whole, tmp_path):
    run_dir, model, first = whole
    log = (run_dir / "training.jsonl").read_bytes()
    again, result = run(run_dir, model=small_classifier(), resume=True)
    assert result.notes == [f"The run in {run_dir} was finished already."]
    assert (result.history, result.best_epoch) == (first.history, first.best_epoch)
    assert (run_dir / "training.jsonl").read_bytes() == log
    assert_same_weights(again, model)


def test_what_cannot_be_resumed_is_said(whole, tmp_path):
    run_dir = whole[0]
    with pytest.raises(CheckpointError, match="holds a run already; resume it, or choose another"):
        run(run_dir)
    with pytest.raises(CheckpointError, match=r"there is no checkpoint in .*; start the run"):
        run(tmp_path, resume=True)
    with pytest.raises(CheckpointError, match=r"started with epochs 2 \(now 3\); resume it with"):
        run(run_dir, resume=True, recipe=RECIPE.replace(epochs=3))
    with pytest.raises(CheckpointError, match="other data: 22 training examples then, 30 now"):
        fine_tune(
            small_classifier(),
            small_batches(30),
            small_batches(9, 8, "by_length"),
            recipe=RECIPE,
            run_dir=run_dir,
            resume=True,
        )
    message = r"does not fit: .*embeddings/projection/kernel is \(16, 16\), .* is \(16, 32\)"
    with pytest.raises(CheckpointError, match=message):
        run(run_dir, model=small_classifier(hidden_size=32), resume=True)


@on_one_backend
def test_what_does_not_change_the_training_may_change(whole):
    recipe = RECIPE.replace(eval_batch_size=3, log_every=2)
    _, result = run(whole[0], recipe=recipe, resume=True)
    assert result.epochs == 2


@on_one_backend
def test_settings_stay_as_they_are(tmp_path):
    recipe = RECIPE.replace(epochs=1)
    settings = {"weight": 0.5, "layers": (1, 2)}
    run(tmp_path, recipe=recipe, settings=settings)
    for changed, message in (
        ({"weight": 1.0}, r"weight 0\.5 \(now 1\.0\); resume it with the same"),
        ({"layers": (1,)}, r"layers \[1, 2\] \(now \[1\]\)"),
        ({"weight": None}, r"weight 0\.5 \(now None\)"),
    ):
        with pytest.raises(CheckpointError, match=message):
            run(tmp_path, recipe=recipe, settings={**settings, **changed}, resume=True)
    run(tmp_path, recipe=recipe, settings={**settings, "of a later release": 1}, resume=True)


@on_one_backend
def test_a_run_of_an_earlier_release_goes_on(tmp_path, whole):
    """Without settings, and here with other metrics too."""

    def age(arrays, state):
        del state["settings"]
        del arrays[max(name for name in arrays if name.startswith("metrics/"))]

    recipe = RECIPE.replace(checkpoint_every=2)
    with pytest.raises(RuntimeError):
        run(tmp_path, callbacks=(StopAt(9, RuntimeError()),), recipe=recipe)
    rewrite_latest(tmp_path, age)
    model, result = run(tmp_path, resume=True, recipe=recipe, settings={"weight": 0.5})
    assert_same_weights(model, whole[1])
    path = tmp_path / "checkpoints" / "checkpoint-00000008.safetensors"
    assert f"The metrics of this epoch count from here on: {path} holds" in result.notes[1]
    state = CheckpointStore(tmp_path / "checkpoints").load_latest()[2]
    assert state["settings"] == {"weight": 0.5}
    assert state["data"] == fingerprint(small_batches(), small_batches(9, 8, "by_length"))


@pytest.mark.slow
def test_damaged_checkpoints_are_passed_over_and_named(tmp_path):
    recipe = RECIPE.replace(checkpoint_every=2)
    with pytest.raises(RuntimeError):
        run(tmp_path, callbacks=(StopAt(5, RuntimeError()),), recipe=recipe)
    older, newer = sorted((tmp_path / "checkpoints").glob("checkpoint-*"))
    newer.write_bytes(newer.read_bytes()[:-100])
    _, result = run(tmp_path, resume=True, recipe=recipe)
    assert result.notes[0] == (
        f"The checkpoint {newer} is damaged or truncated. Resuming from {older.name} instead."
    )
    assert f"from {older}" in result.notes[1]
    for path in (tmp_path / "checkpoints").glob("checkpoint-*"):
        path.write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"no checkpoint in .* can be read; The checkpoint"):
        run(tmp_path, resume=True, recipe=recipe)


@pytest.mark.slow
def test_a_disk_that_fills_up_costs_no_more_than_the_steps_since(small_disk, whole):
    class FillUp(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 3:
                room = (
                    shutil.disk_usage(small_disk).free - 16_384
                )  # for the log, not for a checkpoint
                (small_disk / "filler").write_bytes(bytes(room))

    recipe = RECIPE.replace(checkpoint_every=2)
    path = small_disk / "checkpoints" / "checkpoint-00000002.safetensors"
    message = f"cannot write .*00000004.*No space left on device.*; the last checkpoint is {path}"
    with pytest.raises(CheckpointError, match=message):
        run(small_disk, callbacks=(FillUp(),), recipe=recipe)
    (small_disk / "filler").unlink()
    run(small_disk, resume=True, recipe=recipe)
    assert_same_course(small_disk, whole[0])


@on_one_backend
def test_a_loss_that_is_not_a_number_stops_with_the_last_good_checkpoint(tmp_path):
    class Poison(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 3:
                weight = self.model.classifier.bias
                weight.assign(np.full(2, np.nan))

    path = tmp_path / "checkpoints" / "checkpoint-00000002.safetensors"
    message = f"the loss is nan at step 4 .epoch 1 of 2.: .*; the last good checkpoint is {path}"
    with pytest.raises(AlbertError, match=message):
        run(tmp_path, callbacks=(Poison(),), recipe=RECIPE.replace(checkpoint_every=2))


# === In processes that are killed ===


def start(run_dir, resume=False, pause=0.0):
    arguments = ["-m", "tests.training.killed_run", run_dir, "resume" if resume else "new", pause]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_step(process, run_dir, step):
    log = run_dir / "training.jsonl"
    while not (log.exists() and f'"step": {step},' in log.read_text("utf-8")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def finish(process):
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return output


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A run of three epochs of six batches in a process of its own."""
    run_dir = tmp_path_factory.mktemp("undisturbed")
    return run_dir, finish(start(run_dir))


@pytest.mark.slow
@pytest.mark.parametrize("steps", [(3, 9), (11,)])
def test_after_kill_9_the_losses_are_those_of_a_whole_run(tmp_path, undisturbed, steps):
    for number, step in enumerate(steps):
        process = start(tmp_path, resume=number > 0, pause=0.3)
        wait_for_step(process, tmp_path, step)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    output = finish(start(tmp_path, resume=True))
    assert "Resumed at step" in output
    assert_same_course(tmp_path, undisturbed[0])
    assert output.splitlines()[-1] == undisturbed[1].splitlines()[-1]


@pytest.mark.slow
def test_ctrl_c_in_a_process_of_its_own(tmp_path):
    process = start(tmp_path, pause=0.3)
    wait_for_step(process, tmp_path, 3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    last = errors.strip().splitlines()[-1]
    assert last.startswith("STOPPED: stopped at step ")
    assert Path(last.rpartition("checkpoint: ")[2]).is_file()
    assert "finishing this step to write a checkpoint" in errors
    assert "Traceback" not in errors
