"""The GLUE suite: one fine-tuning for each task and seed, which may be stopped and gone on with at any moment."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from albert_tf.atomic_files import write_files
from albert_tf.errors import CheckpointError, ConfigError, DataError
from albert_tf.finetuning.glue_table import GlueRun, write_glue_table
from albert_tf.finetuning.one_call import Finetuned, finetune
from albert_tf.finetuning.options import as_recipe
from albert_tf.finetuning.start import BUNDLED, ModelStart, as_start
from albert_tf.finetuning.text_tasks import TextTask, in_words, labels_of
from albert_tf.finetuning.watcher import Watcher
from albert_tf.reports import run_baselines
from albert_tf.strict_json import finite
from albert_tf.tables import TextTable
from albert_tf.tasks import GLUE_TASKS, glue_metrics, read_glue
from albert_tf.training import FineTuningRecipe
from albert_tf.training.checkpoint import CheckpointStore

RESULT_FILE = "glue.json"
"""Written into a run's folder as the last thing of all: where it is, the run is finished."""


@dataclass(frozen=True)
class GlueResults:
    """What `run_glue` returns.

    Attributes:
        runs: one for each task and seed, those that were finished in the folder before among them.
        table: the Markdown file in which they stand beside the baselines and published rows.
        json: the same as JSON.
    """

    runs: list[GlueRun]
    table: Path
    json: Path


def run_glue(
    data: str | Path,
    output: str | Path,
    *,
    tasks: Sequence[str] | None = None,
    seeds: Sequence[int] = (0,),
    preset: str | Path | ModelStart = BUNDLED,
    sequence_length: int | None = None,
    recipe: str | Path | FineTuningRecipe | None = None,
    baselines: bool = True,
    verbose: str | int = "auto",
    watcher: Watcher | None = None,
    **changes: Any,
) -> GlueResults:
    """Fine-tunes on GLUE's tasks one after another, and writes a table of what came of it.

    Each task and seed has a folder, `output/RTE/seed-0`. A run that is finished there is read, one that was begun goes
    on from its last checkpoint: after an interruption, even `kill -9`, the same call goes on where it stopped. The
    smallest task comes first, and every task has its first seed before any has its second; the table is written anew
    after each run.

    Args:
        data: the folder with GLUE's folders (`CoLA`, `SST-2`, ...) as they are distributed.
        output: the folder of the suite.
        tasks: keys of `GLUE_TASKS`, in the order in which to run them; None takes those whose training and dev files
            are there.
        seeds: of the runs of each task.
        preset: as in `finetune`.
        sequence_length: as in `finetune`.
        recipe: one for all tasks, as in `finetune`; None takes that of each task in `configs/recipes/glue`.
        baselines: whether to compute them, with the first seed.
        verbose: as in `finetune`.
        watcher: as in `finetune`.
        **changes: fields of the recipes to change.

    Returns:
        `GlueResults`.

    Raises:
        DataError: a task's files are missing or cannot be read, or there is none.
        ConfigError: a task, recipe or field is unknown.
        CheckpointError: a run in `output` was made otherwise than now asked for.
        TrainingInterrupted: after Ctrl-C.

    Example:
    ```python
    from albert_tf.finetuning import run_glue

    # results = run_glue("glue_data", "runs/glue", tasks=["RTE", "MRPC"], seeds=[0, 1, 2])
    # print(results.table.read_text())
    ```
    """
    watcher = watcher or Watcher(verbose)
    data, output = Path(data), Path(output)
    start = as_start(preset, sequence_length)
    names = _tasks(data, tasks, watcher)
    results = GlueResults([], output / "glue.md", output / RESULT_FILE)

    def one(task: str, seed: int) -> _OneRun:
        return _OneRun(data, output, task, start, _recipe(recipe, start, task, seed, changes))

    asked = [(task, seed) for seed in seeds for task in names]
    earlier = [each for each in _finished(output) if each not in asked]
    results.runs.extend(one(*each).read() for each in earlier)
    for task, seed in asked:
        needs_baselines = baselines and seed == seeds[0]
        results.runs.append(one(task, seed).run(needs_baselines, verbose, watcher))
        write_glue_table(results, start)
    return results


def recipe_name(start: ModelStart, task: str) -> str:
    """Returns the name of the recipe for a task: its own for this start, or else that of the start.

    Args:
        start: those of `albert_small_en` are in a folder of their own.
        task: a key of `GLUE_TASKS`.
    """
    suits = start.recipe
    folder = f"glue/{BUNDLED}" if suits == BUNDLED else "glue"
    name = f"{folder}/{task.lower().replace('-', '')}"
    return name if name in FineTuningRecipe.names() else suits


def _recipe(recipe, start, task, seed, changes) -> FineTuningRecipe:
    known = {field.name for field in dataclasses.fields(FineTuningRecipe)} - {"seed"}
    for name in changes.keys() - known:
        raise ConfigError(
            f"run_glue takes no {name!r}; expected a field of the recipe, but the seed"
        )
    return as_recipe(recipe, recipe_name(start, task), {}, {**changes, "seed": seed})


# === Which tasks ===


def _finished(output: Path) -> list[tuple[str, int]]:
    """Returns task and seed of all finished runs of a suite, which its table shows too."""
    found = []
    for path in output.glob(f"*/seed-*/{RESULT_FILE}"):
        task, seed = path.parts[-3], path.parts[-2].removeprefix("seed-")
        if task in GLUE_TASKS and seed.isdecimal():
            found.append((task, int(seed)))
    return sorted(found)


