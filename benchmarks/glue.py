"""GLUE from `albert_small_en`, three seeds of each task, beside TF-IDF and what ALBERT's authors published.

First one pass over pairs of sentences, whose values are the cosines of their own sentence vectors: it teaches the model
to compare two texts, which it has never seen at once (`benchmarks.pair_data`). From there `albert-tf glue` runs the
tasks, with the package's recipes. Both are processes of their own, compute in bfloat16 where the processor has it, and
go on where they were stopped when this is called again. QNLI's training part is not among the data: its pairs are made
of SQuAD's training questions (`benchmarks.qnli_data`).

    python -m benchmarks.glue --work runs/glue
"""

import argparse
import shutil
from pathlib import Path

from albert_tf.tasks import read_squad
from benchmarks.commands import finetuned, run_resumably
from benchmarks.machine import ROOT, computes_in_bfloat16, shared_folder
from benchmarks.pair_data import write_pairs
from benchmarks.qnli_data import qnli_rows, write_qnli

TASKS = ("STS-B", "RTE", "MRPC", "CoLA", "QNLI")
QNLI_ROWS = 20_000
PAIR_OPTIONS = ("--task", "regression", "--text", "text", "--pair", "pair", "--label", "value")
PAIR_OPTIONS += ("--epochs", "1", "--batch-size", "32", "--learning-rate", "4e-4")
PAIR_OPTIONS += ("--head-start", "random", "--no-baselines")
OUTPUT = ROOT / "docs" / "benchmarks"


def train_on_pairs(data: Path, work: Path) -> Path:
    """Trains on pairs, unless that is done, and returns the model's folder.

    Args:
        data: with the folders `glue` and `squad`.
        work: to write to.
    """
    table = work / "pairs.csv"
    if not table.exists():
        write_pairs(data, table)
    return finetuned(work / "pairs", table, *PAIR_OPTIONS, *fast_options())


def fast_options() -> list[str]:
    """Returns the option for half precision, where the processor has it."""
    return ["--mixed-bfloat16"] if computes_in_bfloat16() else []


def prepare(data: Path, folder: Path) -> None:
    """Copies GLUE's folders, unless they are there, and adds what is missing in that of QNLI.

    Args:
        data: with the folders `glue` and `squad`.
        folder: to write to.
    """
    for task in TASKS:
        if not (folder / task).exists():
            shutil.copytree(data / "glue" / task, folder / task, copy_function=shutil.copyfile)
            (folder / task).chmod(0o755)
    made = folder / "QNLI" / "train.tsv"
    if not made.exists():
        write_qnli(made, qnli_rows(read_squad(data / "squad/train-v1.1.json.gz"), QNLI_ROWS))


def main() -> None:
    """Runs what is missing, and keeps the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--work", type=Path, default=Path("runs") / "glue")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    args = parser.parse_args()
    data, suite = shared_folder() / "data", args.work / "suite"
    prepare(data, args.work / "data")
    start = ["--preset", train_on_pairs(data, args.work), *fast_options()]
    tasks = ["--tasks", *args.tasks, "--seeds", *args.seeds]
    run_resumably("glue", suite, "--data", args.work / "data", *start, always=tasks)
    for name in ("glue.md", "glue.json"):
        shutil.copyfile(suite / name, args.output / name)


if __name__ == "__main__":
    main()
