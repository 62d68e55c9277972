"""What every training loop does between two batches: log, keep checkpoints, stop when it should."""

import dataclasses
import math
import time
from collections.abc import Callable

import keras
import numpy as np

from albert_tf.errors import AlbertError
from albert_tf.training.checkpoint import LATEST, CheckpointStore, training_arrays
from albert_tf.training.distribution import agree, is_first_process, num_processes
from albert_tf.training.interruption import InterruptFlag, TrainingInterrupted
from albert_tf.training.layer_decay import current_learning_rate
from albert_tf.training.log import TrainingLog
from albert_tf.training.speed import Speed


@dataclasses.dataclass
class Progress:
    """How far a run has come.

    Args:
        epoch: Keras epochs done.
        batch: batches done of the next one.
        seconds: training time of earlier sessions.
        finished: whether nothing is left to do.
    """

    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    finished: bool = False


class RunCallback(keras.callbacks.Callback):
    """Writes `training.jsonl` and checkpoints, and ends the training.

    It ends it by `stop_training` when nothing is left to do, by `TrainingInterrupted` after Ctrl-C,
    and by an `AlbertError` when the loss is no longer a number.

    A loop is a subclass, or one of the two that there are: `FineTuningCallback`, whose Keras epochs
    are passes over the data, and `StepRunCallback`, whose epochs are the `log_every` updates
    between two lines of the log, of a dataset that repeats. A subclass gives:

    - `count_tokens(batch)`: how many tokens that batch of the present Keras epoch holds;
    - `finish_epoch(logs)`: what is done at the end of a Keras epoch, before it is logged, such as
      an evaluation whose numbers it adds to the logs; an event, for the log, ends the training;
    - optionally `describe_step()`, `extra_record()` (for the log), `extra_state()` and
      `restore_extra_state(state)` (for checkpoints), and `saves_each_epoch`.

    With several processes the first one writes, and all agree on what to do at the end of each
    Keras epoch only.

    `training/run.py` starts and resumes the run around it; `fit` is called with Keras epochs of
    `epoch_batches` batches, `initial_epoch=progress.epoch`, and one stage of its own for an epoch
    that was begun already (`TrainingRun.stages`).

    Args:
        recipe: has `learning_rate`, `accumulation_steps`, `log_every`, `checkpoint_every` and
            `checkpoint_minutes`, as those of `FineTuningRecipe`.
        progress: where the run stands; kept up to date.
        store: of the checkpoints.
        log: the training log.
        interrupt: set by Ctrl-C.
        epoch_batches: batches in a Keras epoch; the last may be shorter.
        total_batches: batches of the whole run.
        fixed_state: what every checkpoint holds besides the progress.
        run_dir: the folder of the run, for messages.
        show: called with each line of the log, to show it to people.
    """

    saves_each_epoch = False
    """Whether each Keras epoch ends with a checkpoint, also when none is due."""

    def __init__(
        self,
        recipe,
        *,
        progress: Progress,
        store: CheckpointStore,
        log: TrainingLog,
        interrupt: InterruptFlag,
        epoch_batches: int,
        total_batches: int,
        fixed_state: dict,
        run_dir,
        show: Callable[[dict], None] | None = None,
    ):
        super().__init__()
        self.recipe = recipe
        self.progress = progress
        self.store = store
        self.log = log
        self.interrupt = interrupt
        self.epoch_batches = epoch_batches
        self.total_batches = total_batches
        self.fixed_state = fixed_state
        self.run_dir = run_dir
        self.show = show
        self.speed = Speed()
        self._begun = time.monotonic()
        self._saved = time.monotonic()
        self._restore_metrics = None

    # === What a loop gives ===

    def count_tokens(self, batch: int) -> float:
        """Returns the tokens of a batch of this Keras epoch, padding aside."""
        raise NotImplementedError

    def finish_epoch(self, logs: dict) -> dict | None:
        """Does what a Keras epoch ends with; may add to `logs`; returns the event that ends training."""
        return None

    def describe_step(self) -> str:
        """Says where the run stands, for messages."""
        return f"step {self.step} of {self.total_batches // self.recipe.accumulation_steps}"

    def extra_record(self) -> dict:
        """Returns what a line of the log holds besides the usual."""
        return {}

    def extra_state(self) -> dict:
        """Returns what a checkpoint holds besides the usual, serializable as JSON."""
        return {}

    def restore_extra_state(self, state: dict) -> None:
        """Takes over what `extra_state` returned, from the state of a checkpoint."""

    # === Where the run stands ===

    @property
    def batches_done(self) -> int:
        """Batches done, over all epochs."""
        done = self.progress.epoch * self.epoch_batches + self.progress.batch
        return min(done, self.total_batches)  # the last epoch may be shorter

    @property
    def step(self) -> int:
        """Updates done, over all epochs."""
        return self.batches_done // self.recipe.accumulation_steps

    @property
    def seconds(self) -> float:
        """Training time, over all sessions."""
        return self.progress.seconds + time.monotonic() - self._begun

    def restore_metrics_with(self, restore) -> None:
        """Has `restore()` called in the first epoch, after Keras has reset the metrics."""
        self._restore_metrics = restore

    # === What Keras calls ===

    def on_epoch_begin(self, epoch, logs=None):
        """Puts the metrics back that a resumed run had in the middle of an epoch."""
        if self._restore_metrics is not None:
            self._restore_metrics()
            self._restore_metrics = None

    def on_train_batch_begin(self, batch, logs=None):
        """Starts the clock of a batch."""
        self.speed.begin()

    def on_train_batch_end(self, batch, logs=None):
        """Looks after everything that happens between two batches."""
        self.speed.end(self.count_tokens(self.progress.batch))
        self.progress.batch += 1
        self._check_loss(logs)
        if self.progress.batch == self.epoch_batches or self.batches_done == self.total_batches:
            return  # the end of the epoch logs and writes a checkpoint, after validation
        is_update = self.batches_done % self.recipe.accumulation_steps == 0
        if is_update and self.step % self.recipe.log_every == 0:
            self._log(logs, self.progress.epoch + 1)
        if num_processes() > 1:
            return
        if self.interrupt.is_set:
            self.save()
            raise self.interrupted()
        if self._is_checkpoint_due():
            self.save()

    def on_epoch_end(self, epoch, logs=None):
        """Finishes the epoch, logs it, and decides whether training goes on."""
        self.progress.epoch, self.progress.batch = epoch + 1, 0
        ending = self.finish_epoch(logs)
        self._log(logs, epoch + 1)
        if ending is not None and is_first_process():
            self.log.write({"batch": self.batches_done, **ending})
        self.progress.finished = ending is not None or self.batches_done == self.total_batches
        is_interrupted = agree(self.interrupt.is_set)
        is_stopping = self.progress.finished or is_interrupted
        if agree(is_stopping or self.saves_each_epoch or self._is_checkpoint_due()):
            self.save()
        if self.progress.finished:
            self.model.stop_training = True
        elif is_interrupted:
            raise self.interrupted()

    # === How ===

    def save(self) -> None:
        """Writes a checkpoint of everything.

        Raises:
            AlbertError: when a weight is not finite.
            CheckpointError: when it cannot be written.
        """
        arrays = training_arrays(self.model)
        for name, array in arrays.items():
            if name.startswith("model/") and not np.isfinite(array).all():
                raise self._diverged(f"{name} is not finite")
        state = {
            **self.fixed_state,
            **dataclasses.asdict(self.progress),
            "seconds": self.seconds,
            "step": self.step,
            **self.extra_state(),
        }
        if is_first_process():
            self.store.save(LATEST, self.batches_done, arrays, state)
        self._saved = time.monotonic()

    def interrupted(self) -> TrainingInterrupted:
        """Returns the exception that says where training stopped."""
        return TrainingInterrupted(self.describe_step(), self.step, self.store.latest, self.run_dir)

    def _is_checkpoint_due(self):
        every, minutes = self.recipe.checkpoint_every, self.recipe.checkpoint_minutes
        by_batches = every is not None and self.batches_done % every == 0
        by_time = minutes is not None and time.monotonic() - self._saved >= 60 * minutes
        return by_batches or by_time

    def _log(self, logs, epoch):
        metrics = {k: v for k, v in logs.items() if not k.startswith("learning_rate")}
        record = {
            "step": self.step,
            "batch": self.batches_done,
            "epoch": epoch,
            **{name: float(value) for name, value in metrics.items()},
            "learning_rate": current_learning_rate(self.model.optimizer),
            **self.extra_record(),
            "tokens_per_second": round(self.speed.since_last(), 1),
            "seconds": round(self.seconds, 2),
        }
        if is_first_process():
            self.log.write(record)
        if self.show is not None:
            self.show(record)

    def _check_loss(self, logs):
        loss = logs.get("loss", 0.0)
        if not math.isfinite(loss):
            raise self._diverged(f"the loss is {loss}")

    def _diverged(self, what):
        return AlbertError(
            f"{what} at {self.describe_step()}: training diverged; "
            f"start anew with a learning rate below {self.recipe.learning_rate:g}; the last good "
            f"checkpoint is {self.store.latest}"
        )
