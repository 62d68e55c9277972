"""What of a csv or tsv file is its table: not the title above it, blank rows, empty ends of rows."""

from collections import Counter
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import clip, counted, is_blank, shown_lines
from albert_tf.tables.descriptions import is_ruled
from albert_tf.tables.header import JUDGED_ROWS, NAME, Wanted, has_header
from albert_tf.tables.names import TEXT_NAMES, is_common, names_columns
from albert_tf.tables.rows import DELIMITER_NAMES, RaggedError, Rows

# Lines that may stand before the table: a title, a date, a comment.
MOST_LEADING = 20


def frame_table(path: Path, rows: Rows, delimiter: str, wanted: Wanted) -> Rows:
    """Return the rows of the table, all of one length, from its header on if it has one.

    Left out, with a note each: rows of several cells that are all blank, lines that are drawn
    between others (`---,---`), what stands before the header (see `find_start`), comments among the
    rows, empty cells at the end of rows that the first row lacks. R leaves out the header's first
    cell: an empty one is put there.

    Args:
        path: named in errors.
        rows: as they were parsed.
        delimiter: between cells, for errors.
        wanted: what the caller says of the header.

    Raises:
        DataError: a line below the first names columns, and the first may do so too.
        RaggedError: rows of different lengths, with the line.
    """
    cells, lines, notes = _without_ruled(*_without_blank(path, rows))
    start = find_start(cells, wanted)
    _refuse_second_header(path, cells, lines, start, wanted)
    if start:
        stand = "stands before the table and is" if start == 1 else "stand before the table and are"
        first = clip(delimiter.join(cells[0]))
        notes.append(f"{shown_lines(lines[:start])} {stand} left out: {first!r}")
        cells, lines = cells[start:], lines[start:]
    width = len(cells[0])
    kept = [n for n, row in enumerate(cells) if len(row) == width or not row[0].startswith("# ")]
    if len(kept) < len(cells):
        comments = [lines[n] for n in sorted(set(range(len(cells))) - set(kept))]
        notes.append(f"left out {counted(len(comments), 'comment')} ({shown_lines(comments)})")
        cells, lines = [cells[n] for n in kept], [lines[n] for n in kept]
    cells = _evened(cells)
    _check_rectangular(path, cells, lines, delimiter)
    return Rows(cells, lines, tuple(notes))


def _without_blank(path: Path, rows: Rows) -> tuple[list[list[str]], list[int], list[str]]:
    several = any(len(row) > 1 for row in rows.cells)
    blank = [several and all(map(is_blank, row)) for row in rows.cells]
    kept = [n for n, is_empty in enumerate(blank) if not is_empty]
    if not kept:
        raise DataError(f"{path}: all rows are empty; it needs at least one with a text")
    # A line of blanks is passed over like an empty one; a row of empty cells is worth a word.
    empty = [
        line
        for row, line, is_empty in zip(rows.cells, rows.lines, blank, strict=True)
        if is_empty and len(row) > 1
    ]
    notes = list(rows.notes)
    if empty:
        notes.append(f"left out {counted(len(empty), 'empty row')} ({shown_lines(empty)})")
    return [rows.cells[n] for n in kept], [rows.lines[n] for n in kept], notes


def _without_ruled(
    cells: list[list[str]], lines: list[int], notes: list[str]
) -> tuple[list[list[str]], list[int], list[str]]:
    # Among plain lines of text a drawn one is a line as any other.
    if all(len(row) == 1 for row in cells):
        return cells, lines, notes
    kept = [n for n, row in enumerate(cells) if not is_ruled(row)]
    if len(kept) == len(cells) or not kept:
        return cells, lines, notes
    ruled = [lines[n] for n in sorted(set(range(len(cells))) - set(kept))]
    note = f"left out {counted(len(ruled), 'ruled line')} ({shown_lines(ruled)})"
    return [cells[n] for n in kept], [lines[n] for n in kept], [*notes, note]


def _evened(cells: list[list[str]]) -> list[list[str]]:
    """Cut empty cells beyond the first row's, add those that are empty in the first row too."""
    first = cells[0]
    width = len(first)
    if all(len(row) == width for row in cells):
        return cells
    body = cells[1:]
    # R writes the rows' numbers or names, and no name above them.
    numbered = [row[0] for row in body] == [str(n) for n in range(1, len(body) + 1)]
    if numbered and all(len(row) == width + 1 for row in body) and names_columns(first):
        return [["", *first], *body]
    evened = []
    for row in cells:
        if len(row) > width and all(map(is_blank, row[width:])):
            evened.append(row[:width])
        elif len(row) < width and all(map(is_blank, first[len(row) :])):
            evened.append([*row, *first[len(row) :]])
        else:
            evened.append(row)
    return evened


