"""The splits that the bundled model is measured on."""

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from albert_tf.tasks import TextTable, demo_data, read_glue, split_table


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of the quality table.

    Args:
        title: as the table prints it.
        read: takes the data folder and a seed; returns training and test table.
        target: accuracy that the model should reach, or None.
        needs_data: whether the data folder is needed; the other sets come with the package.
        seeds: how many fine-tunings are measured, each with texts of its own where texts are drawn.
    """

    title: str
    read: Callable[[Path | None, int], tuple[TextTable, TextTable]]
    target: float | None
    needs_data: bool = False
    seeds: int = 3


def _banking77(data, seed):
    return demo_data("banking77"), demo_data("banking77", "test")


def _banking77_few(data, seed):
    return few_shot(demo_data("banking77"), 10, seed), demo_data("banking77", "test")


def _uci(data, seed):
    split = split_table(demo_data("uci_sentences"), 0.2, seed=0)
    return split.train, split.validation


def _sms(data, seed):
    split = split_table(demo_data("sms_spam"), 0.2, seed=0)
    return split.train, split.validation


def _sms_few(data, seed):
    train, test = _sms(data, seed)
    return few_shot(train, 16, seed), test


def _sst2(data, seed):
    return read_glue(data / "glue", "SST-2", "train"), read_glue(data / "glue", "SST-2", "dev")


ROWS = {
    "banking77_10": Row("BANKING77, 10 examples a class", _banking77_few, 0.820),
    # 32 texts decide little: the accuracy of one draw is two points off its mean, that of three draws still one.
    "sms_16": Row("SMS Spam, 16 examples a class", _sms_few, None, seeds=20),
    "uci": Row("UCI sentences", _uci, 0.900),
    "sms": Row("SMS Spam", _sms, 0.992),
    "banking77": Row("BANKING77 test", _banking77, 0.928),
    "sst2": Row("SST-2 dev", _sst2, 0.870, needs_data=True),
}
"""The rows, those that are measured soonest first."""


def parse_stage(doc: str, work: str, rows=tuple(ROWS)) -> tuple[argparse.Namespace, list[str]]:
    """Reads the command line of a stage that measures rows; returns it, and the rows that can be measured.

    Args:
        doc: of the stage's module; its first line is the description.
        work: default folder of the fine-tunings.
        rows: keys of `ROWS` to choose from.
    """
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("--data", type=Path, help="the folder of glue/, enwiki/ and the others")
    parser.add_argument("--work", type=Path, default=Path(work))
    parser.add_argument("--rows", nargs="+", default=list(rows), choices=rows)
    args = parser.parse_args()
    left_out = [row for row in args.rows if ROWS[row].needs_data and args.data is None]
    for row in left_out:
        print(f"{row}: left out, it needs --data")
    return args, [row for row in args.rows if row not in left_out]


def few_shot(table: TextTable, per_class: int, seed: int) -> TextTable:
    """Returns so many rows of each class, drawn by the seed, in the order of the table."""
    random = np.random.default_rng(seed)
    labels = np.array(table.labels)
    chosen = [
        random.choice(np.flatnonzero(labels == label), per_class, replace=False)
        for label in sorted(set(table.labels))
    ]
    return table.subset(sorted(map(int, np.concatenate(chosen))))
