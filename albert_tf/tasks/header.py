"""Whether the first row of a csv or tsv file names the columns."""

import re
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tasks.cell_values import (
    PERHAPS_MISSING,
    clip,
    comes_back,
    counted,
    is_blank,
    is_date,
    is_missing,
    is_number,
    is_numeric,
    is_prose,
    shown_lines,
)
from albert_tf.tasks.names import is_common, is_nameless, names_columns, without_mark
from albert_tf.tasks.rows import Rows

# Rows that decide on the header.
JUDGED_ROWS = 2000
NAME = re.compile(r"[^.!?]{1,40}")


@dataclass(frozen=True)
class Wanted:
    """What the caller says of the header.

    Attributes:
        header: whether the first line names the columns; None finds it out.
        names: the columns that the caller named, in lower case.
    """

    header: bool | None = None
    names: frozenset[str] = frozenset()


def has_header(cells: list[list[str]]) -> bool:
    """Tell whether the first row of a csv or tsv file names the columns.

    It does when a common name stands in it. Otherwise it does when its cells are short and
    distinct, like names (some may be empty), and a column below is of another nature: it holds
    only numbers or dates; or a few words that come back again and again, and the name is not one
    of them; or sentences, and the name is one word.

    Args:
        cells: the rows, all of one length.
    """
    first = [cell.strip() for cell in cells[0]]
    body = [row for row in cells[1:JUDGED_ROWS] if row != cells[0] or len(first) == 1]
    below = [[row[n].strip() for row in body if not is_missing(row[n])] for n in range(len(first))]
    columns = [(name, seen) for name, seen in zip(first, below, strict=True) if name]
    if names_columns(first) and any(is_common(n) and n not in seen for n, seen in columns):
        return True
    names = [name for name, _ in columns]
    # Lines of plain text have one column, and their first is as much a text as the others.
    if len(first) == 1 or len(set(names)) < len(names):
        return False
    if any(is_number(name) for name in names):
        return _counts_columns(first) and not all(is_numeric(seen) for _, seen in columns)
    if any(is_numeric(seen) and _is_word(name) for name, seen in columns):
        return len(body) > 1 or all(map(NAME.fullmatch, names))
    if not all(map(NAME.fullmatch, names)) or any(name in seen for name, seen in columns):
        return False
    return any(
        (len(body) > 3 and comes_back(len(set(seen)), len(body)))
        or (len(body) > 1 and " " not in name and is_prose(seen))
        for name, seen in columns
    )


def _is_word(name: str) -> bool:
    return not (is_date(name) or is_missing(name) or name.lower() in PERHAPS_MISSING)


def _counts_columns(first: list[str]) -> bool:
    """Tell whether pandas wrote the header of columns without names: 0, 1, 2, ..."""
    numbers = first[1:] if not first[0] else first
    return numbers == [str(n) for n in range(len(numbers))]


def split_header(path: Path, rows: Rows, wanted: Wanted) -> tuple[list[str] | None, Rows]:
    """Return the columns' names, or None without a header, and the rows below.

    Args:
        path: named in errors.
        rows: of one length, from the header on.
        wanted: what the caller says of the header.

    Raises:
        DataError: there is a header and no row; or the first line may be a comment or a row.
    """
    first, notes = rows.cells[0], list(rows.notes)
    header = wanted.header
    if header is None:
        recurs = any(
            name.strip() and name == row[n]
            for row in rows.cells[1:JUDGED_ROWS]
            for n, name in enumerate(first)
            if row != first
        )
        sure = bool(wanted.names) or (names_columns(first) and not recurs)
        if not sure:
            _refuse_comment(path, rows)
        header = bool(wanted.names) or has_header(rows.cells)
        if header and not sure:
            shown = ", ".join(repr(clip(name)) for name in first if name.strip())
            notes.append(f"the first line is read as the header: {shown}; if not, header=False")
        elif not header:
            notes.append("no header line")
    if not header:
        return None, Rows(rows.cells, rows.lines, tuple(notes))
    below = [n for n in range(1, len(rows.cells)) if rows.cells[n] != first]
    if not below:
        raise DataError(f"{path}: only a header line and no row; it needs at least one row")
    if len(below) < len(rows.cells) - 1:
        again = [line for line, row in zip(rows.lines, rows.cells, strict=True) if row == first][1:]
        notes.append(f"the header stands there again, and is left out ({shown_lines(again)})")
    names = [without_mark(first[0]), *first[1:]]
    cells, lines = [rows.cells[n] for n in below], [rows.lines[n] for n in below]
    notes += _nameless_cells(names, cells, lines)
    return names, Rows(cells, lines, tuple(notes))


def _refuse_comment(path: Path, rows: Rows) -> None:
    """Raise where the first of several cells begins with `# `: a comment with a comma, or a row."""
    first = rows.cells[0]
    if first[0].startswith("# ") and len(first) > 1:
        raise DataError(
            f"{path}:{rows.lines[0]}: {clip(first[0])!r} may be a comment or a row; remove a "
            "comment, or pass header=False for a row and header=True for the columns' names"
        )


def _nameless_cells(names: list[str], cells: list[list[str]], lines: list[int]) -> list[str]:
    """Note what stands in columns without a name behind those with one: texts may be cut there."""
    last = max((n for n, name in enumerate(names) if not is_nameless(name)), default=len(names))
    filled = [
        line
        for row, line in zip(cells, lines, strict=True)
        if any(not is_blank(cell) for cell in row[last + 1 :])
    ]
    if not filled:
        return []
    return [
        f"{counted(len(filled), 'row has', 'rows have')} something in columns without a name, "
        f"which is not read ({shown_lines(filled)}); a text may go on there after a comma"
    ]
