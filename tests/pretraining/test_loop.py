"""Pretraining runs: what they log, and that interrupted ones go on as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf import AlbertBackbone
from albert_tf.errors import CheckpointError, ConfigError, DataError
from albert_tf.pretraining import PretrainingRecipe, pretrain
from albert_tf.pretraining.loop import learning_rate_schedule
from tests.pretraining.small_pretraining import RECIPE, small_pretrainer, write_records
from tests.tiny import tiny_config

TIMES = ("seconds", "tokens_per_second", "seconds_left")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """44 training and 44 held-out examples."""
    folder = tmp_path_factory.mktemp("records")
    return [write_records(folder / f"{name}.tfrecord", seed=i) for i, name in enumerate("ab")]


def run(files, run_dir, recipe=RECIPE, model=None, resume=False, callbacks=()):
    model = small_pretrainer() if model is None else model
    result = pretrain(
        model,
        files[0],
        files[1],
        recipe=recipe,
        run_dir=run_dir,
        resume=resume,
        callbacks=callbacks,
    )
    return model, result


def course(run_dir):
    """The lines of the log with a step, without what depends on the clock."""
    lines = map(json.loads, (run_dir / "training.jsonl").read_text("utf-8").splitlines())
    return [{k: v for k, v in r.items() if k not in TIMES} for r in lines if "step" in r]


def assert_same_course(run_dir, other):
    mine, theirs = course(run_dir), course(other)
    assert [list(r) for r in mine] == [list(r) for r in theirs]
    for record, expected in zip(mine, theirs, strict=True):
        assert list(record.values()) == pytest.approx(list(expected.values()), abs=1e-6)


def assert_same_weights(model, other, tolerance=1e-6):
    for mine, theirs in zip(model.weights, other.weights, strict=True):
        np.testing.assert_allclose(
            ops.convert_to_numpy(mine), ops.convert_to_numpy(theirs), atol=tolerance
        )


class StopAt(keras.callbacks.Callback):
    """Raises an exception after a number of batches."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_train_batch_end(self, batch, logs=None):
        self.batches -= 1
        if self.batches == 0:
            raise RuntimeError


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """A run of six updates that nothing disturbs."""
    run_dir = tmp_path_factory.mktemp("whole")
    return run_dir, *run(files, run_dir)


def test_the_log_holds_both_objectives_of_both_parts(whole, files):
    run_dir, _, result = whole
    assert result.steps == 6
    assert [r["step"] for r in result.history] == [2, 4, 6]
    assert ["val_loss" in r for r in result.history] == [False, True, True]
    for record in result.history[1:]:
        assert record["loss"] == pytest.approx(record["mlm_loss"] + record["sop_loss"], abs=1e-5)
        total = record["val_mlm_loss"] + record["val_sop_loss"]
        assert record["val_loss"] == pytest.approx(total, abs=1e-5)
        assert 0.0 <= record["val_sop_accuracy"] <= 1.0
        assert {"mlm_accuracy", "sop_accuracy", "val_mlm_accuracy"} <= set(record)
    assert result.history[-1]["seconds_left"] == 0
    assert result.history[-1]["learning_rate"] == 0.0
    assert result.tokens_per_second > 0.0
    _, again = run(files, run_dir, model=small_pretrainer(), resume=True)
    assert again.history == result.history
    assert again.notes == [f"The run in {run_dir} was finished already."]


@pytest.mark.parametrize(
    ("every", "stop", "saved"), [(1, 3, 3), pytest.param(2, 5, 4, marks=pytest.mark.slow)]
)
def test_a_run_that_broke_off_goes_on_with_the_same_losses(
    files, whole, tmp_path, every, stop, saved
):
    """Within the batches of a line of the log, and between two lines."""
    recipe = RECIPE.replace(checkpoint_every=every)
    with pytest.raises(RuntimeError):
        run(files, tmp_path, recipe, callbacks=(StopAt(stop),))
    np.random.random()  # as something else in the process might
    model, result = run(files, tmp_path, recipe, resume=True)
    assert_same_course(tmp_path, whole[0])
    assert_same_weights(model, whole[1])
    assert result.notes[0].startswith(f"Resumed at step {saved}, ")


@pytest.mark.slow
def test_accumulated_batches_make_the_update_of_one_large_batch(tmp_path):
    """The learning rate and the clipping are those of the update, not of its parts."""
    # Every part has as many masked tokens, so that the mean of means is the mean.
    records = write_records(tmp_path / "equal.tfrecord", masked=2)
    weights = [np.concatenate([np.ravel(w) for w in _numpy(small_pretrainer())])]
    for parts in (1, 4):
        recipe = RECIPE.replace(accumulation_steps=parts, steps=3, log_every=3, warmup_steps=1)
        model = small_pretrainer(hidden_dropout_prob=0.0)
        pretrain(model, records, recipe=recipe, run_dir=tmp_path / str(parts))
        weights.append(np.concatenate([np.ravel(w) for w in _numpy(model)]))
    start, whole, in_parts = weights
    way = np.linalg.norm(whole - start)
    assert way > 0.1
    assert np.linalg.norm(in_parts - whole) < 0.02 * way


