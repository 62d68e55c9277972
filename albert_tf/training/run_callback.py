"""The callback that logs a run, keeps its checkpoints, and stops it when it should."""

import dataclasses
import math
import time

import keras
import numpy as np

from albert_tf.errors import AlbertError
from albert_tf.training.best import BestEpoch
from albert_tf.training.checkpoint import (
    BEST,
    LATEST,
    CheckpointStore,
    model_arrays,
    random_state,
    training_arrays,
)
from albert_tf.training.interruption import InterruptFlag, TrainingInterrupted
from albert_tf.training.layer_decay import LayerDecaySchedule, current_learning_rate
from albert_tf.training.log import TrainingLog
from albert_tf.training.recipe import FineTuningRecipe


@dataclasses.dataclass
class Progress:
    """How far a run has come.

    Args:
        epoch: epochs done.
        batch: batches done of the next one.
        seconds: training time of earlier sessions.
        finished: whether nothing is left to do.
    """

    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    finished: bool = False


class RunCallback(keras.callbacks.Callback):
    """Writes `training.jsonl` and checkpoints, keeps the best epoch, and ends the training.

    It ends it by `stop_training` when the best epoch is too long ago, by `TrainingInterrupted`
    after Ctrl-C, and by an `AlbertError` when the loss is no longer a number.

    Args:
        recipe: a `FineTuningRecipe`.
        batches: the training batches.
        progress: where the run stands; kept up to date.
        store: of the checkpoints.
        log: the training log.
        best: which epoch was the best; None without validation data.
        interrupt: set by Ctrl-C.
        schedule: the `LayerDecaySchedule`, or None.
        fixed_state: what every checkpoint holds besides the progress.
        run_dir: the folder of the run, for messages.
    """

    def __init__(
        self,
        recipe: FineTuningRecipe,
        batches,
        *,
        progress: Progress,
        store: CheckpointStore,
        log: TrainingLog,
        best: BestEpoch | None,
        interrupt: InterruptFlag,
        schedule: LayerDecaySchedule | None,
        fixed_state: dict,
        run_dir,
    ):
        super().__init__()
        self.recipe = recipe
        self.batches = batches
        self.progress = progress
        self.store = store
        self.log = log
        self.best = best
        self.interrupt = interrupt
        self.schedule = schedule
        self.fixed_state = fixed_state
        self.run_dir = run_dir
        self.speed = Speed()
        self._begun = time.monotonic()
        self._saved = time.monotonic()
        self._restore_metrics = None

    # === Where the run stands ===

    @property
    def batches_done(self) -> int:
        """Batches done, over all epochs."""
        return self.progress.epoch * len(self.batches) + self.progress.batch

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
        """Looks up how many tokens each batch holds."""
        lengths = self.batches.packed.lengths
        self._tokens = [int(lengths[examples].sum()) for examples in self.batches.plan(epoch)]
        if self._restore_metrics is not None:
            self._restore_metrics()
            self._restore_metrics = None

    def on_train_batch_begin(self, batch, logs=None):
        """Starts the clock of a batch."""
        self.speed.begin()

    def on_train_batch_end(self, batch, logs=None):
        """Looks after everything that happens between two batches."""
        self.speed.end(self._tokens[self.progress.batch])
        self.progress.batch += 1
        self._check_loss(logs)
        if self.progress.batch == len(self.batches):
            return  # the end of the epoch logs and writes a checkpoint, after validation
        is_update = self.batches_done % self.recipe.accumulation_steps == 0
        if is_update and self.step % self.recipe.log_every == 0:
            self._log(logs, self.progress.epoch + 1)
        if self.interrupt.is_set:
            self.save()
            raise self.interrupted()
        if self._is_checkpoint_due():
            self.save()

    def on_epoch_end(self, epoch, logs=None):
        """Keeps the best epoch, and decides whether training goes on."""
        self.progress.epoch, self.progress.batch = epoch + 1, 0
        is_over = self.progress.epoch == self.recipe.epochs
        if self.best is not None:
            if self.best.update(epoch + 1, logs):
                self.store.save(BEST, self.batches_done, model_arrays(self.model), {})
            patience = self.recipe.early_stopping_patience
            is_over = is_over or (patience is not None and self.best.waited >= patience)
        self._log(logs, epoch + 1)
        self.progress.finished = is_over
        self.save()
        if is_over:
            self.model.stop_training = True
        elif self.interrupt.is_set:
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
            "best": None if self.best is None else dataclasses.asdict(self.best),
            "random": random_state(),
        }
        self.store.save(LATEST, self.batches_done, arrays, state)
        self._saved = time.monotonic()

    def interrupted(self) -> TrainingInterrupted:
        """Returns the exception that says where training stopped."""
        epoch = min(self.progress.epoch + 1, self.recipe.epochs)
        return TrainingInterrupted(
            self.step, epoch, self.recipe.epochs, self.store.latest, self.run_dir
        )

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
        }
        if self.schedule is not None:
            record["learning_rates"] = self.schedule.learning_rates()
        record["tokens_per_second"] = round(self.speed.since_last(), 1)
        record["seconds"] = round(self.seconds, 2)
        self.log.write(record)

    def _check_loss(self, logs):
        loss = logs.get("loss", 0.0)
        if not math.isfinite(loss):
            raise self._diverged(f"the loss is {loss}")

    def _diverged(self, what):
        return AlbertError(
            f"{what} at step {self.step} (epoch {self.progress.epoch + 1}): training diverged; "
            f"start anew with a learning rate below {self.recipe.learning_rate:g}; the last good "
            f"checkpoint is {self.store.latest}"
        )


class Speed:
    """Tokens a second, of training alone: validation and checkpoints do not count."""

    def __init__(self):
        self._first = self._others = self._recent = (0, 0.0)  # tokens, seconds

    def begin(self) -> None:
        """Starts the clock."""
        self._start = time.perf_counter()

    def end(self, tokens: int) -> None:
        """Stops it after a batch of so many tokens."""
        batch = (tokens, time.perf_counter() - self._start)
        self._recent = _sum(self._recent, batch)
        if self._first == (0, 0.0):
            self._first = batch
        else:
            self._others = _sum(self._others, batch)

    def since_last(self) -> float:
        """Returns the tokens a second since the last call."""
        rate = _rate(*self._recent)
        self._recent = (0, 0.0)
        return rate

    def overall(self) -> float:
        """Returns the tokens a second, without the first batch, which compiles; 0.0 without any."""
        return _rate(*self._others) or _rate(*self._first)


def _sum(one, other):
    return one[0] + other[0], one[1] + other[1]


def _rate(tokens, seconds):
    return tokens / seconds if seconds else 0.0
