"""What the user sees: answers on standard output, everything else on standard error."""

import contextlib
import json
import os
import shlex
import subprocess
import sys
import warnings

from albert_tf.cli import streams
from albert_tf.dependencies import require
from albert_tf.errors import AlbertError, AlbertWarning
from albert_tf.operating_system import is_broken_pipe, is_windows
from albert_tf.strict_json import finite

YELLOW, BOLD_RED = "33", "1;31"
"""Colours, as numbers of ANSI's SGR sequence."""

_beside = streams.Beside(lambda: sys.stderr)


def say(message: str, colour: str | None = None) -> None:
    """Prints a line of progress to standard error; answers go to standard output, so that they can be piped.

    Args:
        message: the line.
        colour: for terminals that show one.
    """
    if colour and _shows_colours():
        message = f"\033[{colour}m{message}\033[0m"
    _beside.write(f"{message}\n")
    _beside.flush()


def note(message: str) -> None:
    """Prints something that the program chose or noticed."""
    say(f"note: {message}", YELLOW)


def _shows_colours() -> bool:
    # Windows has consoles that would print the sequences as they are. NO_COLOR: https://no-color.org
    known = not is_windows() and os.environ.get("TERM") != "dumb"
    return known and not os.environ.get("NO_COLOR") and sys.stderr.isatty()


def show_warnings_as_notes() -> None:
    """Prints the package's own warnings as notes, whatever is set for those of others."""
    warnings.filterwarnings("always", category=AlbertWarning)
    usual = warnings.showwarning

    def show(message, category, *place, **options):
        if issubclass(category, AlbertWarning):
            note(str(message))
        else:
            usual(message, category, *place, **options)

    warnings.showwarning = show


def answer(line: str) -> None:
    """Prints a line of the command's result to standard output.

    Raises:
        BrokenPipeError: when nobody reads it.
        AlbertError: when it cannot be written, as to a full disk.
    """
    if "stdout" in streams.closed:
        raise BrokenPipeError("standard output is closed")
    with _writing_answers():
        sys.stdout.write(line + "\n")


def flush_answers() -> None:
    """Hands the answers so far to whoever reads them; raises as `answer` does."""
    with _writing_answers():
        sys.stdout.flush()


@contextlib.contextmanager
def _writing_answers():
    try:
        yield
    except OSError as error:
        if is_broken_pipe(error):
            raise BrokenPipeError(error.errno, error.strerror) from error
        streams.drop(sys.stdout)
        raise AlbertError(
            f"standard output cannot be written: {error.strerror}; have it go elsewhere"
        ) from error


def answer_json(value) -> None:
    """Prints a line of JSON to standard output.

    What its encoding cannot write exactly is escaped, and a number that is not finite, such as a
    correlation that is not defined, is null.
    """
    value = finite(value)
    line, encoding = json.dumps(value, ensure_ascii=False), sys.stdout.encoding or "utf-8"
    # Whoever reads JSON takes it for UTF-8, so in another encoding nothing but ASCII is exact.
    is_exact = encoding.lower().startswith("utf") and streams.is_writable(line, encoding)
    answer(line if is_exact else json.dumps(value))


def rich_console():
    """Returns the console of `rich` for tables and moving lines, which only commands that train or measure print.

    Raises:
        MissingExtraError: when `rich` is not installed.
    """
    require("rich", "a table of results")
    from rich.console import Console

    return Console(
        file=_beside,
        highlight=False,
        markup=False,  # a class may be called [/b], or :smile:
        emoji=False,
        soft_wrap=True,
        width=None if sys.stderr.isatty() else 120,
    )


def table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Prints a table; the first column is left-aligned, the others are right-aligned."""
    console = rich_console()
    from rich.table import Table

    encoding = console.encoding
    # Written out before the columns are measured.
    title, *header = (streams.writable(text, encoding) for text in (title, *header))
    overflow = "ellipsis" if streams.is_writable("…", encoding) else "crop"
    grid = Table(title=title, title_justify="left", title_style="bold")
    for i, name in enumerate(header):
        justify = "left" if i == 0 else "right"
        grid.add_column(name, justify=justify, no_wrap=True, overflow=overflow)
    for row in rows:
        grid.add_row(*(streams.writable(cell, encoding) for cell in row))
    console.print(grid)


def status(message: str):
    """Returns a context in which a moving line of progress stands on a terminal; `update` changes it."""
    console = rich_console()
    spinner = "dots" if streams.is_writable("⠋", console.encoding) else "line"
    return console.status(message, spinner=spinner)


def command_line(*words) -> str:
    """Returns the command `albert-tf` with arguments, as people can type it: with quotes where needed."""
    return " ".join(["albert-tf", *map(quoted, words)])


def quoted(word) -> str:
    """Returns an argument as people can type it, in quotes where the shell wants them."""
    return subprocess.list2cmdline([str(word)]) if is_windows() else shlex.quote(str(word))


def progress_style() -> int:
    """Keras's `verbose`: a moving bar on a terminal that can show one, one line for each epoch elsewhere."""
    shows_bars = streams.is_writable("━", sys.stdout.encoding or "utf-8")
    return 1 if sys.stdout.isatty() and shows_bars else 2


def percent(share: float) -> str:
    """Formats a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def megabytes(size: int) -> str:
    """Formats a number of bytes as MB (10^6 bytes)."""
    return f"{size / 1e6:.1f} MB"
