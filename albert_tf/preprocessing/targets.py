"""What the targets of a head must be, checked before they reach a loss.

A class that does not exist ends in an error deep inside a graph or, compiled by XLA, in a loss of NaN or of any finite
number; one NaN among the values of a regression makes all weights NaN. Each rule here reads targets in memory (`read`)
and as tensors of a `tf.data` pipeline (`read_in_graph`), and names the value that is wrong and its row.
"""

import dataclasses
import warnings
from typing import Any, Protocol, TypeAlias

import numpy as np
import tensorflow as tf

from albert_tf.errors import AlbertWarning, DataError
from albert_tf.preprocessing.graph_errors import checked, required
from albert_tf.preprocessing.target_values import (
    LARGEST,
    NUMERIC,
    bad_entry,
    listed,
    near_names,
    numeric,
    shortened,
    target_array,
)
from albert_tf.tokenizer.text_sequence import column_names


@dataclasses.dataclass(frozen=True)
class ClassNumbers:
    """One class for each text, or for each token of it.

    Args:
        count: number of classes; None when only the inputs tell it.
        names: the classes' names, which may stand for their numbers.
        rank: 1 for one class a text, 2 for one a token.
    """

    count: int | None
    names: tuple[str, ...] = ()
    rank: int = 1

    @property
    def weight_rank(self) -> int:
        """Of the weights beside such targets, as of those of the other rules: one for each class number."""
        return self.rank

    @property
    def expected(self) -> str:
        """What is expected, for messages."""
        upper = "up" if self.count is None else f"to {self.count - 1}"
        known = f", or one of the names {listed(self.names)}" if self.names else ""
        return f"a class number from 0 {upper}{known}"

    def read(self, y, name: str = "y") -> np.ndarray:
        """Returns the class numbers, `(texts,)` or `(texts, length)` integers.

        Raises:
            DataError: naming the first value that is no class, and its row.
        """
        rows = _without_unit_axis(target_array(y, name, self.expected), self.rank)
        if rows.ndim != self.rank or (rows.dtype == object and _is_list(rows)):
            raise self._misshapen(rows, name)
        if rows.dtype.kind not in NUMERIC:
            rows = self._numbers_of(rows, name)
        rows = numeric(rows, name, self.expected)
        wrong = rows != np.floor(rows) if rows.dtype.kind == "f" else np.zeros(rows.shape, bool)
        wrong |= rows < 0
        if self.count is not None:
            wrong |= rows >= self.count
        for place in np.argwhere(wrong)[:1]:
            raise bad_entry(rows, tuple(place), name, self.expected, self._hint(rows))
        self._warn_of_names(rows, name)
        return rows if rows.dtype.kind in "iu" else rows.astype("int64")

    def _misshapen(self, rows, name):
        if self.rank == 1:
            return DataError(
                f"{name} has a row for each text, such as {name}[0] = {_short(rows[0])}; expected {self.expected}: for "
                "one-hot rows pass their argmax(axis=1), for several labels a text build the model with "
                "multi_label=True"
            )
        return DataError(
            f"{name} has the shape {rows.shape}; expected {self.expected} for each token, (texts, length)"
        )

    def _numbers_of(self, rows, name):
        """The numbers of an array in which names stand; numbers among them would be of another meaning."""
        is_text = np.vectorize(lambda value: isinstance(value, str), otypes=[bool])(rows)
        if not is_text.any():
            return rows
        if not self.names:
            place = tuple(np.argwhere(is_text)[0])
            mend = ": this model has no class names; give it class_names=[...]"
            raise bad_entry(rows, place, name, self.expected, mend)
        numbers = {label: number for number, label in enumerate(self.names)}
        found = np.zeros(rows.shape, "int64")
        for place, value in np.ndenumerate(rows):
            if not isinstance(value, str) or value not in numbers:
                raise bad_entry(rows, place, name, self.expected, self._near(value))
            found[place] = numbers[value]
        return found

    def _near(self, value) -> str:
        if isinstance(value, (bool, int, float)) and value == value:
            return ": names and numbers do not mix"
        return near_names(value, self.names)

    def _hint(self, rows):
        if self.count is None or not rows.size:
            return ""
        if rows.min() >= 1 and rows.max() == self.count and np.all(rows == np.floor(rows)):
            return f"; they count from 1 to {self.count}: subtract 1, or pass names as texts"
        return ""

    def _warn_of_names(self, rows, name):
        """Warns of numbers that are names of other classes too, such as ratings from 1 to 5 without a 5."""
        present = {str(int(number)) for number in np.unique(rows)} if self.names else set()
        if present and "0" not in present and present <= set(self.names):
            warnings.warn(
                f"{name} holds numbers that are names of classes too; they are taken as positions, 0 for the class "
                f"{self.names[0]!r}: pass texts to name classes",
                AlbertWarning,
                stacklevel=2,
            )

    def read_in_graph(self, y):
        """Returns the class numbers of a batch of a dataset.

        Raises:
            DataError: when the type or the shape of the batches cannot be right; a wrong value stops the pipeline.
        """
        y = _batch_of_rank(y, self.rank, self.expected)
        if y.dtype == tf.string:
            if not self.names:
                raise DataError(
                    f"the dataset's targets are texts; expected {self.expected}: this model has no class names"
                )
            matches = tf.equal(y[..., None], tf.constant(self.names))
            y = required(tf.reduce_any(matches, -1), y, self.expected, tf.argmax(matches, -1))
        if not (y.dtype.is_integer or y.dtype.is_floating or y.dtype == tf.bool):
            raise DataError(f"the dataset's targets are {y.dtype.name}; expected {self.expected}")
        numbers = tf.cast(y, tf.float64) if y.dtype.is_floating else tf.cast(y, tf.int64)
        is_class = numbers >= 0
        if y.dtype.is_floating:
            is_class &= tf.equal(numbers, tf.floor(numbers))
        if self.count is not None:
            is_class &= numbers < self.count
        number = y if y.dtype.is_integer else tf.cast(numbers, tf.int64)
        return required(is_class, numbers, self.expected, number)


