"""From a file's text to rows of cells: delimiter, quoting, header line, JSON lines."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError

QUOTING = ("rfc", "none")
DELIMITER_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}

# Rows that decide the delimiter; a later row that differs is an error with its own line.
SNIFFED_ROWS = 200


@dataclass(frozen=True)
class Rows:
    """The cells of a file, before any column has a meaning.

    Attributes:
        cells: one list a row; strings from csv and tsv, any JSON value (None if absent) from jsonl.
        lines: the line of the file, from 1, on which each row begins.
        notes: what was guessed.
    """

    cells: list[list]
    lines: list[int]
    notes: tuple[str, ...] = ()


def parse_delimited(
    path: Path, text: str, delimiters: str, quoting: str | None, prefer_rfc: bool
) -> Rows:
    r"""Split csv or tsv text into rows, all with the same number of cells.

    Args:
        path: named in errors.
        text: the file's content with its own line endings.
        delimiters: one delimiter, or the candidates in order of preference.
        quoting: `"rfc"` (a cell that begins with `"` ends at the matching one and may hold
            delimiters and line breaks), `"none"` (quotes are ordinary characters, as in GLUE), or
            None: `"rfc"` for csv; for tsv whichever of the two fits the file.
        prefer_rfc: what None falls to, True for csv.

    Returns:
        `Rows` of strings; blank lines are left out.

    Raises:
        DataError: rows of different lengths, or a quote that does not end; with the line.
    """
    delimiter, notes = delimiters[0], []
    if len(delimiters) > 1:
        delimiter = _sniff_delimiter(text, delimiters, quoting)
        if delimiter != delimiters[0]:
            notes.append(f"the delimiter is a {DELIMITER_NAMES[delimiter]}")
    if quoting == "rfc" or (quoting is None and prefer_rfc):
        rows = _parse(path, text, delimiter, "rfc")
    elif quoting == "none" or '"' not in text:
        rows = _parse(path, text, delimiter, "none")
    else:
        rows, note = _parse_either(path, text, delimiter)
        notes += [note] if note else []
    return Rows(rows.cells, rows.lines, tuple(notes))


def _parse(path: Path, text: str, delimiter: str, quoting: str) -> Rows:
    style = {"quoting": csv.QUOTE_NONE} if quoting == "none" else {"strict": True}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **style)
    cells, lines = [], []
    with _unlimited_fields():
        while True:
            start = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise DataError(_quote_error(path, start, reader.line_num, error)) from None
            if row is None:
                break
            spaces_only = len(row) == 1 and not row[0].strip() and cells and len(cells[0]) > 1
            if row and not spaces_only:
                cells.append(row)
                lines.append(start)
    _check_rectangular(path, cells, lines, delimiter)
    return Rows(cells, lines)


def _quote_error(path: Path, start: int, end: int, error: csv.Error) -> str:
    what = (
        "a quoted cell that begins here is never closed"
        if "unexpected end" in str(error)
        else f'a quoted cell goes on after its closing quote (line {end}); write "" for a quote'
    )
    return f'{path}:{start}: {what}; if quotes are ordinary characters here, pass quoting="none"'


def _check_rectangular(path: Path, cells: list[list], lines: list[int], delimiter: str) -> None:
    if not cells:
        raise DataError(f"{path}: the file holds no row; it needs at least one")
    width = len(cells[0])
    for row, line in zip(cells, lines, strict=True):
        if len(row) != width:
            name = DELIMITER_NAMES.get(delimiter, repr(delimiter))
            raise DataError(
                f"{path}:{line}: {len(row)} cells where line {lines[0]} has {width}; put the text "
                f"in double quotes if it holds a {name}, or pass another delimiter"
            )


def _parse_either(path: Path, text: str, delimiter: str) -> tuple[Rows, str]:
    """Read a tsv file with or without quoting, whichever fits; with a note if it matters."""
    try:
        quoted = _parse(path, text, delimiter, "rfc")
    except DataError:
        quoted = None
    try:
        plain = _parse(path, text, delimiter, "none")
    except DataError:
        if quoted is None:
            raise
        plain = None
    if plain is None:
        return quoted, "double quotes enclose cells"
    # Lines that are rectangular without quoting would have to be so by chance if they were pieces
    # of quoted cells, so quoting that merges lines is believed only if the lines do not fit alone.
    if quoted is None or len(quoted.cells) != len(plain.cells):
        return plain, "double quotes are ordinary characters"
    return quoted, "double quotes enclose cells" if quoted.cells != plain.cells else ""


def _sniff_delimiter(text: str, candidates: str, quoting: str | None) -> str:
    """Choose the delimiter that cuts the most of the first rows into the same number of cells."""
    style = {"quoting": csv.QUOTE_NONE} if quoting == "none" else {}
    shares = []
    for candidate in candidates:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=candidate, **style)
        with _unlimited_fields():
            widths = [len(row) for row, _ in zip(reader, range(SNIFFED_ROWS), strict=False) if row]
        width, rows = Counter(widths).most_common(1)[0] if widths else (0, 0)
        shares.append(rows / len(widths) if width > 1 and widths[0] == width else 0.0)
    best = max(shares)
    return candidates[shares.index(best)]  # the first of equals; all zero: a single column


@contextmanager
def _unlimited_fields() -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters a cell: documents are longer."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def parse_json_lines(path: Path, text: str) -> tuple[list[str], Rows]:
    """Read one JSON object a line.

    Args:
        path: named in errors.
        text: the file's content; empty lines are left out.

    Returns:
        The column names in order of first appearance, and `Rows` of JSON values with None where an
        object lacks the name.

    Raises:
        DataError: with the line: not JSON, or not an object.
    """
    records, lines = [], []
    for number, line in enumerate(text.split("\n"), start=1):  # U+2028 and the like end no line
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}:{number}: broken JSON: {_json_problem(text, error)}") from None
        if not isinstance(record, dict):
            raise DataError(
                f"{path}:{number}: a JSON {type(record).__name__}, not an object; "
                'write one object a line, such as {"text": "...", "label": "..."}'
            )
        records.append(record)
        lines.append(number)
    names = list(dict.fromkeys(name for record in records for name in record))
    return names, Rows([[record.get(name) for name in names] for record in records], lines)


def _json_problem(text: str, error: json.JSONDecodeError) -> str:
    problem = f"{error.msg} (character {error.colno}); write one complete object a line"
    if text.lstrip().startswith("["):
        problem += ", not one list for the whole file"
    return problem
