"""A run in a process of its own, for tests that kill it.

Usage: `python -m tests.training.killed_run DIR new|resume PAUSE`, the pause in seconds a batch.
"""

import sys
import time

import keras

from albert_tf.errors import AlbertError
from albert_tf.training import TrainingInterrupted, fine_tune
from tests.training.small_run import RECIPE, small_batches, small_classifier

KILLED_RECIPE = RECIPE.replace(
    epochs=3, checkpoint_every=2, layer_decay_rate=0.5, application_decay_rate=0.7
)


class Pause(keras.callbacks.Callback):
    """Slows the run down, so that it is killed where the test wants it to be."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def on_train_batch_end(self, batch, logs=None):
        time.sleep(self.seconds)


def run(run_dir, resume, pause):
    return fine_tune(
        small_classifier(num_hidden_layers=2),
        small_batches(),
        small_batches(9, 8, "by_length"),
        recipe=KILLED_RECIPE,
        run_dir=run_dir,
        resume=resume,
        callbacks=(Pause(pause),),
        verbose=0,
    )


if __name__ == "__main__":
    try:
        result = run(sys.argv[1], sys.argv[2] == "resume", float(sys.argv[3]))
    except TrainingInterrupted as stop:
        sys.exit(f"STOPPED: {stop}")
    except AlbertError as error:
        sys.exit(f"ERROR: {error}")
    print("NOTES:", *result.notes)
    print("BEST:", result.best_epoch, result.best_value)