@dataclasses.dataclass(frozen=True)
class YesOrNo:
    """A yes or no of its own for each class: a 0/1 vector for each text, or a list of names.

    Args:
        count: number of classes.
        names: the classes' names.
    """

    count: int
    names: tuple[str, ...] = ()
    weight_rank = 1

    @property
    def expected(self) -> str:
        """What is expected, for messages."""
        known = f", or a list of names out of {listed(self.names)}" if self.names else ""
        return f"a row of {self.count} numbers for each text, 1 for yes and 0 for no{known}"

    def read(self, y, name: str = "y") -> np.ndarray:
        """Returns the vectors, `(texts, classes)`; values between 0 and 1 are degrees of yes.

        Raises:
            DataError: naming the first value that is neither, and its row.
        """
        rows = target_array(self._in_class_order(y, name), name, self.expected)
        if rows.dtype == object and rows.ndim == 1 and _is_list(rows):
            rows = self._from_names(rows, name)
        elif rows.ndim == 1 and self.count == 1:
            rows = rows[:, None]
        if rows.size == 0 and rows.ndim == 1:
            return rows.reshape(0, self.count)
        if rows.ndim == 1:
            raise bad_entry(rows, (0,), name, self.expected)
        if rows.ndim != 2 or rows.shape[1] != self.count:
            raise DataError(f"{name} has the shape {rows.shape}; expected {self.expected}")
        rows = numeric(rows, name, self.expected)
        for place in np.argwhere((rows < 0) | (rows > 1))[:1]:
            raise bad_entry(rows, tuple(place), name, self.expected)
        return rows

    def _in_class_order(self, y, name):
        """A table with a column of its own for each class, in the order of the classes."""
        columns = column_names(y) or []
        if len(columns) < 2 or not self.names or not all(isinstance(c, str) for c in columns):
            return y
        if not set(columns) & set(self.names):  # as polars names the columns of an array
            warnings.warn(
                f"{name} has the columns {listed(columns)}; they are taken as the classes {listed(self.names)} in "
                "this order",
                AlbertWarning,
                stacklevel=3,
            )
            return y
        if sorted(columns) != sorted(self.names):
            raise DataError(
                f"{name} has the columns {listed(columns)}; expected a column for each class, {listed(self.names)}: "
                "name the columns after the classes, or pass an array"
            )
        return y[list(self.names)] if hasattr(y, "to_numpy") else y

    def _from_names(self, rows, name):
        classes = ClassNumbers(self.count, self.names)
        found = np.zeros((len(rows), self.count), "int64")
        for number, labels in enumerate(rows):
            if not all(isinstance(label, str) for label in labels):
                raise DataError(
                    f"{name}[{number}] is {_short(labels)} among lists of names; expected {self.expected}"
                )
            found[number, classes.read(labels, f"{name}[{number}]") if labels else []] = 1
        return found

    def read_in_graph(self, y):
        """Returns the vectors of a batch of a dataset; see `ClassNumbers.read_in_graph`."""
        if y.shape.rank == 1 and self.count == 1:
            y = y[:, None]
        y = _batch_of_rank(y, 2, self.expected, self.count)
        numbers = _floats(y, self.expected)
        return required((numbers >= 0) & (numbers <= 1), numbers, self.expected, y)


