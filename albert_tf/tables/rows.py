"""From a csv or tsv file's text to rows of cells, all of one length: delimiter and quoting."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import comes_back
from albert_tf.tables.names import names_columns

QUOTING = ("rfc", "none", "backslash")
DELIMITER_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}

# Rows that decide the delimiter; a later row that differs is an error with its own line.
SNIFFED_ROWS = 200

# What Excel reads in a first line of its own.
SEPARATOR_LINE = re.compile(r'(\s*)"?sep=(.|\\t)"?[ \t]*(?=[\r\n])', re.IGNORECASE)


@dataclass(frozen=True)
class Rows:
    """The cells of a file, before any column has a meaning.

    Attributes:
        cells: one list a row; strings from csv and tsv, any JSON value (None if absent) from json.
        lines: the line of the file, from 1, on which each row begins.
        notes: what was guessed.
    """

    cells: list[list]
    lines: list[int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """How a csv or tsv file may be written.

    Attributes:
        delimiters: one delimiter, or the candidates in order of preference.
        quoting: `"rfc"` (a cell that begins with `"` ends at the matching one and may hold
            delimiters and line breaks; `""` is a quote within), `"backslash"` (the same, and a
            backslash before a quote, a delimiter or a backslash makes it part of the cell),
            `"none"` (quotes are ordinary characters, as in GLUE), or None: whichever of the first
            two fits for csv, whichever of the three for tsv.
        prefer_rfc: what None falls to, True for csv.
    """

    delimiters: str
    quoting: str | None
    prefer_rfc: bool


class RaggedError(DataError):
    """A row has another number of cells than the first, or a quote does not end.

    Attributes:
        line: on which it stands.
    """

    def __init__(self, message: str, line: int):
        super().__init__(message)
        self.line = line


class QuoteError(RaggedError):
    """A quoted cell does not end where it should; the message lacks what to do about it."""


def parse_delimited(path: Path, text: str, form: Format, square) -> Rows:
    r"""Split csv or tsv text into rows, all with the same number of cells.

    Args:
        path: named in errors.
        text: the file's content with its own line endings.
        form: how it may be written.
        square: a function `(path, Rows, delimiter)` that leaves out what is no part of the table
            and returns `Rows` of one length, or raises a `RaggedError`.

    Returns:
        `Rows` of strings; blank lines are left out.

    Raises:
        DataError: rows of different lengths, or a quote that does not end; with the line.
    """
    delimiters, stated = form.delimiters, SEPARATOR_LINE.match(text)
    if stated:
        written = {"\\t": "\t"}.get(stated[2], stated[2])
        delimiters = delimiters if len(delimiters) == 1 else written
        text = stated[1] + text[stated.end() :]

    def parse(quoting: str) -> Rows:
        delimiter = _sniff_delimiter(text, delimiters, quoting)
        rows = square(path, _parse(path, text, delimiter, quoting), delimiter)
        if stated:
            note = f"the first line states the delimiter: {stated[0].strip()}"
        elif delimiter != delimiters[0]:
            note = f"the delimiter is a {DELIMITER_NAMES[delimiter]}"
        else:
            return rows
        return Rows(rows.cells, rows.lines, (note, *rows.notes))

    try:
        if form.quoting is not None:
            return parse(form.quoting)
        if form.prefer_rfc:
            return _parse_quoted(parse, text)
        return _parse_either(parse, text) if '"' in text else parse("none")
    except QuoteError as error:
        raise DataError(f"{error}; {_quoting_advice(parse, text, form.quoting)}") from None


def _quoting_advice(parse, text: str, tried: str | None) -> str:
    r"""Return what to do about a quote: the quoting that reads the file, if there is one."""
    for quoting, reason in (
        ("backslash", "if a backslash stands before quotes within a cell"),
        ("none", "if quotes are ordinary characters here"),
    ):
        if quoting == tried or (quoting == "backslash" and '\\"' not in text):
            continue
        try:
            parse(quoting)
        except RaggedError:
            continue
        return f'{reason}, pass quoting="{quoting}"'
    return 'a quoted cell ends with a quote, and each quote within it is written ""'


def _parse(path: Path, text: str, delimiter: str, quoting: str) -> Rows:
    """Read the rows; where most have quotes after a blank (`"a", "b"`), without such blanks."""
    rows = _read(path, _reader(text, delimiter, quoting, strict=True))
    if quoting != "none":
        after_blank = sum(
            any(cell.startswith(" ") and cell.lstrip(" ").startswith('"') for cell in row)
            for row in rows.cells
        )
        if 2 * after_blank > len(rows.cells):
            reader = _reader(text, delimiter, quoting, strict=True, skipinitialspace=True)
            return _noted(_read(path, reader), "blanks before cells are left out")
    return rows


def _read(path: Path, reader) -> Rows:
    cells, lines = [], []
    with _unlimited_fields():
        while True:
            start = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                message = _quote_error(path, start, reader.line_num, error)
                raise QuoteError(message, start) from None
            if row is None:
                break
            if row:
                cells.append(row)
                lines.append(start)
    if not cells:
        raise DataError(f"{path}: the file holds no row; it needs at least one")
    return Rows(cells, lines)


def _quote_error(path: Path, start: int, end: int, error: csv.Error) -> str:
    what = (
        "a quoted cell that begins here is never closed"
        if "unexpected end" in str(error)
        else f'a quoted cell goes on after its closing quote (line {end}); write "" for a quote'
    )
    return f"{path}:{start}: {what}"


def _reader(text: str, delimiter: str, quoting: str, **style):
    if quoting == "none":
        style = {"quoting": csv.QUOTE_NONE}
    if quoting == "backslash":
        # The csv module would drop a backslash before any character; only these are escaped.
        escaped = f'"\\{delimiter}'
        text = re.sub(
            r"\\(.)", lambda pair: ("" if pair[1] in escaped else "\\") + pair[0], text, flags=re.S
        )
        style["escapechar"] = "\\"
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **style)


def _parse_quoted(parse, text: str) -> Rows:
    r"""Read quoted cells, with `\"` for a quote within where the file is written so."""
    quoted = escaped = problem = None
    try:
        quoted = parse("rfc")
    except RaggedError as error:
        problem = error
    if '\\"' in text:
        try:
            escaped = parse("backslash")
        except RaggedError as error:
            # Of two readings the one that came further says what is wrong.
            if problem is not None and error.line > problem.line:
                problem = error
    if escaped is not None and (quoted is None or _unescapes(quoted, escaped)):
        return _noted(escaped, 'quotes within a cell are written \\"')
    if quoted is None:
        raise problem
    return quoted


def _unescapes(quoted: Rows, escaped: Rows) -> bool:
    r"""Tell whether cells keep a `\"` that the other reading makes a quote, at the same shape."""
    if (len(quoted.cells), len(quoted.cells[0])) != (len(escaped.cells), len(escaped.cells[0])):
        return False
    return any('\\"' in cell for row in quoted.cells for cell in row)


def _parse_either(parse, text: str) -> Rows:
    """Read a tsv file with or without quoting, whichever fits; with a note if it matters."""
    try:
        quoted = _parse_quoted(parse, text)
    except RaggedError:
        quoted = None
    try:
        plain = parse("none")
    except RaggedError:
        if quoted is None:
            raise
        plain = None
    enclose = "double quotes enclose cells"
    if plain is None:
        return _noted(quoted, enclose)
    # Lines that are rectangular without quoting would have to be so by chance if they were pieces
    # of quoted cells, so quoting that merges lines is believed only if the lines do not fit alone.
    if quoted is None or len(quoted.cells) != len(plain.cells):
        return _noted(plain, "double quotes are ordinary characters")
    return _noted(quoted, enclose) if quoted.cells != plain.cells else quoted


def _noted(rows: Rows, note: str) -> Rows:
    return Rows(rows.cells, rows.lines, (*rows.notes, note))


def _sniff_delimiter(text: str, candidates: str, quoting: str) -> str:
    """Choose the delimiter that cuts the most of the first rows into the same number of cells."""
    if len(candidates) == 1 or (candidates[0] == "\t" and "\t" in text):
        return candidates[0]
    scores = []
    for candidate in candidates:
        reader = _reader(text, candidate, quoting, strict=False)
        with _unlimited_fields():
            rows = [row for row, _ in zip(reader, range(SNIFFED_ROWS), strict=False) if row]
        widths = [len(row) for row in rows]
        width, number = Counter(widths).most_common(1)[0] if widths else (0, 0)
        share = number / len(widths) if width > 1 else 0.0
        if candidates[0] == "\t" and not (share == 1 and _is_table(rows, candidate)):
            share = 0.0
        # The first row may be a title above the table, but more likely it is part of it.
        scores.append(share if share and widths[0] == width else 0.9 * share)
    best = max(scores)
    equals = [c for c, score in zip(candidates, scores, strict=True) if score == best]
    if best and len(equals) > 1 and equals[0] == "," and _commas_are_text(text):
        return equals[1]
    return equals[0]  # all zero: a single column


def _is_table(rows: list[list[str]], delimiter: str) -> bool:
    """Tell whether lines are a table though their file is not named csv: a text a line has commas too.

    They are if there is a header, or a column of few values behind a semicolon or a pipe.
    """
    if len(rows) > 1 and names_columns(rows[0]):
        return True
    distinct = [len(set(column)) for column in zip(*rows, strict=True)]
    return (
        delimiter != ","
        and len(rows) > 3
        and any(comes_back(number, len(rows)) for number in distinct)
    )


def _commas_are_text(text: str) -> bool:
    """Tell whether each comma stands in a number or before a blank, as in 4,5 or in a sentence."""
    return re.search(r",(?! |\d)|(?<!\d),(?! )", text) is None


@contextmanager
def _unlimited_fields() -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters a cell: documents are longer."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)
