"""One session of a training run: started in an empty folder, or resumed from a checkpoint."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import keras

from albert_tf.atomic_files import write_files
from albert_tf.errors import CheckpointError
from albert_tf.training.checkpoint import (
    CheckpointStore,
    restore_metrics,
    restore_training,
)
from albert_tf.training.distribution import agree, is_first_process
from albert_tf.training.interruption import InterruptFlag
from albert_tf.training.log import TrainingLog
from albert_tf.training.run_callback import Progress, RunCallback

RECIPE_FILE = "recipe.json"
LOG_FILE = "training.jsonl"


class TrainingRun:
    """What every training loop shares: its folder, and how it is started, resumed and carried out.

    A loop is a subclass. Its constructor calls this one before it changes anything, compiles the
    model (`compile_model`), sets `self.callback` to a `RunCallback` that has this run's `store`,
    `log` and `interrupt`, and calls `begin`. Then `train` carries the run out, unless
    `callback.progress.finished`. A subclass gives

    - `first_batch(progress)`: any batch, from which the shapes of the metrics are found out;
    - `dataset(start_batch)`: the batches that a training by steps goes on with; or else its own
      `stages()`, the calls of `fit`;
    - optionally `event_details()`, `describe_change(saved)` and `free_fields`.

    Args:
        model: the model to train.
        recipe: a frozen dataclass with `to_dict` and `to_json`; see `RunCallback` for its fields.
        run_dir: folder of the run.
        resume: whether to go on with the run in that folder.

    Raises:
        CheckpointError: when `run_dir` holds a run already that is not to be resumed.
    """

    free_fields: tuple[str, ...] = (
        "log_every",
        "checkpoint_every",
        "checkpoint_minutes",
        "keep_checkpoints",
    )
    """Fields that a resumed run may change: they leave the course of the training as it is."""

    callback: RunCallback

    def __init__(self, model: keras.Model, recipe, run_dir: Path, resume: bool):
        self.model, self.recipe, self.run_dir = model, recipe, Path(run_dir)
        self.resume = resume
        self.notes: list[str] = []
        self.store = CheckpointStore(self.run_dir / "checkpoints", recipe.keep_checkpoints)
        self.log = TrainingLog(self.run_dir / LOG_FILE)
        self.interrupt = InterruptFlag()
        if not resume:
            self._check_free()

    def _check_free(self):
        is_taken = self.store.latest is not None or self.log.path.exists()
        if agree(is_taken and is_first_process()):  # the others may come when it has begun
            raise CheckpointError(
                f"{self.run_dir} holds a run already; resume it, or choose another folder"
            )

    # === What a loop gives ===

    def dataset(self, start_batch: int):
        """Returns the batches of the training from one on, at least as many as are left."""
        raise NotImplementedError

    def first_batch(self, progress: Progress):
        """Returns `(inputs, y[, sample_weight])`, any batch of the training."""
        raise NotImplementedError

    def event_details(self) -> dict:
        """Returns what the log's lines of start and resumption hold besides the usual."""
        return {}

    def describe_change(self, saved: dict) -> str:
        """Says how the data differ from those of a checkpoint's state."""
        return "other data"

    # === Preparation ===

    def compile_model(self, optimizer, **kwargs) -> None:
        """Compiles the model and builds its optimizer; `kwargs` as for `keras.Model.compile`."""
        self.model.compile(
            optimizer=optimizer,
            # XLA would compile every length of a batch anew, and is slower on CPUs anyway.
            jit_compile="auto" if keras.backend.backend() == "jax" else False,
            **kwargs,
        )
        self.model.optimizer.build(self.model.trainable_variables)

    def begin(self) -> None:
        """Starts the run, or puts everything back as the newest checkpoint has it.

        Raises:
            CheckpointError: when `run_dir` holds no run to resume, or that of other data, settings or
                another recipe; or when a checkpoint cannot be written or read.
        """
        if self.resume:
            self._resume()
        else:
            self._start()

    def _start(self):
        if is_first_process():
            write_files(self.run_dir, {RECIPE_FILE: self.recipe.to_json() + "\n"})
        self.callback.set_model(self.model)
        self.callback.save()  # so that a run can be resumed from the first moment
        self._log_event("start")

    def _resume(self):
        path, arrays, state, notes = self.store.load_latest()
        self._check_same_run(state)
        restore_training(self.model, arrays, path)
        progress = self.callback.progress
        for field in dataclasses.fields(Progress):
            setattr(progress, field.name, state[field.name])
        self.callback.restore_extra_state(state)
        if progress.batch:
            batch = self.first_batch(progress)
            self.callback.restore_metrics_with(lambda: self._restore_metrics(arrays, path, batch))
        self.notes += notes
        if progress.finished:
            self.notes.append(f"The run in {self.run_dir} was finished already.")
        else:
            self.notes.append(f"Resumed at step {self.callback.step}, from {path}.")
            if is_first_process():
                self.log.cut(self.callback.batches_done)
            self._log_event("resume")

    def _restore_metrics(self, arrays, path, batch):
        if not restore_metrics(self.model, arrays, path, batch):
            self.notes.append(
                f"The metrics of this epoch count from here on: {path} holds those of another release."
            )

    def _check_same_run(self, saved):
        mine = json.loads(json.dumps(self.callback.fixed_state))
        # A run of an earlier release lacks fields that came later, and did what is their default.
        recipe = {**type(self.recipe)().to_dict(), **saved["recipe"]}
        fixed = {name: recipe[name] for name in mine["recipe"] if name not in self.free_fields}
        self._refuse(_changes(fixed, mine["recipe"]), f"the recipe in {self.run_dir / RECIPE_FILE}")
        # Settings that a checkpoint lacks, as those of an earlier release do, count as the same.
        self._refuse(_changes(saved.get("settings", {}), mine.get("settings", {})), "the same")
        if saved["data"] != mine["data"]:
            self._refuse(self.describe_change(saved), "the same")

    def _refuse(self, change, remedy):
        if change:
            raise CheckpointError(
                f"the run in {self.run_dir} was started with {change}; resume it with {remedy}, or "
                "start a new run"
            )

    def _log_event(self, event):
        record = {
            "event": event,
            "batch": self.callback.batches_done,
            "recipe": self.recipe.to_dict(),
            **self.event_details(),
            "backend": keras.backend.backend(),
        }
        if is_first_process():
            self.log.write(record)

    # === Training ===

    def train(self, callbacks: list, verbose: str | int, validation_data=None) -> None:
        """Trains to the end.

        Args:
            callbacks: for `fit`; `self.callback` is among them.
            verbose: as in `keras.Model.fit`.
            validation_data: as in `keras.Model.fit`.

        Raises:
            TrainingInterrupted: after Ctrl-C.
        """
        try:
            with self.interrupt:
                for stage in self.stages():
                    self.model.fit(
                        **stage,
                        validation_data=validation_data,
                        callbacks=callbacks,
                        verbose=verbose,
                        shuffle=False,
                    )
        except KeyboardInterrupt as stop:
            raise self.callback.interrupted() from stop

    def stages(self) -> Iterator[dict]:
        """Yields the arguments of each call of `fit`.

        An epoch that was begun already takes a call of its own, and so does a shorter last one:
        Keras has one number of batches for all epochs of a call.
        """
        progress, size, total = (
            self.callback.progress,
            self.callback.epoch_batches,
            self.callback.total_batches,
        )
        whole = total // size
        if progress.batch:
            epoch_size = min(size, total - progress.epoch * size)
            yield self._stage(progress, epoch_size - progress.batch, progress.epoch + 1)
            if self.model.stop_training:  # the callback's will, or that of one of the user's
                return
        if progress.epoch < whole:
            yield self._stage(progress, size, whole)
            if self.model.stop_training:
                return
        if total % size:
            yield self._stage(progress, total % size, whole + 1)

    def _stage(self, progress, batches, epochs):
        return {
            "x": self.dataset(self.callback.batches_done),
            "steps_per_epoch": batches,
            "initial_epoch": progress.epoch,
            "epochs": epochs,
        }


def _changes(theirs, mine):
    """Says which of their values are others now."""
    return ", ".join(
        f"{name} {value!r} (now {mine.get(name)!r})"
        for name, value in theirs.items()
        if value != mine.get(name)
    )
