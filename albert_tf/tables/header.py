"""Whether the first row of a csv or tsv file names the columns."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import (
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
from albert_tf.tables.descriptions import count_descriptions
from albert_tf.tables.names import is_common, is_nameless, names_columns, without_mark
from albert_tf.tables.rows import Rows

# Rows that decide on the header.
JUDGED_ROWS = 2000
NAME = re.compile(r"[^.!?]{1,40}")
WORDS_OF_NAME = 5
# In a table of fewer rows chance alone makes a word that never comes back.
MOST_DOUBTED = 4


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
    if any(name in seen or len(name.split()) > WORDS_OF_NAME for name, seen in columns):
        return False
    if not all(map(NAME.fullmatch, names)):
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
            _refuse_title(path, rows)
            notes.append(
                f"the first line is read as the header: {_shown(first)}; if not, header=False"
            )
        elif not header:
            _refuse_lone_value(path, rows)
            notes.append("no header line")
    if not header:
        return None, Rows(rows.cells, rows.lines, tuple(notes))
    below = [n for n in range(1, len(rows.cells)) if rows.cells[n] != first]
    if not below:
        raise DataError(f"{path}: only a header line and no row; it needs at least one row")
    if len(below) < len(rows.cells) - 1:
        again = [line for line, row in zip(rows.lines, rows.cells, strict=True) if row == first][1:]
        notes.append(f"the header stands there again, and is left out ({shown_lines(again)})")
    described = count_descriptions([rows.cells[n] for n in below])
    if described == len(below):
        raise DataError(f"{path}: only lines that describe the columns and no row below them")
    if described:
        shown = shown_lines([rows.lines[n] for n in below[:described]])
        notes.append(f"left out what describes the columns below their names ({shown})")
        below = below[described:]
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


def _refuse_title(path: Path, rows: Rows) -> None:
    """Raise where the second line is as much a header as the first: one may be a title.

    A second line that stands there again is a row, unless the title before it does so too.
    """
    cells = rows.cells[:JUDGED_ROWS]
    body = rows.cells[1:]
    again = any(
        row == body[0] and before != cells[0] for before, row in itertools.pairwise(cells[1:])
    )
    doubted = len(body) >= MOST_DOUBTED and not again and not count_descriptions(body)
    if doubted and has_header(body):
        first, second = (_shown(rows.cells[n]) for n in (0, 1))
        raise DataError(
            f"{path}:{rows.lines[1]}: this line may be the header ({second}), or line {rows.lines[0]} is "
            f"({first}); remove what stands above the header, or pass header=True for the first line, "
            "header=False for none"
        )


def _refuse_lone_value(path: Path, rows: Rows) -> None:
    """Raise where the first line may be a header of long names, such as a form's questions.

    A column of few values, each of which comes back, begins with a word that never does.
    """
    first, body = rows.cells[0], rows.cells[1:JUDGED_ROWS]
    if len(first) == 1 or len(body) <= MOST_DOUBTED:
        return
    for name, *seen in zip(first, *body, strict=True):
        counts = Counter(cell.strip() for cell in seen if not is_missing(cell))
        name = name.strip()
        lone = name and name not in counts and not is_number(name) and not is_date(name)
        if lone and comes_back(len(counts), len(body)) and min(counts.values()) > 1:
            raise DataError(
                f"{path}:{rows.lines[0]}: this line may be the header or a row, since {clip(name)!r} stands "
                "nowhere else in its column; pass header=True if it names the columns, else header=False"
            )


def _shown(row: list[str]) -> str:
    return ", ".join(repr(clip(name)) for name in row if name.strip())


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
