"""Whom a fine-tuning tells what it does: lines as Keras prints them, or whatever a program makes of them."""

from pathlib import Path


class Watcher:
    """Is told what `finetune` does; this one prints it to standard output, as Keras does.

    A subclass shows it elsewhere, as the `albert-tf` command does.

    Args:
        verbose: as in `keras.Model.fit`; 0 prints nothing. What was noted stands in the result anyway.
    """

    def __init__(self, verbose: str | int = "auto"):
        self.is_silent = verbose == 0

    def say(self, line: str) -> None:
        """Is told how far the work has come."""
        if not self.is_silent:
            print(line, flush=True)

    def note(self, line: str) -> None:
        """Is told what was chosen or noticed, and people should know; the line is `in_words`."""
        self.say(f"note: {line}")

    def in_words(self, line: str) -> str:
        """Returns a note as whoever reads it, here or in the report, would say it: as it is."""
        return line

    def begins(self, run_dir: Path) -> None:
        """Is told that the data are read and the model is built, before anything is written into the run's folder."""
