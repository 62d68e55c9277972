"""The commands of `albert-tf`, each in a process of its own."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def run_command(*arguments: object) -> None:
    """Runs a command of `albert-tf`.

    Args:
        *arguments: its name and what follows.

    Raises:
        subprocess.CalledProcessError: when it fails.
    """
    subprocess.run([sys.executable, "-m", "albert_tf_command", *map(str, arguments)], check=True)


def run_resumably(
    command: str, folder: Path, *arguments: object, always: Sequence[object] = ()
) -> None:
    """Runs a command that fills a folder, or goes on with what it has begun there.

    Args:
        command: its name.
        folder: that it fills.
        *arguments: of the first call; the command keeps them in the folder.
        always: arguments of each call.
    """
    is_begun = (folder / "arguments.json").exists()
    first = ["--resume", folder] if is_begun else [*arguments, "--output", folder]
    run_command(command, *first, *always)


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
        run_resumably("finetune", run, data, *options)
    return run / "model"
