"""One column a label: what its cells must say, and the lists of labels they make together."""

from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import clip, is_missing
from albert_tf.tables.rows import Rows

# "It does not apply" and "it applies"; a column keeps to one pair.
PAIRS = (
    ("0", "1"),
    ("false", "true"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
)
NUMBERS = {"0.0": "0", "1.0": "1", "0.": "0", "1.": "1", "0,0": "0", "1,0": "1"}


def read_indicators(
    path: Path, rows: Rows, columns: tuple[int, ...], names: list[str]
) -> tuple[list[list[str]], list[str]]:
    """Return the labels that apply to each row, and notes.

    Args:
        path: named in errors.
        rows: the rows of the file.
        columns: positions of the label columns.
        names: of those columns: the labels.

    Raises:
        DataError: two columns of one name; a cell that is neither 0 nor 1 (nor false and true, no
            and yes, ... in the whole column), with its line.
    """
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(
            f"{path}: two label columns are named {twice!r}; give each a name of its own"
        )
    labels: list[list[str]] = [[] for _ in rows.cells]
    others = {}
    for at, name in zip(columns, names, strict=True):
        pair = None
        for applying, row, line in zip(labels, rows.cells, rows.lines, strict=True):
            pair, applies = _read(path, line, name, row[at], pair)
            if applies:
                applying.append(name)
        if pair and pair != PAIRS[0]:
            others.setdefault(pair, name)
    shown = ", ".join(f"{no!r} and {yes!r} in {name!r}" for (no, yes), name in others.items())
    return labels, [f"read as 0 and 1: {shown}"] if others else []


def _read(path: Path, line: int, name: str, cell: object, pair: tuple | None) -> tuple:
    """Return the pair of words that a column uses, and whether this cell says that it applies."""
    word = str(cell).strip().lower()
    word = NUMBERS.get(word, word)
    found = next((each for each in PAIRS if word in each), None)
    if found is None:
        what = "is missing" if is_missing(cell) else f"is {clip(cell)!r}"
        raise DataError(
            f"{path}:{line}: the label {name!r} {what}; with a column for each label, write 0 or 1 "
            "(or false and true, no and yes)"
        )
    if pair not in (None, found):
        raise DataError(
            f"{path}:{line}: the label {name!r} is {clip(cell)!r}, where earlier rows have "
            f"{pair[0]!r} or {pair[1]!r}; write all of a column alike"
        )
    return found, word == found[1]