def _check_rectangular(path: Path, cells: list[list], lines: list[int], delimiter: str) -> None:
    width = len(cells[0])
    most = _common_width(cells)
    if len(cells) > 2 and most != width and all(len(row) == most for row in cells[1:]):
        raise RaggedError(
            f"{path}:{lines[0]}: {counted(width, 'cell')} where all lines below have {most}; if it is "
            "a title or a comment, remove it, else write a name for each column",
            lines[0],
        )
    for row, line in zip(cells, lines, strict=True):
        if len(row) != width:
            name = DELIMITER_NAMES.get(delimiter, repr(delimiter))
            no_row = "if it is no row of the table, remove it; else " if len(row) == 1 else ""
            raise RaggedError(
                f"{path}:{line}: {len(row)} cells where line {lines[0]} has {width}; {no_row}put the "
                f"text in double quotes if it holds a {name}, or pass another delimiter",
                line,
            )


def find_start(cells: list[list[str]], wanted: Wanted) -> int:
    """Return how many of the first rows are no part of the table: a title, comments, a date.

    They are left out where a row with the columns' names follows, and they are no such row
    themselves: fewer of their cells are filled, or all cells of the row below are common names.
    A line that begins with `#` is a comment where it has fewer cells than the others, and with `# `
    where it has other than they.

    Args:
        cells: the rows, perhaps of different lengths.
        wanted: what the caller says.
    """
    last = min(MOST_LEADING, len(cells) - 2)
    width = _common_width(cells)
    start = 0
    while start <= last and _is_comment(cells[start], width):
        start += 1
    if wanted.header is False:
        return start
    for at in range(last + 1):
        if wanted.names and wanted.names <= {name.strip().lower() for name in cells[at]}:
            return at
    at = _named_row(cells, start, width)
    if at is not None:
        return at if all(_may_lead(row, cells[at]) for row in cells[start:at]) else start
    for at in range(start + 1, last + 1):
        if len(cells[at]) > 1:
            below = cells[at:]
            titled = all(len(row) == 1 or row[0].startswith("#") for row in cells[start:at])
            even = all(len(row) == width for row in below)
            return at if titled and even and has_header(below) else start
    return start


def _named_row(cells: list[list[str]], start: int, width: int) -> int | None:
    """Return the first of the leading rows that holds a common name and is no row of data."""
    for at in range(start, min(MOST_LEADING, len(cells) - 2) + 1):
        if names_columns(cells[at]) and _is_whole(cells, at, width):
            return at
    return None


def _refuse_second_header(
    path: Path, cells: list[list[str]], lines: list[int], start: int, wanted: Wanted
) -> None:
    """Raise where a line below the first names columns, though as many cells are filled above."""
    if wanted.header is not None or wanted.names or len(cells[start]) == 1:
        return
    at = _named_row(cells, start, _common_width(cells))
    if at is not None and at > start and not names_columns(cells[start]):
        shown = ", ".join(repr(clip(name)) for name in cells[at] if name.strip())
        raise DataError(
            f"{path}:{lines[at]}: this line may be the header ({shown}), or line {lines[start]} is; "
            "remove what stands above the header, or pass header=True for the first line, "
            "header=False for none"
        )


def _is_comment(row: list[str], width: int) -> bool:
    # A text may begin with a hashtag, and hold a comma without quotes.
    return len(row) != width and row[0].startswith("#" if len(row) < width else "# ")


def _common_width(cells: list[list[str]]) -> int:
    return Counter(len(row) for row in cells[:JUDGED_ROWS]).most_common(1)[0][0]


def _is_whole(cells: list[list[str]], at: int, width: int) -> bool:
    """Tell whether a row names columns: its filled cells are short, and none occurs below it."""
    row = cells[at]
    body = [other for other in cells[at + 1 : JUDGED_ROWS] if other != row]
    if at and (len(row) != width or not all(NAME.fullmatch(name.strip()) for name in row if name)):
        return False
    below = [{other[n].strip() for other in body if n < len(other)} for n in range(len(row))]
    return not any(
        name.strip() in seen for name, seen in zip(row, below, strict=True) if name.strip()
    )


def _may_lead(row: list[str], header: list[str]) -> bool:
    if row[0].startswith("#"):
        return True
    if len(header) == 1:  # among plain lines of text only the surest name is no text itself
        return header[0].strip().lower() in TEXT_NAMES[0]
    filled, named = (sum(not is_blank(cell) for cell in each) for each in (row, header))
    return filled < named or all(is_common(name) for name in header if name.strip())
