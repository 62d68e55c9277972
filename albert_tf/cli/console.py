"""What the user sees: answers on standard output, everything else on standard error."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from albert_tf.errors import DataError

console = Console(
    stderr=True, highlight=False, soft_wrap=True, width=None if sys.stderr.isatty() else 120
)
"""For progress and notes; answers go to standard output, so that they can be piped."""


def say(message: str) -> None:
    """Prints a line of progress."""
    console.print(message, markup=False)


def note(message: str) -> None:
    """Prints something that the program chose or noticed."""
    console.print(f"note: {message}", style="yellow", markup=False)


def answer(line: str) -> None:
    """Prints a line of the command's result to standard output."""
    sys.stdout.write(line + "\n")


def table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Prints a table; the first column is left-aligned, the others are right-aligned."""
    grid = Table(title=title, title_justify="left", title_style="bold")
    for i, name in enumerate(header):
        grid.add_column(name, justify="left" if i == 0 else "right", no_wrap=True)
    for row in rows:
        grid.add_row(*row)
    console.print(grid)


def input_lines() -> Iterator[tuple[int, str]]:
    """Yields the lines of standard input as they come, with their numbers from 1.

    Raises:
        DataError: a line that is not UTF-8.
    """
    if sys.stdin.isatty():
        say("reading texts from the terminal, one a line; Ctrl-D ends")
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise DataError(
                f"standard input, line {number}: not UTF-8; convert it first, e.g. with iconv -f latin1"
            ) from None
        yield number, text.rstrip("\r\n")


def progress_style() -> int:
    """Keras's `verbose`: a moving bar on a terminal, one line for each epoch elsewhere."""
    return 1 if sys.stdout.isatty() else 2


def percent(share: float) -> str:
    """Formats a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def megabytes(size: int) -> str:
    """Formats a number of bytes as MB (10^6 bytes)."""
    return f"{size / 1e6:.1f} MB"
