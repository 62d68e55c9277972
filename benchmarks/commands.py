"""The commands of `albert-tf`, each in a process of its own."""

import subprocess
import sys
from pathlib import Path


def run_command(*arguments: object) -> None:
    """Runs a command of `albert-tf`.

    Args:
        *arguments: its name and what follows.

    Raises:
        subprocess.CalledProcessError: when it fails.
    """
    subprocess.run([sys.executable, "-m", "albert_tf_command", *map(str, arguments)], check=True)


def finetuned(run: Path, data: Path, *options: object) -> Path:
    """Runs `albert-tf finetune`, or goes on where it was stopped, unless it is done.

    Args:
        run: the folder of the run.
        data: what it trains on.
        *options: further arguments.

    Returns:
        The folder of the model.
    """
    if not (run / "report.md").exists():
        is_begun = (run / "arguments.json").exists()
        run_command(
            "finetune", *(["--resume", run] if is_begun else [data, "--output", run, *options])
        )
    return run / "model"