@dataclasses.dataclass(frozen=True)
class Numbers:
    """Finite numbers: one for each text, or a vector.

    Args:
        width: None for one number a text, or the length of the vectors.
    """

    width: int | None = None
    weight_rank = 1

    @property
    def expected(self) -> str:
        """What is expected, for messages."""
        each = "one finite number" if self.width is None else f"a vector of {self.width} numbers"
        return f"{each} for each text"

    def read(self, y, name: str = "y") -> np.ndarray:
        """Returns the numbers, `(texts,)` or `(texts, width)`.

        Raises:
            DataError: naming the first value that is missing, infinite or no number, and its row.
        """
        rows = target_array(y, name, self.expected)
        fits = rows.ndim == 1 or (rows.ndim == 2 and rows.shape[1] == 1)
        if self.width is not None:
            fits = rows.ndim == 2 and rows.shape[1] == self.width
        if not fits and rows.size:
            raise DataError(
                f"{name} has the shape {rows.shape}, {name}[0] = {_short(rows[0])}; expected {self.expected}"
            )
        # Always of one rank: a graph traced for (texts,) and (texts, 1) would know neither.
        rows = rows if self.width is not None else _without_unit_axis(rows, 1)
        return numeric(rows, name, self.expected)

    def read_in_graph(self, y):
        """Returns the numbers of a batch of a dataset; see `ClassNumbers.read_in_graph`."""
        y = _batch_of_rank(y, 1 if self.width is None else 2, self.expected, self.width)
        numbers = _floats(y, self.expected)
        return required(tf.abs(numbers) <= LARGEST, numbers, self.expected, y)


@dataclasses.dataclass(frozen=True)
class AnyNumbers:
    """Finite numbers of any shape, for a loss that is not the head's own."""

    expected = "finite numbers, one or a row of them for each text"
    weight_rank = None

    def read(self, y, name: str = "y"):
        """Returns the numbers; of a dict, those of each entry.

        Raises:
            DataError: naming the first value that is missing, infinite or no number, and its row.
        """
        if isinstance(y, dict):
            return {key: self.read(part, f"{name}[{key!r}]") for key, part in y.items()}
        return numeric(target_array(y, name, self.expected), name, self.expected)

    def read_in_graph(self, y, what: str = "target"):
        """Returns the numbers of a batch of a dataset; see `ClassNumbers.read_in_graph`."""
        if isinstance(y, dict):
            return {key: self.read_in_graph(part, what) for key, part in y.items()}
        numbers = _floats(y, self.expected)
        return required(tf.abs(numbers) <= LARGEST, numbers, self.expected, y, what)


