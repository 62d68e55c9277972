"""Which choice is right: by its number or its text, checked against the choices of its own question."""

import dataclasses

import numpy as np

from albert_tf.errors import DataError
from albert_tf.preprocessing.target_values import NUMERIC, check_row_count, shortened, target_array
from albert_tf.preprocessing.targets import ClassNumbers

SHOWN = 6
"""Choices that a message quotes, at most."""


@dataclasses.dataclass(frozen=True)
class RightChoices(ClassNumbers):
    """The right choice of each question: its number, from 0, or its text."""

    count: int | None = None

    @property
    def expected(self) -> str:
        """What is expected, for messages."""
        return "the number of the right choice, from 0 up, or its text"

    def read(self, y, name: str = "y") -> np.ndarray:
        """Returns the numbers, `(questions,)` integers, or the texts, `(questions,)` objects.

        Raises:
            DataError: naming the first value that is neither, and its row.
        """
        rows = target_array(y, name, self.expected)
        if rows.ndim == 1 and len(rows) and all(isinstance(value, str) for value in rows):
            return rows.astype(object)
        return super().read(y, name)

    def _numbers_of(self, rows, name):
        for number, value in enumerate(rows):
            if isinstance(value, str) != isinstance(rows[0], str):
                raise DataError(
                    f"{name}[{number}] is {value!r} and {name}[0] is {rows[0]!r}; expected numbers only, or texts only"
                )
        return rows


def numbers_of_choices(y, choices: list[list[str]], name: str = "y") -> np.ndarray:
    """Returns the number of the right choice of each question, `(questions,)` int64.

    Args:
        y: a number or a text for each question.
        choices: of each question.
        name: what messages call `y`.

    Raises:
        DataError: naming the first that is none of its question's choices, and its row.
    """
    check_row_count(y, len(choices), name, of="question")
    found = np.zeros(len(choices), "int64")
    for row, (value, own) in enumerate(zip(y, choices, strict=True)):
        number = _number_of(value, own)
        if number is None:
            shown = ", ".join(repr(shortened(choice)) for choice in own[:SHOWN])
            more = f" and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
            upper = f"a number from 0 to {len(own) - 1}" if len(own) > 1 else "0"
            given = repr(shortened(value)) if isinstance(value, str) else value
            raise DataError(
                f"{name}[{row}] is {given}; expected {upper}, or one of its question's choices {shown}{more}"
            )
        found[row] = number
    return found


def _number_of(value, own) -> int | None:
    if isinstance(value, str):
        return own.index(value) if value in own else None
    return int(value) if 0 <= value < len(own) else None


def tells_choices(y) -> bool:
    """Whether targets are numbers or texts of choices, and not what another loss takes: vectors, or values."""
    rows = np.asarray(y)
    return rows.ndim == 1 and (rows.dtype.kind not in NUMERIC or rows.dtype.kind in "iu")
