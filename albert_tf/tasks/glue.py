"""GLUE (Wang et al. 2019, https://gluebenchmark.com): reading its folders, and its metrics."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from albert_tf.errors import DataError
from albert_tf.tables.table import TextTable, read_table
from albert_tf.tasks.metrics import classification_metrics, regression_metrics

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class GlueTask:
    """How a GLUE task is written down and judged.

    Attributes:
        text: name of the text column.
        pair: name of the second text's column, or None.
        label: name of the label column of train and dev; test has no labels.
        metrics: what GLUE reports, the first one first.
        numbers: column numbers (text, label) of train and dev where these have no header.
        parts: names of the parts that the dev and the test split have, each a file of its own, such as
            `dev_matched.tsv`; the first is read for `"dev"` itself.
    """

    text: str
    pair: str | None
    label: str
    metrics: tuple[str, ...]
    numbers: tuple[int, int] | None = None
    parts: tuple[str, ...] = ()


GLUE_TASKS = {
    "SST-2": GlueTask("sentence", None, "label", ("accuracy",)),
    "CoLA": GlueTask("sentence", None, "label", ("matthews",), numbers=(4, 2)),
    "RTE": GlueTask("sentence1", "sentence2", "label", ("accuracy",)),
    "QNLI": GlueTask("question", "sentence", "label", ("accuracy",)),
    "MRPC": GlueTask("#1 String", "#2 String", "Quality", ("f1", "accuracy")),
    "STS-B": GlueTask("sentence1", "sentence2", "score", ("pearson", "spearman")),
    "MNLI": GlueTask(
        "sentence1", "sentence2", "gold_label", ("accuracy",), parts=("matched", "mismatched")
    ),
    "QQP": GlueTask("question1", "question2", "is_duplicate", ("f1", "accuracy")),
    "WNLI": GlueTask("sentence1", "sentence2", "label", ("accuracy",)),
}


def read_glue(folder: str | Path, task: str, split: str) -> TextTable:
    """Read one split of a GLUE task as its authors distribute it.

    Args:
        folder: the folder that holds the task's folder, or that folder itself.
        task: a key of `GLUE_TASKS`.
        split: `"train"`, `"dev"` or `"test"`; of MNLI also `"dev_matched"` (the same as `"dev"`), `"dev_mismatched"`,
            and so on.

    Returns:
        A `TextTable`; labels as in the file (`"0"`, `"1"`, `"entailment"`, ...), floats from 0 to 5
        for STS-B, None for test.

    Raises:
        DataError: an unknown task or split, or a file that cannot be read.
    """
    task_format = _task(task)
    split, part = _split_and_part(task_format, split)
    folder = Path(folder)
    folder = folder / task if (folder / task).is_dir() else folder
    path = folder / ("_".join(filter(None, (split, part))) + ".tsv")
    columns = (task_format.text, task_format.pair, task_format.label)
    headless = task_format.numbers is not None and split != "test"
    if headless:
        text, label = task_format.numbers
        columns = (text, None, label)
    if split == "test":
        columns = (*columns[:2], None)
    return read_table(
        path,
        *columns,
        task="regression" if "pearson" in task_format.metrics else "classification",
        header=not headless,
        quoting="none",
        require_labels=split != "test",
    )


def _split_and_part(task_format: GlueTask, split: str) -> tuple[str, str | None]:
    """Returns `"dev"` and `"matched"` of `"dev_matched"`, or of `"dev"` where that has parts."""
    whole, _, part = split.partition("_")
    parts = task_format.parts if whole != "train" else ()
    known = [*SPLITS, *(f"{each}_{part}" for each in SPLITS[1:] for part in task_format.parts)]
    if split not in known:
        raise DataError(f"GLUE split {split!r} is unknown; use one of {', '.join(known)}")
    return whole, part or next(iter(parts), None)


def glue_metrics(task: str, true: list, predicted: list) -> dict[str, float]:
    """Compute the metrics that GLUE reports for a task.

    Args:
        task: a key of `GLUE_TASKS`.
        true: labels as `read_glue` gives them.
        predicted: likewise.

    Returns:
        One value for each of the task's metrics, from 0 to 1 (correlations from -1). The F1 of
        MRPC and QQP is that of the class `"1"`.

    Raises:
        DataError: an unknown task.
    """
    wanted = _task(task).metrics
    if "pearson" in wanted:
        values = regression_metrics(np.array(true), np.array(predicted))
    else:
        values = classification_metrics(np.array(true), np.array(predicted))
    if "f1" in wanted:
        values["f1"] = float(f1_score(true, predicted, pos_label="1", zero_division=0.0))
    return {name: values[name] for name in wanted}


def _task(task: str) -> GlueTask:
    if task not in GLUE_TASKS:
        raise DataError(f"GLUE task {task!r} is unknown; use one of {', '.join(GLUE_TASKS)}")
    return GLUE_TASKS[task]
