"""A sequence of texts in whatever holds one: lists, arrays, columns of tables and of data sets."""

from collections.abc import Iterable, Mapping, Set

import numpy as np

from albert_tf.errors import DataError

SHOWN = 40
"""Characters of a value that a message quotes."""


def text_list(texts, name: str) -> list[str]:
    """Returns the texts of a flat sequence as a list.

    Taken is whatever gives one `str` after the other: lists, tuples, iterators, arrays `(texts,)` or `(texts, 1)`,
    pandas and polars series, columns of Hugging Face `datasets` and of Arrow tables, and tables of one column.

    Args:
        texts: the sequence.
        name: what messages call it.

    Raises:
        DataError: when it is no such sequence, or holds something else than `str`; the message names the place.
    """
    if isinstance(texts, (str, np.str_)) or _is_scalar_text(texts):
        raise DataError(
            f"{name} is one text, {str(texts)[:SHOWN]!r}; expected a sequence of texts: pass [text]"
        )
    texts = list(flat_sequence(texts, name))
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise not_text(text, f"{name}[{index}]")
    return texts


def flat_sequence(values, name: str) -> Iterable:
    """Returns what is to be iterated for the entries of a sequence, in their order.

    Raises:
        DataError: when `values` is a table of several columns, has no order, or is no sequence at all.
    """
    columns = column_names(values)
    if columns is not None:
        return flat_sequence(_only_column(values, columns, name), name)
    if isinstance(values, Set) and not hasattr(values, "mapping"):  # a view of a dict has its order
        raise _no_sequence(values, name, "a set has no order; pass a list")
    if isinstance(values, Mapping):
        keys = ", ".join(repr(key) for key in list(values)[:8])
        raise _no_sequence(values, name, f"pass one of its values (keys: {keys})")
    if isinstance(values, (bytes, bytearray, memoryview)):
        raise _no_sequence(values, name, "decode bytes first")
    if hasattr(values, "to_pylist"):  # Arrow's arrays give scalars of their own when iterated
        return values.to_pylist()
    shape = _shape(values)
    if len(shape) == 2 and shape[1] == 1:
        values = np.asarray(values).reshape(-1)
    elif len(shape) != 1:
        raise _no_sequence(values, name, f"this one has the shape {shape}; pass one column")
    if not isinstance(values, Iterable):
        raise _no_sequence(values, name)
    return values


def column_names(values) -> list[str] | None:
    """Returns the names of a table's columns, of pandas, polars, Arrow or `datasets`; None for anything else."""
    if isinstance(values, Mapping):
        return None
    if hasattr(values, "collect_schema"):  # polars: a lazy table warns when asked for its columns
        return values.collect_schema().names()
    names = getattr(values, "column_names", None)
    if names is None:
        names = getattr(values, "columns", None)
    return list(names) if isinstance(names, Iterable) and not isinstance(names, str) else None


def only_column(values, name: str):
    """Returns the column of a table that has one, and anything else as it is.

    Raises:
        DataError: when there are several columns, or none.
    """
    columns = column_names(values)
    return values if columns is None else _only_column(values, columns, name)


def _only_column(table, columns, name):
    kind = type(table).__name__
    if hasattr(table, "collect") and not isinstance(table, Iterable):
        raise DataError(f"{name} is a {kind}, not read yet; collect it first, then pass one column")
    if len(columns) != 1:
        shown = ", ".join(repr(column) for column in columns[:8]) or "none"
        example = f"{columns[0]!r}" if columns else "..."
        raise DataError(
            f"{name} is a {kind} with the columns {shown}; expected a sequence, such as one column: "
            f"pass {name}[{example}]"
        )
    if hasattr(table, "iloc"):
        return table.iloc[:, 0]  # a pandas column's name may be anything
    try:
        return table[columns[0]]
    except (TypeError, KeyError, NotImplementedError) as error:
        raise DataError(
            f"{name} is a {kind} whose column {columns[0]!r} cannot be taken whole; pass a list of its entries"
        ) from error


def not_text(value, place: str) -> DataError:
    """Returns the error for an entry that is no `str`."""
    return DataError(
        f"{place} is {_shown(value)} of type {type(value).__name__}; expected a str: fill or "
        "drop missing texts, and decode bytes, before tokenizing"
    )


def _no_sequence(values, name, mend=""):
    return DataError(
        f"{name} is {_shown(values)} of type {type(values).__name__}; expected a sequence of "
        f"str, such as a list or an array{': ' * bool(mend)}{mend}"
    )


def _shown(value) -> str:
    return repr(" ".join(str(value).split())[:SHOWN])


def _shape(values) -> tuple:
    """The shape of what has one, as far as it is known; of anything else one dimension."""
    shape = getattr(values, "shape", None)
    if shape is None or callable(shape):
        return (None,) * getattr(values, "ndim", 1)
    return tuple(shape)


def _is_scalar_text(values) -> bool:
    return _shape(values) == () and getattr(getattr(values, "dtype", None), "kind", "") in "OUT"