def _numpy(model):
    return [ops.convert_to_numpy(v) for v in model.weights]


def test_few_held_out_examples_make_a_smaller_batch(files, tmp_path):
    few = write_records(tmp_path / "few.tfrecord", examples=3)
    recipe = RECIPE.replace(steps=2, warmup_steps=0)
    _, result = run([files[0], few], tmp_path / "run", recipe)
    assert result.history[-1]["val_sop_accuracy"] * 3 == pytest.approx(
        round(result.history[-1]["val_sop_accuracy"] * 3)
    )


def test_learning_rates_rise_and_fall():
    recipe = PretrainingRecipe(steps=10, warmup_steps=2, learning_rate=1.0, batch_size=8)
    rates = [float(learning_rate_schedule(recipe)(step)) for step in range(11)]
    expected = [0.5, 1.0, *(1.0 - i / 8 for i in range(9))]
    assert rates == pytest.approx(expected)
    accumulated = learning_rate_schedule(recipe.replace(accumulation_steps=4))
    # The update is made by the last batch of four.
    assert [float(accumulated(4 * step + 3)) for step in range(11)] == pytest.approx(expected)
    again = type(accumulated).from_config(accumulated.get_config())
    assert float(again(11)) == float(accumulated(11))
    flat = learning_rate_schedule(recipe.replace(decay_power=0.0))
    assert float(flat(9)) == 1.0
    assert PretrainingRecipe().warmup == 3125


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"dtype": "mixed_bfloat16"}, {"remat": True}], ids=str)
def test_bfloat16_and_remat_change_little(files, whole, tmp_path, options):
    model, result = run(files, tmp_path, model=small_pretrainer(**options))
    assert all(v.dtype == "float32" for v in model.trainable_variables)
    exact = whole[2].history
    for record, expected in zip(result.history, exact, strict=True):
        assert record["loss"] == pytest.approx(expected["loss"], rel=0.02)


def test_what_does_not_fit_is_said(files, whole, tmp_path):
    with pytest.raises(ConfigError, match=r"got a AlbertBackbone; expected an AlbertPretrainer"):
        run(files, tmp_path, model=AlbertBackbone(tiny_config()))
    with pytest.raises(DataError, match="examples have 16 tokens, the model has 12 positions"):
        run(files, tmp_path, model=small_pretrainer(max_position_embeddings=12))
    with pytest.raises(CheckpointError, match=r"started with steps 6 \(now 7\)"):
        run(files, whole[0], RECIPE.replace(steps=7), resume=True)
    with pytest.raises(CheckpointError, match="other data: 44 training examples then, 44 now"):
        run(files[::-1], whole[0], resume=True)
    with pytest.raises(ConfigError, match=r"batch_size is 8, which accumulation_steps 3 does not"):
        RECIPE.replace(accumulation_steps=3)
    with pytest.raises(ConfigError, match=r"warmup_steps is 9, more than the 6 steps"):
        RECIPE.replace(warmup_steps=9)
    with pytest.raises(ConfigError, match=r"PretrainingRecipe has no field 'step'; did you mean"):
        PretrainingRecipe.from_dict({"step": 3})


# === In processes that are killed ===


def start(folder, resume=False, pause=0.0):
    arguments = [folder, "resume" if resume else "new", pause]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.pretraining.small_pretraining", *map(str, arguments)],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_checkpoint(process, folder, batches):
    path = folder / "run" / "checkpoints" / f"checkpoint-{batches:08d}.safetensors"
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def finish(process):
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return json.loads(output.splitlines()[-1])


@pytest.mark.slow
def test_after_kill_9_the_losses_are_those_of_a_whole_run(tmp_path):
    """Killed between the batches of an update, in the middle of a line of the log."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    finish(start(whole))
    process = start(killed, pause=0.3)
    wait_for_checkpoint(process, killed, 5)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = finish(start(killed, resume=True))
    assert found["notes"][0].startswith("Resumed at step 2, ")
    assert_same_course(killed / "run", whole / "run")


@pytest.mark.slow
def test_ctrl_c_names_step_and_checkpoint(tmp_path):
    process = start(tmp_path, pause=0.3)
    wait_for_checkpoint(process, tmp_path, 5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    last = errors.strip().splitlines()[-1]
    assert last.startswith("STOPPED: stopped at step ")
    assert " of 12; checkpoint: " in last
