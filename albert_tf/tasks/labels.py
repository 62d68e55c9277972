"""Class names and their numbers, in an order that does not depend on the file's."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from albert_tf.errors import DataError
from albert_tf.tables.table import TextTable

SHOWN_LABELS = 20


@dataclass(frozen=True)
class LabelSet:
    """The known labels; a label's number is its position.

    Attributes:
        names: the labels, distinct.

    Example:
        >>> LabelSet.from_labels(["spam", "ham", "spam"]).names
        ('ham', 'spam')
    """

    names: tuple[str, ...]

    @classmethod
    def from_table(cls, table: TextTable) -> "LabelSet":
        """Collect the labels of a training table.

        Raises:
            DataError: the table has no labels, or fewer than two different ones.
        """
        if table.labels is None or table.task == "regression":
            raise DataError(f"{table.path}: there are no classes; name the label column")
        try:
            return cls.from_labels(table.labels)
        except DataError as error:
            raise DataError(f"{table.path}: {error}") from None

    @classmethod
    def from_labels(cls, labels: Iterable[str | Sequence[str]]) -> "LabelSet":
        """Collect labels, or lists of labels; whole numbers in their order, words alphabetically.

        Raises:
            DataError: fewer than two different labels (one is enough for lists of labels).
        """
        labels = list(labels)
        multi_label = any(not isinstance(label, str) for label in labels)
        distinct = {each for label in labels for each in label} if multi_label else set(labels)
        if len(distinct) < (1 if multi_label else 2):
            found = f"only the class {next(iter(distinct))!r}" if distinct else "no label"
            raise DataError(
                f"the training rows have {found}; a classifier needs examples of two classes or "
                "more: add some, or check the label column"
            )
        return cls(tuple(sorted(distinct, key=_order)))

    def __len__(self) -> int:
        return len(self.names)

    def encode(self, table: TextTable) -> np.ndarray:
        """Return the labels of a table as numbers.

        Returns:
            int32 of shape (rows,); or, for multi-label, float32 zeros and ones of shape
            (rows, classes).

        Raises:
            DataError: a label that is not known, with its file and line and the known ones.
        """
        if table.labels is None:
            raise DataError(f"{table.path}: the table has no labels; name the label column")
        number = {name: position for position, name in enumerate(self.names)}
        if table.task == "multi_label":
            targets = np.zeros((len(table), len(self)), "float32")
            for row, labels in enumerate(table.labels):
                for label in labels:
                    targets[row, self._known(number, table, row, label)] = 1.0
            return targets
        return np.array(
            [self._known(number, table, row, label) for row, label in enumerate(table.labels)],
            "int32",
        )

    def _known(self, number: dict[str, int], table: TextTable, row: int, label: str) -> int:
        if label not in number:
            near = difflib.get_close_matches(str(label), self.names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            shown = ", ".join(map(repr, self.names[:SHOWN_LABELS]))
            more = f" and {len(self) - SHOWN_LABELS} more" if len(self) > SHOWN_LABELS else ""
            raise DataError(
                f"{table.where(row)}: the label {label!r} does not occur in the training data; "
                f"known are {shown}{more}{hint}"
            )
        return number[label]

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """Return the names of class numbers."""
        return [self.names[number] for number in numbers]


def _order(label: str) -> tuple:
    try:
        return (0, int(label), label)
    except ValueError:
        return (1, 0, label)


def encode_targets(table: TextTable, labels: LabelSet | None) -> np.ndarray:
    """Return what `fit` compares with, for the table's task.

    Args:
        table: a table with labels.
        labels: the training data's labels; None for regression.

    Returns:
        int32 (rows,) class numbers; float32 (rows, classes) for multi-label; float32 (rows,) for
        regression.

    Raises:
        DataError: the table has no labels, or one that is not known.
    """
    if table.task != "regression":
        return labels.encode(table)
    if table.labels is None:
        raise DataError(f"{table.path}: the table has no labels; name the label column")
    return np.array(table.labels, "float32")
