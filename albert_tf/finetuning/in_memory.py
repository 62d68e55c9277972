"""Texts and labels in memory as a table, so that everything behind sees one kind of data."""

from pathlib import Path
from typing import Any

import numpy as np

from albert_tf.errors import DataError
from albert_tf.tables import TextTable
from albert_tf.tokenizer.text_inputs import texts_and_pairs


def table_of(data: tuple, name: str, task: str | None) -> TextTable:
    """Returns the table of `(texts, labels)`, or `((texts, pairs), labels)`.

    Args:
        data: texts as the models take them; and one label for each: a word or whole number for a class, a list of
            words or a row of 0 and 1 for several labels, a number for a value.
        name: what messages call the data.
        task: `"classification"`, `"multi_label"` or `"regression"`; None to find it out.

    Raises:
        DataError: when the labels are not one a text, not of one kind, or may be classes or values.
    """
    if len(data) != 2:
        raise DataError(f"{name} is a tuple of {len(data)}; expected (texts, labels)")
    texts, pairs = texts_and_pairs(data[0])
    texts, pairs = list(texts), None if pairs is None else list(pairs)
    labels = [_plain(label) for label in data[1]]
    if len(labels) != len(texts):
        raise DataError(
            f"{name} has {len(texts):,} texts and {len(labels):,} labels; expected one label a text"
        )
    if not texts:
        raise DataError(f"{name} holds no text")
    task = task or _found_task(name, labels)
    read = {"classification": _class, "multi_label": _several, "regression": _value}[task]
    return TextTable(
        texts=texts,
        pairs=pairs,
        labels=[read(f"{name}:{row}", label) for row, label in enumerate(labels, 1)],
        path=Path(name),
        lines=list(range(1, len(texts) + 1)),
        task=task,
    )


def _plain(label: Any) -> Any:
    """Returns a label as Python's own type."""
    if isinstance(label, (np.generic, np.ndarray)):
        return label.tolist()
    return list(label) if isinstance(label, (tuple, set, frozenset)) else label


def _found_task(name: str, labels: list) -> str:
    if any(isinstance(label, list) for label in labels):
        return "multi_label"
    if not any(isinstance(label, float) for label in labels):
        return "classification"
    if all(label.is_integer() for label in labels if isinstance(label, float)):
        raise DataError(
            f"{name} has labels such as {labels[0]!r}, which may be classes or values; pass "
            'task="classification" or task="regression"'
        )
    return "regression"


def _class(place: str, label: Any) -> str:
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    if not isinstance(label, (str, int)) or label == "":
        raise DataError(
            f"{place}: the label is {label!r}; expected a class, a word or whole number"
        )
    return str(label)


def _several(place: str, label: Any) -> list[str]:
    if isinstance(label, list) and all(isinstance(each, str) and each for each in label):
        return label
    if isinstance(label, list) and all(each in (0, 1) for each in label):
        return [str(number) for number, each in enumerate(label) if each]
    raise DataError(
        f"{place}: the label is {label!r}; expected a list of words, or a row of 0 and 1"
    )


def _value(place: str, label: Any) -> float:
    if isinstance(label, (bool, str)) or not isinstance(label, (int, float)):
        raise DataError(f"{place}: the label is {label!r}; expected a number")
    if not np.isfinite(label):
        raise DataError(f"{place}: the label is {label!r}; expected a finite number")
    return float(label)