@dataclasses.dataclass(frozen=True)
class ByOutput:
    """A rule for each output of a model that has several.

    Args:
        rules: by the output's name.
    """

    rules: dict
    weight_rank = None

    def read(self, y, name: str = "y") -> dict:
        """Returns the targets by the output's name.

        Raises:
            DataError: when an output has none, or as its rule says.
        """
        self._check_names(y, name)
        return {key: self.rules[key].read(y[key], f"{name}[{key!r}]") for key in y}

    def read_in_graph(self, y):
        """Returns the targets of a batch of a dataset; see `ClassNumbers.read_in_graph`."""
        self._check_names(y, "y")
        return {key: self.rules[key].read_in_graph(y[key]) for key in y}

    def _check_names(self, y, name):
        if not isinstance(y, dict) or set(y) != set(self.rules):
            got = listed(y) if isinstance(y, dict) else f"of type {type(y).__name__}"
            raise DataError(
                f"{name} is {got}; expected a dict with targets for {listed(self.rules)}"
            )


def _without_unit_axis(rows, rank):
    return rows[..., 0] if rows.ndim == rank + 1 and rows.shape[-1] == 1 else rows


def _is_list(rows) -> bool:
    return any(isinstance(row, list) for row in rows)


def _short(row) -> str:
    return shortened(str(row.tolist() if hasattr(row, "tolist") else row))


def _batch_of_rank(y, rank, expected, width=None):
    """A batch of targets without an axis of one entry too many, once its shape is found right."""
    if not isinstance(y, tf.Tensor):
        raise DataError(f"the dataset's targets are {type(y).__name__}; expected {expected}")
    if y.shape.rank == 0:
        raise DataError("the dataset's elements are single examples; batch it: dataset.batch(32)")
    if (
        y.shape.rank is None
    ):  # as from_generator's, unless told; the steps of training need to know it
        mend = f"expected {expected}, of a shape that is known: tf.ensure_shape states it"
        y = checked(
            tf.equal(tf.rank(y), rank), f"the dataset's targets have an unknown shape; {mend}", y
        )
        y.set_shape([None] * rank)
    misshapen = f"the dataset's targets have the shape {y.shape}; expected {expected}"
    has_unit_axis = y.shape.rank == rank + 1 and width is None
    if has_unit_axis:
        width = 1
    if y.shape.rank != rank + has_unit_axis:
        raise DataError(misshapen)
    if width is None:
        return y
    if y.shape[-1] not in (width, None):
        raise DataError(misshapen)
    y = checked(tf.equal(tf.shape(y)[-1], width), misshapen, y)
    return tf.reshape(y, tf.shape(y)[:-1]) if has_unit_axis else y


def _floats(y, expected):
    if not isinstance(y, tf.Tensor) or not (
        y.dtype.is_integer or y.dtype.is_floating or y.dtype == tf.bool
    ):
        kind = y.dtype.name if isinstance(y, tf.Tensor) else type(y).__name__
        raise DataError(f"the dataset's targets are {kind}; expected {expected}")
    return tf.cast(y, tf.float64)


TargetRule: TypeAlias = ClassNumbers | YesOrNo | Numbers | AnyNumbers | ByOutput
"""What the targets of a head must be."""


class TextTargetRule(Protocol):
    """What the targets beside raw text must be."""

    @property
    def weight_rank(self) -> int | None:
        """Of the weights beside them; see `ExampleWeights`."""

    def read(self, y: Any, name: str = "y") -> Any:
        """Returns targets in memory, checked, one row for each text."""
