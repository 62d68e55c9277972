"""Standard streams that no text can break: characters that cannot be written, and readers that are not there."""

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TextIO

closed: set[str] = set()
"""Which of `stdin`, `stdout` and `stderr` the process was started without."""


def prepare() -> None:
    r"""Readies the streams of the process, before anything is printed.

    A character that the encoding of an output lacks, as most of the world's in cp1252, is written as
    its code, `\u4f60`: two labels stay two, which they would not as question marks. A stream that
    the process was started without, as by `>&-`, is replaced by one that leads nowhere; else the
    next file that is opened would take its place, and receive what libraries print.
    """
    in_their_order = {
        "stdin": "r",
        "stdout": "w",
        "stderr": "w",
    }  # each takes the lowest free number
    for name, mode in in_their_order.items():
        if getattr(sys, name) is None:
            closed.add(name)
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    sys.stdin.reconfigure(errors="replace")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")


def drop(stream) -> None:
    """Leads what is still to be written to a stream, also by the flush at exit, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def writable(text: str, encoding: str) -> str:
    """Returns a text as `prepare` has it written in an encoding."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def is_writable(text: str, encoding: str) -> bool:
    """Whether an encoding has every character of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


class Beside:
    """An output that is told beside the work, which goes on when its reader goes away or its disk is full.

    Args:
        find: returns the stream of the moment.
    """

    def __init__(self, find: Callable[[], TextIO]):
        self._find = find

    def write(self, text: str) -> int:
        """Writes a text, or nowhere once that fails."""
        with self._dropped_on_failure():
            self._find().write(text)
        return len(text)

    def flush(self) -> None:
        """Writes what is held back."""
        with self._dropped_on_failure():
            self._find().flush()

    @contextlib.contextmanager
    def _dropped_on_failure(self):
        try:
            yield
        except OSError:
            drop(self._find())

    def __getattr__(self, name):
        return getattr(self._find(), name)


def progress_on_stdout():
    """Returns a context in which standard output is `Beside` the work, as for the lines of `fit`."""
    stdout = sys.stdout
    return contextlib.redirect_stdout(Beside(lambda: stdout))
