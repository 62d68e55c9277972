"""`fine_tune`: from labelled texts to a trained model, with everything a long run needs."""

import contextlib
import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

import keras

from albert_tf.errors import ConfigError, MissingExtraError
from albert_tf.models.task import AlbertTask
from albert_tf.random_state import seeded
from albert_tf.training.best import BestEpoch
from albert_tf.training.checkpoint import BEST, read_checkpoint_file, restore_model
from albert_tf.training.data import (
    fingerprint,
    training_batches,
    validation_batches,
)
from albert_tf.training.fake_quantization import FakeQuantization
from albert_tf.training.fine_tuning_callback import FineTuningCallback
from albert_tf.training.head_start import start_linear
from albert_tf.training.layer_decay import LayerDecaySchedule
from albert_tf.training.monitor import choose_monitor
from albert_tf.training.optimizer import build_optimizer
from albert_tf.training.recipe import FineTuningRecipe
from albert_tf.training.run import TrainingRun
from albert_tf.training.run_callback import Progress


@dataclasses.dataclass
class FineTuningResult:
    """What a run has come to.

    Args:
        history: the records of `training.jsonl` that have a `step`.
        best_epoch: the epoch whose weights the model has, counted from 1; without validation data
            the last.
        best_value: what `monitor` was then; None without validation data.
        monitor: the number that was watched; None without validation data.
        kept: which epoch's weights the model has, and why, in words; None without validation data.
        epochs: epochs done.
        steps: updates done.
        seconds: time of all sessions, validation and checkpoints included.
        tokens_per_second: tokens without padding trained in this session, a second of training.
        multipliers: learning-rate multipliers by depth, bottom to top; empty without
            `LayerDecaySchedule`.
        application_weights: of the gradient of each application of the encoder; empty when all are
            1.
        run_dir: the folder of the run.
        log: the path of `training.jsonl`.
        last_checkpoint: the newest checkpoint.
        best_checkpoint: the weights of the best epoch; None without validation data.
        notes: what people should know, one sentence each.
    """

    history: list[dict]
    best_epoch: int
    best_value: float | None
    monitor: str | None
    kept: str | None
    epochs: int
    steps: int
    seconds: float
    tokens_per_second: float
    multipliers: dict[str, float]
    application_weights: list[float]
    run_dir: Path
    log: Path
    last_checkpoint: Path
    best_checkpoint: Path | None
    notes: list[str]


def fine_tune(
    model: AlbertTask,
    train: Any,
    validation: Any = None,
    *,
    recipe: FineTuningRecipe | None = None,
    run_dir: str | Path,
    resume: bool = False,
    settings: dict | None = None,
    callbacks: tuple = (),
    verbose: str | int = "auto",
) -> FineTuningResult:
    """Fine-tunes a model with `model.fit`, and leaves it with the weights of its best epoch.

    The best is the epoch with the highest main metric of the task on the validation data, as accuracy,
    and of equal ones that with the lowest loss; see `choose_monitor`, and `FineTuningRecipe.monitor`.

    Texts of similar length share a batch. Every few minutes, and after each epoch, a checkpoint is
    written to `run_dir`. A run that was stopped, by Ctrl-C, `kill -9` or a power cut, continues
    from there with the same batches, optimizer, learning rates and dropout: its losses are those of
    a run that was never stopped.

    Args:
        model: a task model, e.g. an `AlbertTextClassifier`. It is compiled anew, with the recipe's
            optimizer, its own loss and its head's metrics, and the one that decides which epoch is
            kept.
        train: `(x, y)` or `(x, y, sample_weight)` with `x` texts or `(texts, pairs)`, and `y` as for
            `model.fit`; or a `LengthBucketedBatches`.
        validation: the same, or None.
        recipe: a `FineTuningRecipe`; default: its defaults.
        run_dir: folder of the run; it receives `recipe.json`, `training.jsonl`, `checkpoints/` and
            `tensorboard/`.
        resume: continue the run in `run_dir`, with the same data and recipe. A run that was
            finished returns its result at once.
        settings: what else decides the course of the training, such as the weights of the model's
            losses, serializable as JSON: a run is resumed with the same only.
        callbacks: further Keras callbacks, or one.
        verbose: as in `keras.Model.fit`.

    Returns:
        A `FineTuningResult`.

    Raises:
        ConfigError: when the recipe does not fit the model.
        DataError: when the data do not fit together.
        CheckpointError: when `run_dir` holds a run already, or none to resume, or that of other
            data, settings or another recipe; or when a checkpoint cannot be written or read.
        AlbertError: when training diverges.
        TrainingInterrupted: after Ctrl-C.

    Example:
    ```python
    from albert_tf.training import FineTuningRecipe, fine_tune

    # result = fine_tune(
    #     classifier,
    #     (texts, labels),
    #     (validation_texts, validation_labels),
    #     recipe=FineTuningRecipe.named("default"),
    #     run_dir="runs/reviews",
    # )
    ```
    """
    recipe = recipe or FineTuningRecipe()
    run = _FineTuningRun(model, train, validation, recipe, run_dir, resume, settings or {})
    if not run.callback.progress.finished:
        run.fit(keras.tree.flatten(callbacks or ()), verbose)
    return run.result()


