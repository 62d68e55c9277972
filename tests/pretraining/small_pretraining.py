"""A pretrainer and records so small that whole runs fit into a test.

As a program: `python -m tests.pretraining.small_pretraining DIR new|resume PAUSE`, the pause in seconds a batch.
"""

import json
import sys
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from albert_tf import AlbertBackbone, AlbertPretrainer
from albert_tf.errors import AlbertError
from albert_tf.pretraining import PretrainingRecipe, pretrain, serialize_example
from albert_tf.training import TrainingInterrupted
from tests.tiny import tiny_config

LENGTH, MASKED = 16, 3
RECIPE = PretrainingRecipe(
    steps=6,
    batch_size=8,
    learning_rate=0.01,
    warmup_steps=2,
    log_every=2,
    evaluate_every=4,
    seed=7,
)


def write_records(path, examples=44, seed=0, masked=None) -> str:
    """Writes static examples whose masked tokens are told by their neighbours; returns the path."""
    random = np.random.default_rng(seed)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for _ in range(examples):
            length = int(random.integers(8, LENGTH + 1))
            tokens = np.sort(random.integers(10, 120, length))
            is_swapped = bool(random.integers(0, 2))
            segments = (np.arange(length) >= length // 2).astype(int)
            tokens = tokens[::-1].copy() if is_swapped else tokens
            count = masked or int(random.integers(1, MASKED + 1))
            positions = np.sort(random.choice(length, count, replace=False))
            labels = tokens[positions].copy()
            tokens[positions] = 4
            writer.write(
                serialize_example(
                    tokens,
                    segments,
                    np.ones(length),
                    is_swapped,
                    sequence_length=LENGTH,
                    masked=(positions, labels),
                    max_masked=MASKED,
                )
            )
    return str(path)


def small_pretrainer(**changes) -> AlbertPretrainer:
    """A pretrainer with dropout, always with the same weights."""
    keras.utils.set_random_seed(7)
    options = {name: changes.pop(name) for name in ("dtype", "remat") if name in changes}
    values = {
        "num_hidden_layers": 1,
        "hidden_size": 16,
        "intermediate_size": 32,
        "hidden_dropout_prob": 0.1,
        **changes,
    }
    return AlbertPretrainer(AlbertBackbone(tiny_config(**values), **options))


class Pause(keras.callbacks.Callback):
    """Slows the run down, so that it is killed where the test wants it to be."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def on_train_batch_end(self, batch, logs=None):
        time.sleep(self.seconds)


def run(folder, run_dir, resume, pause):
    recipe = RECIPE.replace(steps=12, accumulation_steps=2, checkpoint_every=5)
    files = [write_records(folder / f"{name}.tfrecord", seed=i) for i, name in enumerate("ab")]
    return pretrain(
        small_pretrainer(),
        files[0],
        files[1],
        recipe=recipe,
        run_dir=run_dir,
        resume=resume,
        callbacks=(Pause(pause),),
    )


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    directory.mkdir(exist_ok=True)
    try:
        result = run(directory, directory / "run", sys.argv[2] == "resume", float(sys.argv[3]))
    except TrainingInterrupted as stop:
        sys.exit(f"STOPPED: {stop}")
    except AlbertError as error:
        sys.exit(f"ERROR: {error}")
    print(json.dumps({"notes": result.notes, "steps": result.steps}))
