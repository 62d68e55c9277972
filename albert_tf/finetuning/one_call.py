"""`finetune`: from data to a fine-tuned model with a report, in one call."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from albert_tf.errors import CheckpointError
from albert_tf.finetuning.options import as_recipe, reading_of
from albert_tf.finetuning.record import training_record
from albert_tf.finetuning.start import BUNDLED, ModelStart, as_start
from albert_tf.finetuning.task import FineTuningTask, Parts, TrainedRun
from albert_tf.finetuning.task_table import find_task
from albert_tf.finetuning.watcher import Watcher
from albert_tf.models import AlbertTask
from albert_tf.random_state import seeded
from albert_tf.reports import BaselineResult, Report
from albert_tf.training import FineTuningRecipe, FineTuningResult, TrainingInterrupted, fine_tune

MODEL_FOLDER = "model"
RESULTS = (MODEL_FOLDER, "report.md")
RUNS = Path("runs")


@dataclass(frozen=True)
class Finetuned:
    """What `finetune` returns: the model, and how good it is. `model, result = finetune(...)` takes it apart.

    Attributes:
        model: with the weights of the best epoch.
        task: a key of `albert_tf.finetuning.TASKS`.
        metrics: of the model on the validation examples, by name.
        baselines: what the model must beat, on the same examples; empty without.
        predictions: the model's answer to each validation example, in the words of the data.
        validation: these examples, such as a `TextTable`.
        unit: what an example is called, in the plural, such as `"texts"`.
        training: what `fine_tune` returned: epochs, the best one, the log, checkpoints.
        report: where the report and its plots are.
        run_dir: the folder of the run.
        preset: the folder in it from which `from_preset` loads the model.
        notes: what was chosen or noticed, one sentence each.
    """

    model: AlbertTask
    task: str
    metrics: dict[str, float]
    baselines: list[BaselineResult] = field(repr=False)
    predictions: list = field(repr=False)
    validation: Any = field(repr=False)
    unit: str
    training: FineTuningResult = field(repr=False)
    report: Report
    run_dir: Path
    preset: Path
    notes: list[str] = field(repr=False)

    def __iter__(self) -> Iterator[Any]:
        """Gives the model, and this."""
        return iter((self.model, self))


def finetune(
    data: Any,
    *,
    task: str | None = None,
    validation_data: Any = None,
    validation_split: float = 0.1,
    preset: str | Path | ModelStart | None = BUNDLED,
    sequence_length: int | None = None,
    recipe: str | Path | FineTuningRecipe | None = None,
    run_dir: str | Path | None = None,
    resume: bool = False,
    baselines: bool = True,
    callbacks: Any = (),
    verbose: str | int = "auto",
    watcher: Watcher | None = None,
    **options: Any,
) -> Finetuned:
    """Reads data, splits them, builds a model, trains it, judges it beside baselines, writes a report, and saves.

    It is what `albert-tf finetune` does. A run that was stopped, by Ctrl-C, `kill -9` or a power cut, goes on from its
    last checkpoint when it is called again with the same data and `resume=True`.

    Args:
        data: the path of a table (csv, tsv, jsonl, json, also .gz; see `read_table`), a `TextTable`, or
            `(texts, labels)` in memory, where pairs are `((texts, pairs), labels)`. A label is a word or whole number
            for a class, a list of words or a row of 0 and 1 for several, a number for a value. For the other tasks a
            file, or a list of what their readers give: `read_squad`, `read_entities`, `read_choices`.
        task: a key of `albert_tf.finetuning.TASKS`: `"classification"`, `"multi-label"`, `"regression"`,
            `"question-answering"`, `"token-classification"` or `"multiple-choice"`; None finds it out from a file, and
            from labels in memory.
        validation_data: the same for validation; None sets a part of `data` aside.
        validation_split: share of `data` to set aside; of classes each has its share, unlike Keras's last rows.
        preset: a preset or checkpoint folder, `hf://owner/name`, or a `ModelStart`, which also starts from random
            weights (as None does).
        sequence_length: longest text in tokens; longer ones are cut. None takes the task's, 128 for texts.
        recipe: a `FineTuningRecipe`, the name of a bundled one, or the path of a JSON file; None takes the one that
            suits the start.
        run_dir: folder for the report, the log, checkpoints and the model; None takes `runs/` and the data's name, with
            a number behind it where there is a run already.
        resume: continue the run in `run_dir`; one that was finished is read and reported anew.
        baselines: whether to compute them.
        callbacks: further Keras callbacks for the training, or one.
        verbose: as in `keras.Model.fit`; 0 prints nothing.
        watcher: a `Watcher` that is told what is done; default: one that prints where Keras prints.
        **options: fields of the recipe to change, such as `epochs=2` or `batch_size=16`; and how a file is read, as
            `read_table` calls it: `text_column`, `pair_column`, `label_column`, `label_separator`, `encoding`,
            `delimiter`, `header`, `quoting`, `skip_empty`.

    Returns:
        A `Finetuned`.

    Raises:
        DataError: the data cannot be read or split.
        ConfigError: an option, the recipe or the task is unknown or does not fit.
        CheckpointError: the preset cannot be read, or `run_dir` holds another run, or none to resume.
        TrainingInterrupted: after Ctrl-C.

    Example:
    ```python
    import albert_tf

    texts = ["a lovely film", "a waste of time", "well worth it", "it broke at once"] * 8
    labels = ["good", "bad"] * 16
    model, result = albert_tf.finetune((texts, labels), epochs=1, run_dir="runs/films", verbose=0)
    print(result.metrics["accuracy"], result.report.path)
    ```
    """
    watcher = watcher or Watcher(verbose)
    notes = _Notes(watcher)
    start = as_start(preset, sequence_length)
    file = Path(data) if isinstance(data, (str, Path)) else None
    path = file or getattr(data, "path", None)  # of a table that was read from one
    folder = _folder(run_dir, path, resume)
    steps = _steps(task, file, options)
    recipe = as_recipe(recipe, start.recipe, steps.usual_changes, options)
    steps, parts = _read(
        steps, data, validation_data, validation_split, recipe.seed, options, notes
    )
    with seeded(recipe.seed):
        model = steps.build_model(start, parts.train)
    fit_data = [steps.fit_data(model, part) for part in (parts.train, parts.validation)]
    watcher.say(_description(model, steps, parts))
    watcher.begins(folder)
    training = fine_tune(
        model,
        *fit_data,
        recipe=recipe,
        run_dir=folder,
        resume=resume,
        callbacks=callbacks,
        verbose=verbose,
    )
    notes.tell(training.notes)
    watcher.say(training.kept or "")
    try:
        model.save_to_preset(str(folder / MODEL_FOLDER))
        run = TrainedRun(
            model=model,
            parts=parts,
            evaluation=steps.tuned(model, parts.validation),
            baselines=steps.baselines(parts, recipe.seed) if baselines else [],
            training=training,
            recipe=recipe,
            in_words=watcher.in_words,
        )
        report = steps.report(folder, run)
        model.training_record = training_record(start, path, run)
        model.save_to_preset(str(folder / MODEL_FOLDER))
    except KeyboardInterrupt as stop:
        where = "the end of the training, before the report was written"
        checkpoint = training.last_checkpoint
        raise TrainingInterrupted(where, training.steps, checkpoint, folder) from stop
    notes.tell(report.notes)
    return Finetuned(
        model=model,
        task=steps.name,
        metrics=run.evaluation.metrics,
        baselines=run.baselines,
        predictions=run.evaluation.predictions,
        validation=parts.validation,
        unit=steps.unit,
        training=training,
        report=report,
        run_dir=folder,
        preset=folder / MODEL_FOLDER,
        notes=notes.lines,
    )


class _Notes:
    """The notes of a run: each is told once, and kept."""

    def __init__(self, watcher: Watcher):
        self.watcher = watcher
        self.lines: list[str] = []

    def tell(self, lines) -> None:
        for line in map(self.watcher.in_words, lines):
            if line not in self.lines:
                self.lines.append(line)
                self.watcher.note(line)


def _steps(task, path, options) -> FineTuningTask:
    """Returns the steps of the task; columns that are named are those of a table of texts."""
    names_columns = options.keys() & {"text_column", "pair_column", "label_column"}
    return find_task(task, None if names_columns else path)


def _read(
    steps: FineTuningTask, data, validation_data, share, seed, options, notes
) -> tuple[FineTuningTask, Parts]:
    reading = reading_of(steps, options)
    train = steps.read(data, "data", **reading)
    notes.tell(train.notes)
    steps = steps.settled(train)
    if validation_data is None:
        parts = steps.split(train, share, seed)
    else:
        in_memory = not isinstance(validation_data, (str, Path))
        validation = steps.read(
            validation_data, "validation_data", **({} if in_memory else reading)
        )
        parts = Parts(train, validation, validation.notes)
    notes.tell([*parts.notes, *steps.checks(parts)])
    return steps, parts


def _folder(run_dir, path: Path | None, resume: bool) -> Path:
    """Returns the run's folder; nothing of an earlier run is overwritten."""
    if run_dir is None:
        if resume:
            raise CheckpointError("resume=True needs the run_dir of the interrupted run; pass it")
        return _free_folder(RUNS / (path.name.split(".")[0] if path else "data"))
    folder = Path(run_dir)
    taken = [name for name in RESULTS if (folder / name).exists()]
    if taken and not resume:
        raise CheckpointError(
            f"{folder} holds a run already ({taken[0]}); pass resume=True to go on with it, or another run_dir"
        )
    return folder


def _free_folder(wanted: Path) -> Path:
    folder, number = wanted, 2
    while folder.exists():
        folder = wanted.with_name(f"{wanted.name}-{number}")
        number += 1
    return folder


def _description(model, steps, parts) -> str:
    config = model.config
    return (
        f"{len(parts.train):,} training and {len(parts.validation):,} validation {steps.unit}; "
        f"{type(model).__name__}, {model.count_params():,} parameters, {config.num_hidden_layers} layers of "
        f"{config.num_hidden_groups} group{'s' * (config.num_hidden_groups > 1)}"
    )