class _FineTuningRun(TrainingRun):
    """One session of a run: prepared by the constructor, carried out by `train`."""

    free_fields = (*TrainingRun.free_fields, "eval_batch_size", "tensorboard")

    def __init__(self, model, train, validation, recipe, run_dir, resume, settings):
        if not isinstance(model, AlbertTask):
            raise ConfigError(
                f"fine_tune got a {type(model).__name__}; expected a task model such as "
                "AlbertTextClassifier (any keras.Model trains with fit and LayerDecaySchedule)"
            )
        super().__init__(model, recipe, run_dir, resume)
        self.batches = training_batches(model, train, recipe)
        self.validation = validation_batches(model, validation, recipe)
        self.monitor = choose_monitor(model, self.validation, recipe)
        self.schedule = self._build_schedule()
        self.rounding = recipe.weight_bits and FakeQuantization(model, recipe.weight_bits)
        self._compile()
        if recipe.head_start == "linear" and not resume:
            start_linear(model, self.batches, recipe.seed)
        self.callback = FineTuningCallback(
            recipe,
            self.batches,
            best=self._build_best(),
            schedule=self.schedule,
            progress=Progress(),
            store=self.store,
            log=self.log,
            interrupt=self.interrupt,
            fixed_state={
                "recipe": recipe.to_dict(),
                "data": fingerprint(self.batches, self.validation),
                "examples": self.batches.num_examples,
                "settings": settings,
            },
            run_dir=self.run_dir,
        )
        self.begin()
        self._note_monitor()

    # === Preparation ===

    def _build_schedule(self):
        recipe = self.recipe
        if not recipe.decays_by_depth:
            return None
        return LayerDecaySchedule(
            recipe.layer_decay_rate,
            recipe.scale_embedding,
            application_decay_rate=recipe.application_decay_rate,
            multipliers=recipe.multipliers,
        )

    def _build_best(self):
        if self.validation is not None:
            return BestEpoch(self.monitor.name)
        self.notes.append(
            "There are no validation data: all epochs were trained, and the last weights kept."
        )
        return None

    def _compile(self):
        model, recipe = self.model, self.recipe
        total_steps = recipe.epochs * len(self.batches)
        more = self.monitor.metrics
        metrics = {"metrics": [*model.default_metrics(), *more]} if more else {}
        with seeded(recipe.seed):
            optimizer = build_optimizer(recipe, model.trainable_variables, total_steps)
            weights = model.loss_weights
            self.compile_model(optimizer, loss=model.loss, loss_weights=weights, **metrics)

    def _note_monitor(self):
        best = self.callback.best
        if best is None:
            return
        if best.monitor != self.monitor.name:
            self.notes.append(
                f"This run was begun with {best.monitor} deciding which epoch is kept, and goes on with it; a new run "
                f"would watch {self.monitor.name}."
            )
        elif self.monitor.note:
            self.notes.append(self.monitor.note)

    def first_batch(self, progress):
        """Returns the first batch of the present epoch."""
        batch = self.batches.collate(self.batches.plan(progress.epoch)[0])
        return self.model.completed_batch(batch)

    def describe_change(self, saved: dict) -> str:
        """Says how many examples there were, and how many there are."""
        return (
            f"other data: {saved['examples']} training examples then, "
            f"{self.batches.num_examples} now, or other texts, labels or tokenizer"
        )

    def event_details(self) -> dict:
        """Returns what depends on the depth."""
        schedule = self.schedule
        return {
            "multipliers": schedule.place(self.model) if schedule else {},
            "application_weights": schedule.application_weights if schedule else [],
        }

    # === Training ===

    def fit(self, callbacks, verbose):
        """Trains to the end, with the user's callbacks too."""
        callbacks = [
            self.batches.callback(),
            *([self.schedule] if self.schedule else []),
            self.callback,
            *([self._tensorboard()] if self.recipe.tensorboard else []),
            *callbacks,
        ]
        validation = None if self.validation is None else self.validation.dataset()
        rounding = self.rounding.active() if self.rounding else contextlib.nullcontext()
        try:
            with rounding:
                self.train(callbacks, verbose, validation)
        finally:
            if self.schedule:
                self.schedule.on_train_end()
            self._forget_traces()

    def _forget_traces(self):
        """Lets the model be traced anew, without the rounding; its functions hold what they saw in training."""
        if self.rounding:
            self.model.train_function = self.model.test_function = self.model.predict_function = (
                None
            )

    def stages(self):
        """Yields the arguments of each call of `fit`: an epoch that was begun takes one of its own.

        Keras would take the number of batches that are left in it for that of all epochs.
        """
        progress = self.callback.progress
        if progress.batch:
            yield {
                "x": self.batches.dataset(progress.epoch, progress.batch),
                "steps_per_epoch": len(self.batches) - progress.batch,
                "initial_epoch": progress.epoch,
                "epochs": progress.epoch + 1,
            }
            if self.model.stop_training:  # the callback's will, or that of one of the user's
                return
        yield {
            "x": self.batches.dataset(progress.epoch),
            "initial_epoch": progress.epoch,
            "epochs": self.recipe.epochs,
        }

    def _tensorboard(self):
        if importlib.util.find_spec("tensorboard") is None:
            raise MissingExtraError("tensorboard", "plots", "FineTuningRecipe.tensorboard")
        return keras.callbacks.TensorBoard(self.run_dir / "tensorboard", update_freq="epoch")

    def result(self):
        callback, best = self.callback, self.callback.best
        best_path = next(reversed(self.store.paths(BEST)), None)
        if best is not None and best_path is not None:
            arrays, _ = read_checkpoint_file(best_path)
            restore_model(self.model, arrays, best_path)
        if self.rounding:
            self.rounding.settle()
        epochs = callback.progress.epoch
        if callback.is_stopped_early:
            self.notes.append(best.stopped(epochs, self.recipe.epochs))
        return FineTuningResult(
            history=[record for record in self.log.records() if "step" in record],
            best_epoch=best.epoch if best else epochs,
            best_value=best.value if best else None,
            monitor=best.monitor if best else None,
            kept=best.kept(epochs) if best else None,
            epochs=epochs,
            steps=callback.step,
            seconds=callback.seconds,
            tokens_per_second=callback.speed.overall(),
            multipliers=self.schedule.place(self.model) if self.schedule else {},
            application_weights=self.schedule.application_weights if self.schedule else [],
            run_dir=self.run_dir,
            log=self.log.path,
            last_checkpoint=self.store.latest,
            best_checkpoint=best_path,
            notes=self.notes,
        )
