"""`pretrain`: from records to a pretrained model, with everything a long run needs."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import keras

from albert_tf.errors import ConfigError, DataError
from albert_tf.models import AlbertPretrainer
from albert_tf.pretraining.recipe import PretrainingRecipe
from albert_tf.pretraining.record_files import RecordFiles
from albert_tf.pretraining.source import RecordSource, as_records
from albert_tf.random_state import seeded
from albert_tf.training.distribution import batch_shares, local_rows, num_processes
from albert_tf.training.optimizer import optimizer_with
from albert_tf.training.run import TrainingRun
from albert_tf.training.run_callback import Progress
from albert_tf.training.schedules import UpdateSchedule, WarmupSchedule
from albert_tf.training.step_callback import StepRunCallback


@dataclasses.dataclass
class PretrainingResult:
    """What a run has come to.

    Args:
        history: the records of `training.jsonl` that have a `step`: `mlm_loss`, `sop_loss` (nats),
            `loss` (their sum), `mlm_accuracy`, `sop_accuracy`, and the same with `val_` for the
            held-out examples where they were evaluated.
        steps: updates done.
        seconds: time of all sessions, evaluation and checkpoints included.
        tokens_per_second: tokens without padding trained in this session, a second of training.
        run_dir: the folder of the run.
        log: the path of `training.jsonl`.
        last_checkpoint: the newest checkpoint.
        notes: what people should know, one sentence each.
    """

    history: list[dict]
    steps: int
    seconds: float
    tokens_per_second: float
    run_dir: Path
    log: Path
    last_checkpoint: Path
    notes: list[str]


def pretrain(
    model: AlbertPretrainer,
    train_files: RecordFiles,
    validation_files: RecordFiles | None = None,
    *,
    recipe: PretrainingRecipe | None = None,
    run_dir: str | Path,
    resume: bool = False,
    callbacks: tuple = (),
    show: Callable[[dict], None] | None = None,
) -> PretrainingResult:
    """Pretrains a model on masked tokens and sentence order with `model.fit`.

    Every few minutes a checkpoint is written to `run_dir`. A run that was stopped, by Ctrl-C,
    `kill -9` or a power cut, continues from there with the same batches, masks, optimizer, learning
    rates and dropout: its losses are those of a run that was never stopped. After
    `distribution.initialize` and `distribution.distribute` it runs on several devices and
    processes, which share each batch; `run_dir` and the files must be seen by all of them.

    Args:
        model: an `AlbertPretrainer`, fresh or from a checkpoint. It is compiled anew, with the
            recipe's optimizer and its own losses: google-research's `sum(weights * nll) /
            (sum(weights) + 1e-5)` for masked tokens, and the mean for sentence order.
        train_files: a folder that `albert-tf pretraining-data` wrote, or files of records.
        validation_files: held-out examples, the same way, or None.
        recipe: a `PretrainingRecipe`; default: its defaults.
        run_dir: folder of the run; it receives `recipe.json`, `training.jsonl` and `checkpoints/`.
        resume: continue the run in `run_dir`, with the same data and recipe. A run that was
            finished returns its result at once.
        callbacks: further Keras callbacks. Keras's epochs are the `log_every` updates between two
            lines of the log.
        show: called with each line of the log, to show it to people; it has `step`, the metrics,
            `tokens_per_second` and `seconds_left`.

    Returns:
        A `PretrainingResult`.

    Raises:
        ConfigError: when the recipe does not fit the model or the devices.
        DataError: when files are missing or damaged, or do not fit the model.
        CheckpointError: when `run_dir` holds a run already, or none to resume, or that of other
            data or another recipe; or when a checkpoint cannot be written or read.
        AlbertError: when training diverges.
        TrainingInterrupted: after Ctrl-C.

    Example:
    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertPretrainer
    from albert_tf.pretraining import PretrainingRecipe, pretrain

    model = AlbertPretrainer(AlbertBackbone(AlbertConfig.named("tiny")))
    # result = pretrain(
    #     model,
    #     "data/train",
    #     "data/held_out",
    #     recipe=PretrainingRecipe(steps=1000, batch_size=128, learning_rate=1e-3),
    #     run_dir="runs/pretrain",
    # )
    ```
    """
    recipe = recipe or PretrainingRecipe()
    run = _PretrainingRun(model, train_files, validation_files, recipe, run_dir, resume, show)
    if not run.callback.progress.finished:
        run.train([run.callback, *callbacks], verbose=0)
    return run.result()


class _PretrainingRun(TrainingRun):
    """One session of a run: prepared by the constructor, carried out by `train`."""

    # Not log_every, by which the progress is counted.
    free_fields = (
        "checkpoint_every",
        "checkpoint_minutes",
        "keep_checkpoints",
        "evaluate_every",
        "evaluation_batches",
    )

    def __init__(self, model, train_files, validation_files, recipe, run_dir, resume, show):
        if not isinstance(model, AlbertPretrainer):
            raise ConfigError(
                f"pretrain got a {type(model).__name__}; expected an AlbertPretrainer"
            )
        super().__init__(model, recipe, run_dir, resume)
        self.source = self._source(train_files, recipe.step_batch_size)
        self.held_out = self._held_out(validation_files)
        self._compile()
        sources = [self.source, *([self.held_out[0]] if self.held_out else [])]
        for source in sources:
            source.check(model.config)
        self.callback = PretrainingCallback(
            recipe,
            tokens_per_batch=self.source.tokens_per_example() * recipe.step_batch_size,
            evaluate=self._evaluate if self.held_out else None,
            progress=Progress(),
            store=self.store,
            log=self.log,
            interrupt=self.interrupt,
            fixed_state={
                "recipe": recipe.to_dict(),
                "data": " ".join(source.fingerprint() for source in sources),
                "examples": self.source.records.num_examples,
            },
            run_dir=self.run_dir,
            show=show,
        )
        self.begin()

    # === Preparation ===

    def _source(self, files, batch_size):
        rows = local_rows(batch_size)
        return RecordSource(files, batch_size=batch_size, rows=rows, seed=self.recipe.seed)

    def _held_out(self, files):
        """The source of the held-out examples, and their batches; None without any."""
        if files is None:
            return None
        records = as_records(files)
        shares = batch_shares()
        if records.num_examples < shares:
            raise DataError(
                f"{records.files[0]}: {records.num_examples} held-out examples cannot be shared by "
                f"{shares} devices; hold out more"
            )
        # What is left over after whole batches is left out, so that all have the same shape.
        few = records.num_examples // shares * shares
        batch_size = min(self.recipe.step_batch_size, few)
        source = self._source(records, batch_size)
        batches = records.num_examples // batch_size
        batches = min(batches, self.recipe.evaluation_batches or batches)
        return source, source.evaluation(batches)

    def _compile(self):
        recipe, model = self.recipe, self.model
        schedule = learning_rate_schedule(recipe)
        with seeded(recipe.seed):  # the loss stays the model's own
            self.compile_model(optimizer_with(schedule, recipe, model.trainable_variables))

    def _evaluate(self):
        return self.model.evaluate(self.held_out[1], return_dict=True, verbose=0)

    # === What TrainingRun asks for ===

    def dataset(self, start_batch: int):
        """Returns the batches of the training from one on, without end."""
        return self.source.training(start_batch)

    def first_batch(self, progress):
        """Returns the first batch of the training."""
        return next(iter(self.source.training()))

    def describe_change(self, saved: dict) -> str:
        """Says how many examples there were, and how many there are."""
        return (
            f"other data: {saved['examples']} training examples then, "
            f"{self.source.records.num_examples} now, or other records or held-out examples"
        )

    def event_details(self) -> dict:
        """Returns how many processes and devices take part."""
        distribution = keras.distribution.distribution()
        devices = distribution.device_mesh.devices.size if distribution else 1
        return {"processes": num_processes(), "devices": devices}

    def result(self) -> PretrainingResult:
        """Returns what the run has come to."""
        callback = self.callback
        return PretrainingResult(
            history=[record for record in self.log.records() if "step" in record],
            steps=callback.step,
            seconds=callback.seconds,
            tokens_per_second=callback.speed.overall(),
            run_dir=self.run_dir,
            log=self.log.path,
            last_checkpoint=self.store.latest,
            notes=self.notes,
        )


class PretrainingCallback(StepRunCallback):
    """Logs the metrics of both objectives under the names `mlm_...` and `sop_...`."""

    def finish_epoch(self, logs: dict) -> dict | None:
        """Adds the numbers of the held-out examples, and shortens the names."""
        ending = super().finish_epoch(logs)
        for name in list(logs):
            logs[name.replace("_logits", "")] = logs.pop(name)
        return ending


def learning_rate_schedule(recipe: PretrainingRecipe) -> UpdateSchedule:
    """Returns the learning rate of each batch: a linear warm-up, then a polynomial decay to 0.

    google-research/albert (`optimization.py`) counts the decay from the start of the training, so
    that its learning rate drops by `warmup_steps / steps` when the warm-up ends; here it starts
    when the warm-up ends.
    """
    after = keras.optimizers.schedules.PolynomialDecay(
        recipe.learning_rate,
        max(recipe.steps - recipe.warmup, 1),
        end_learning_rate=0.0,
        power=recipe.decay_power,
    )
    return UpdateSchedule(WarmupSchedule(after, recipe.warmup), recipe.accumulation_steps)
