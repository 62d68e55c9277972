"""GLUE's folders in small: made-up sentences in the files that the tasks have, which a small model learns at once."""

from pathlib import Path

from albert_tf.tasks import GLUE_TASKS

SIDES = (
    ("a lovely film", "well worth the money", "great sound", "I love it"),
    ("a waste of time", "it broke after a week", "poor sound", "I hate it"),
)
"""Texts of the first and of the second class."""

LABELS = {
    "RTE": ("entailment", "not_entailment"),
    "QNLI": ("entailment", "not_entailment"),
    "MNLI": ("entailment", "contradiction"),
    "STS-B": ("4.5", "0.250"),
}


def write_task(folder: Path, task: str, rows: int = 32) -> None:
    """Writes the training and dev files of one task.

    Args:
        folder: that of all tasks.
        task: a key of `GLUE_TASKS`.
        rows: of the training file; a dev file has 8.
    """
    (folder / task).mkdir(parents=True)
    parts = GLUE_TASKS[task].parts
    dev = [f"dev_{part}" for part in parts] or ["dev"]
    for name, count, start in (("train", rows, 0), *((each, 8, 1000) for each in dev)):
        lines = [_row(task, start + number) for number in range(count)]
        head = [] if task == "CoLA" else [_header(task)]
        content = "".join("\t".join(cells) + "\n" for cells in [*head, *lines])
        (folder / task / f"{name}.tsv").write_text(content, "utf-8")


def _header(task: str) -> list[str]:
    columns = GLUE_TASKS[task]
    return ["index", *filter(None, (columns.text, columns.pair, columns.label))]


def _row(task: str, number: int) -> list[str]:
    side = number % 2
    texts = SIDES[side]
    first, second = (f"{texts[(number // 2 + n) % 4]} {number}" for n in range(2))
    label = LABELS.get(task, ("1", "0"))[side]
    if task == "CoLA":
        return ["gj04", label, "*", first]
    return [str(number), first, *([second] if GLUE_TASKS[task].pair else []), label]
