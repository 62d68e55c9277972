"""GLUE from `albert_small_en`, three seeds of each task, beside TF-IDF and what ALBERT's authors published.

The runs are `albert-tf glue`, in a process of its own, with the package's recipes, in bfloat16 where the processor
has it. What was stopped goes on when this is called again. QNLI's training part is not among the data: its pairs are
made of SQuAD's training questions (`benchmarks.qnli_data`).

    python -m benchmarks.glue --work runs/glue
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from albert_tf.tasks import read_squad
from benchmarks.machine import ROOT, computes_in_bfloat16, shared_folder
from benchmarks.qnli_data import qnli_rows, write_qnli

TASKS = ("STS-B", "RTE", "MRPC", "CoLA", "QNLI")
QNLI_ROWS = 20_000
OUTPUT = ROOT / "docs" / "benchmarks"


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
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "glue")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    args = parser.parse_args()
    prepare(shared_folder() / "data", args.work / "data")
    command = [sys.executable, "-m", "albert_tf_command", "glue", "--data", args.work / "data"]
    command += ["--output", args.work / "suite", "--tasks", *args.tasks, "--seeds", *args.seeds]
    command += ["--mixed-bfloat16"] if computes_in_bfloat16() else []
    subprocess.run([*map(str, command)], check=True)
    for name in ("glue.md", "glue.json"):
        shutil.copyfile(args.work / "suite" / name, args.output / name)


if __name__ == "__main__":
    main()