def _tasks(data: Path, tasks: Sequence[str] | None, watcher) -> list[str]:
    if tasks is not None:
        for task in tasks:
            if task not in GLUE_TASKS:
                raise ConfigError(f"task is {task!r}; expected one of {', '.join(GLUE_TASKS)}")
            if missing := _missing(data, task):
                raise DataError(f"{missing}: no such file; {task} needs it")
        return list(dict.fromkeys(tasks))
    found = []
    for task in GLUE_TASKS:
        if not (data / task).is_dir():
            continue
        if missing := _missing(data, task):
            watcher.note(f"{task} is left out, since there is no {missing}")
        else:
            found.append(task)
    if not found:
        raise DataError(
            f"{data}: no task of GLUE is there; expected folders such as {data / 'RTE'} with train.tsv and dev.tsv"
        )
    return sorted(found, key=lambda task: (data / task / "train.tsv").stat().st_size)


def _missing(data: Path, task: str) -> Path | None:
    """Returns a file that a task needs and that is not there."""
    dev = [f"dev_{part}.tsv" for part in GLUE_TASKS[task].parts[:1]] or ["dev.tsv"]
    paths = (data / task / name for name in ("train.tsv", *dev))
    return next((path for path in paths if not path.is_file()), None)


def _parts(data: Path, task: str) -> Iterator[tuple[str, TextTable]]:
    """Yields what a task is judged by, with its name: MNLI's second part is `MNLI-mismatched`."""
    first, *others = GLUE_TASKS[task].parts or ("",)
    yield task, read_glue(data, task, f"dev_{first}" if first else "dev")
    for part in others:
        if (data / task / f"dev_{part}.tsv").is_file():
            yield f"{task}-{part}", read_glue(data, task, f"dev_{part}")


# === One run ===


class _OneRun:
    """The fine-tuning of one task with one seed."""

    def __init__(self, data: Path, output: Path, task: str, start: ModelStart, recipe):
        self.data, self.task, self.start, self.recipe = data, task, start, recipe
        self.folder = output / task / f"seed-{recipe.seed}"
        self.settings = {
            "start": {name: _place(value) for name, value in dataclasses.asdict(start).items()},
            "recipe": recipe.to_dict(),
        }

    def run(self, baselines: bool, verbose, watcher) -> GlueRun:
        """Returns what came of it, read where it is finished."""
        if (self.folder / RESULT_FILE).is_file():
            watcher.say(f"\n{self._title}: finished, in {self.folder}")
            return self.read()
        is_begun = CheckpointStore(self.folder / "checkpoints").latest is not None
        watcher.say(f"\n{self._title}: {'going on' if is_begun else 'begun'} in {self.folder}")
        parts = dict(_parts(self.data, self.task))
        train = read_glue(self.data, self.task, "train")
        finetuned = finetune(
            train,
            validation_data=parts[self.task],
            preset=self.start,
            recipe=self.recipe,
            run_dir=self.folder,
            resume=is_begun,
            baselines=baselines,
            verbose=verbose,
            watcher=watcher,
        )
        run = GlueRun(
            task=self.task,
            seed=self.recipe.seed,
            metrics=self._metrics(finetuned, parts),
            baselines=self._baseline_metrics(finetuned, train, parts),
            texts={"train": len(train), **{name: len(part) for name, part in parts.items()}},
            epochs=finetuned.training.epochs,
            best_epoch=finetuned.training.best_epoch,
            seconds=finetuned.training.seconds,
        )
        content = {**dataclasses.asdict(run), "settings": self.settings}
        write_files(self.folder, {RESULT_FILE: json.dumps(finite(content), indent=2) + "\n"})
        return run

    @property
    def _title(self) -> str:
        return f"{self.task}, seed {self.recipe.seed}"

    def read(self) -> GlueRun:
        """Returns what came of a finished run, if it is the one that is asked for."""
        path = self.folder / RESULT_FILE
        try:
            content = json.loads(path.read_text("utf-8"))
            settings = content.pop("settings")
            run = GlueRun(**content)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CheckpointError(
                f"{path}: no result of this suite ({error}); remove {self.folder} to run it anew"
            ) from None
        # What later releases added did what is its default.
        earlier = {
            "start": {**dataclasses.asdict(ModelStart()), **settings["start"]},
            "recipe": {**FineTuningRecipe().to_dict(), **settings["recipe"]},
        }
        for kind, mine in self.settings.items():
            for name, value in mine.items():
                if earlier[kind][name] != value:
                    raise CheckpointError(
                        f"{self.folder} was made with {name} {earlier[kind][name]!r}, now it is {value!r}; ask for the "
                        "same, or choose another output"
                    )
        return run

    def _metrics(self, finetuned: Finetuned, parts) -> dict[str, dict]:
        """The metrics of each part; the model answers those that it was not yet judged by."""
        answers = {self.task: finetuned.predictions}
        for name, part in parts.items():
            if name not in answers:
                answers[name] = TextTask().evaluate(finetuned.model, part).predictions
        return {
            name: glue_metrics(self.task, part.labels, answers[name])
            for name, part in parts.items()
        }

    def _baseline_metrics(self, finetuned: Finetuned, train, parts) -> dict[str, dict]:
        """Those of each baseline, by its name and the part's."""
        found: dict[str, dict] = {}
        if not finetuned.baselines:
            return found
        labels = labels_of(finetuned.model)
        for name, part in parts.items():
            is_judged = name == self.task
            for baseline in (
                finetuned.baselines if is_judged else run_baselines(train, part, self.recipe.seed)
            ):
                answers = in_words(labels, baseline.predictions)
                metrics = glue_metrics(self.task, part.labels, answers)
                found.setdefault(baseline.name, {})[name] = metrics
        return found


def _place(value: Any) -> Any:
    """Returns a field of a start; the path of a file or folder is the same wherever it is told from."""
    is_place = isinstance(value, (str, Path)) and Path(value).exists()
    return str(Path(value).resolve()) if is_place else value
