"""Targets in memory, in whatever holds them, as arrays."""

import decimal
import difflib
import fractions
from collections.abc import Mapping, Set

import numpy as np

from albert_tf.errors import DataError
from albert_tf.tokenizer.text_inputs import from_string_tensors, is_string_tensor
from albert_tf.tokenizer.text_sequence import column_names, only_column

NUMERIC = "iufb"
"""Kinds of the numpy types that count as numbers."""
LARGEST = float(np.finfo("float32").max)
"""Of the numbers in which a loss is computed: a larger one is infinite there."""


def target_array(y, name: str, expected: str) -> np.ndarray:
    """Returns targets as an array: of numbers, or of objects when there are others among them.

    Args:
        y: a list, tuple, array or tensor, a column or a table of columns of numbers.
        name: what messages call it.
        expected: what it should be, for messages.

    Returns:
        `(rows, ...)`, of a numeric type when all entries are numbers. Rows that are lists of texts stay lists, in an
        array of objects `(rows,)`.

    Raises:
        DataError: when `y` is missing, has no order, is a single value, or has rows of different lengths.
    """
    if y is None:
        raise DataError(f"{name} is missing; expected {expected}")
    if isinstance(y, (Mapping, Set)) and not hasattr(y, "mapping"):
        kind = "has keys instead of rows" if isinstance(y, Mapping) else "has no order"
        raise DataError(
            f"{name} is a {type(y).__name__}, which {kind}; expected a sequence: {expected}"
        )
    columns = column_names(y)
    if columns is not None:
        y = y.to_numpy() if len(columns) > 1 and hasattr(y, "to_numpy") else only_column(y, name)
    y = _in_memory(y, name)
    is_sequence = hasattr(y, "__iter__") or hasattr(y, "__array__")
    if isinstance(y, (str, bytes, type)) or not is_sequence:
        raise DataError(f"{name} is {shortened(repr(y))}; expected a sequence: {expected}")
    rows = np.asarray(y) if hasattr(y, "__array__") else _from_entries(list(y), name, expected)
    if rows.ndim == 0:
        raise DataError(f"{name} is {rows.item()!r}; expected a sequence: {expected}")
    return _from_entries(rows.tolist(), name, expected) if rows.dtype == object else rows


def check_row_count(rows, count: int, name: str, of: str = "text") -> None:
    """Refuses targets or weights that are more or fewer than what they are of.

    Args:
        rows: what was given.
        count: how many there must be.
        name: what messages call the rows.
        of: what messages call one of the things that have a row each.

    Raises:
        DataError: when there are not as many.
    """
    if len(rows) != count:
        raise DataError(f"{name} has {len(rows)} rows for {count} {of}s; give one for each {of}")


def _in_memory(y, name):
    """Targets of libraries that numpy does not read right: without masks, or as objects or bytes."""
    if hasattr(y, "to_pylist"):  # Arrow
        return y.to_pylist()
    if hasattr(y, "toarray"):  # SciPy's sparse matrices, as scikit-learn's binarizers give them
        return y.toarray()
    if np.ma.is_masked(y):
        return y.tolist()  # with None for what is masked
    return from_string_tensors(y, name) if is_string_tensor(y) else y


def _from_entries(entries, name, expected):
    if any(_is_row(entry) for entry in entries):
        return _from_rows(entries, name, expected)
    entries = [entry.item() if hasattr(entry, "item") else _plain(entry) for entry in entries]
    if all(issubclass(kind, (bool, int, float)) for kind in set(map(type, entries))):
        return np.asarray(entries)
    return _objects(entries)


def _from_rows(entries, name, expected):
    for number, entry in enumerate(entries):
        if not _is_row(entry):
            raise DataError(f"{name}[{number}] is {entry!r} among rows; expected {expected}")
    rows = [list(np.asarray(entry) if hasattr(entry, "__array__") else entry) for entry in entries]
    if any(isinstance(value, (str, bytes)) for row in rows for value in row):
        return _objects(rows)
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1:
        other = next(number for number, length in enumerate(lengths) if length != lengths[0])
        raise DataError(
            f"{name} has rows of different lengths, {lengths[0]} in row 0 and {lengths[other]} in row {other}; "
            f"expected {expected}"
        )
    parts = [_from_entries(row, f"{name}[{number}]", expected) for number, row in enumerate(rows)]
    return np.stack(parts) if lengths[0] else _objects(rows)


def _is_row(entry) -> bool:
    return isinstance(entry, (list, tuple, Set)) or (
        not isinstance(entry, (str, bytes)) and len(getattr(entry, "shape", ())) > 0
    )


def _plain(entry):
    if isinstance(entry, (decimal.Decimal, fractions.Fraction)):
        return float(entry)
    return np.asarray(entry).item() if hasattr(entry, "__array__") else entry  # a tensor


def _objects(entries):
    rows = np.empty(len(entries), dtype=object)
    rows[:] = entries
    return rows


def numeric(rows: np.ndarray, name: str, expected: str) -> np.ndarray:
    """Returns an array of finite numbers, or says which entry is none.

    Raises:
        DataError: naming the first entry that is missing, infinite or no number.
    """
    if rows.dtype.kind not in NUMERIC:
        numbers = ((place, _is_number(value)) for place, value in np.ndenumerate(rows))
        first = next((place for place, is_number in numbers if not is_number), None)
        if first is None:
            return numeric(np.asarray(rows.tolist()), name, expected)
        raise bad_entry(rows, first, name, expected)
    if rows.dtype.kind == "f":
        for place in np.argwhere(~(np.abs(rows) <= LARGEST))[:1]:
            hint = f", at most {LARGEST:.2g}" if np.isfinite(rows[tuple(place)]) else ""
            raise bad_entry(rows, tuple(place), name, expected, hint)
    return rows


def _is_number(value) -> bool:
    """Whether an array of a numeric type can hold a value: whole numbers have their limits there."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return isinstance(value, float)


def shortened(text: str) -> str:
    """Returns a value's text as a message quotes it: one line, and not too much of it."""
    return " ".join(text.split())[:60]


def listed(names) -> str:
    """Returns names as a message lists them: the first eight, and how many more there are."""
    names = [repr(str(name)) for name in names]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def near_names(value, names) -> str:
    """Returns the end of a message about an unknown name: those that are like it; empty where there are none."""
    if not isinstance(value, str):
        return ""
    folded = {name.casefold(): name for name in reversed(names)}
    near = difflib.get_close_matches(value.strip().casefold(), folded, n=3)
    return f"; near: {listed([folded[match] for match in near])}" if near else ""


def bad_entry(
    rows: np.ndarray, place: tuple, name: str, expected: str, hint: str = ""
) -> DataError:
    """Returns the error for the entry at a place."""
    value = rows[place]
    shown = repr(value.item() if hasattr(value, "item") else value)[:60]
    at = ", ".join(str(int(index)) for index in place)
    return DataError(f"{name}[{at}] is {shown}; expected {expected}{hint}")
