"""Texts that are typed or piped: those of the command line, or else the lines of standard input."""

import sys
from collections.abc import Iterator

from albert_tf.cli.console import note, say
from albert_tf.errors import DataError

STANDARD_INPUT = "-"
TEXTS_HELP = "texts; without any, or for a lone -, the lines of standard input"


def given_texts(texts: list[str]) -> list[str]:
    """Returns the texts of the command line; none where a lone `-` stands for standard input.

    Raises:
        DataError: when `-` stands beside other texts, where it can be meant either way.
    """
    if texts == [STANDARD_INPUT]:
        return []
    if STANDARD_INPUT in texts:
        raise DataError(
            f"text {1 + texts.index(STANDARD_INPUT)} of {len(texts)} is -, which alone stands for standard input; "
            "leave it out, or give all texts by standard input, one a line"
        )
    return texts


def input_lines() -> Iterator[tuple[int, str]]:
    """Yields the lines of standard input as they come, with their numbers from 1.

    Raises:
        DataError: a line that is not UTF-8; or no line at all.
    """
    if sys.stdin.isatty():
        say("reading texts from the terminal, one a line; Ctrl-D ends")
    number = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise DataError(
                f"standard input, line {number}: not UTF-8; convert it first, e.g. with iconv -f latin1"
            ) from None
        yield number, text.rstrip("\r\n")
    if not number:
        raise _no_text("it is empty")


def input_texts() -> Iterator[tuple[int, str]]:
    """Yields the lines of `input_lines` that hold a text, and in the end notes how many were empty.

    Raises:
        DataError: a line that is not UTF-8; or no line with a text.
    """
    found, empty = 0, []
    for number, line in input_lines():
        if line.strip():
            found += 1
            yield number, line
        else:
            empty.append(number)
    lines = "line was" if len(empty) == 1 else "lines were"
    if not found:
        raise _no_text(f"{len(empty):,} empty {lines} all it held")
    if empty:
        note(
            f"standard input: {len(empty):,} empty {lines} passed over; the first is line {empty[0]}"
        )


def _no_text(what):
    return DataError(
        f"standard input: no text, {what}; expected one text a line, or texts as arguments"
    )
