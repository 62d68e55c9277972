"""A table of texts: read from csv, tsv or jsonl, checked row by row, ready for `fit`."""

import csv
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tasks.columns import Columns, choose_columns, has_header
from albert_tf.tasks.files import read_decoded
from albert_tf.tasks.label_cells import read_labels
from albert_tf.tasks.rows import QUOTING, Rows, parse_delimited, parse_json_lines

TASKS = ("classification", "regression", "multi_label")

# The delimiters each kind of file may have, in order of preference.
DELIMITERS = {".csv": ",;\t|", ".tsv": "\t", ".tab": "\t", ".txt": "\t", "": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
MENDS = {
    ".json": "write one object a line and name it .jsonl",
    ".xlsx": "save the sheet as CSV (UTF-8)",
    ".xls": "save the sheet as CSV (UTF-8)",
    ".parquet": "write it as CSV first (pandas: read_parquet, to_csv)",
}

SHOWN_LINES = 5


@dataclass(frozen=True)
class TextTable:
    """Texts, perhaps in pairs, perhaps with labels.

    Attributes:
        texts: the texts as they stand in the file.
        pairs: the second text of each row, or None.
        labels: one label a row: a string (classification), a float (regression), a list of strings
            (multi-label); or None for a table without labels.
        path: the file it came from.
        lines: the line of the file, from 1, on which each row begins.
        task: `"classification"`, `"regression"` or `"multi_label"`.
        columns: what was read from where: keys `"text"`, `"pair"`, `"label"`, values the names.
        encoding: the file's encoding.
        notes: what was guessed, for people to read.
    """

    texts: list[str]
    pairs: list[str] | None
    labels: list | None
    path: Path
    lines: list[int]
    task: str = "classification"
    columns: dict[str, str] = dataclasses.field(default_factory=dict)
    encoding: str = "utf-8"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def inputs(self) -> list[str] | tuple[list[str], list[str]]:
        """What a task model takes: the texts, or a tuple of texts and pairs."""
        return self.texts if self.pairs is None else (self.texts, self.pairs)

    def where(self, row: int) -> str:
        """Return `file:line` of a row, for messages."""
        return f"{self.path}:{self.lines[row]}"

    def subset(self, rows: Sequence[int]) -> "TextTable":
        """Return the table of the given rows, in the order given."""

        def pick(values: list | None) -> list | None:
            return None if values is None else [values[row] for row in rows]

        return dataclasses.replace(
            self,
            texts=pick(self.texts),
            pairs=pick(self.pairs),
            labels=pick(self.labels),
            lines=pick(self.lines),
        )


def read_table(
    path: str | Path,
    text_column: str | int | None = None,
    pair_column: str | int | None = None,
    label_column: str | int | None = None,
    *,
    task: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    quoting: str | None = None,
    label_separator: str = "|",
    require_labels: bool = True,
    with_labels: bool = True,
    skip_empty: bool = False,
) -> TextTable:
    r"""Read a csv, tsv or jsonl file (plain or .gz) as a table of texts.

    Encoding, delimiter, quoting, header and columns are found out unless given, and what was found
    out stands in the table's `notes`. Texts are kept exactly as they are; labels lose outer white
    space.

    Args:
        path: `.csv`, `.tsv`, `.tab`, `.jsonl` or `.ndjson`; `.txt` or no extension is read as
            tab-separated, or as one text a line; each may end in `.gz`.
        text_column: a header name, or a number from 1.
        pair_column: the second text of a pair, likewise. Found out only if `text_column` is None.
        label_column: likewise.
        task: `"classification"`, `"regression"`, `"multi_label"`; None takes classification, or
            multi-label for lists in jsonl, and refuses labels that look like measurements.
        encoding: a Python codec name.
        delimiter: one character, or `"tab"`.
        header: whether the first line names the columns.
        quoting: `"rfc"` or `"none"`, as in `rows.parse_delimited`.
        label_separator: between the labels of a multi-label cell of a csv or tsv file.
        require_labels: False for a table that may have no labels; they are None where there is no
            column.
        with_labels: False for the texts alone: no label column is looked for or read, so whatever
            stands there is no error; a given `label_column` is only not taken for the text.
        skip_empty: leave out rows whose text is empty, with a note, where they are an error else.

    Returns:
        A `TextTable`.

    Raises:
        DataError: one line with the file, the line if it is about one, and the mend.

    Example:
        >>> table = read_table("reviews.csv", text_column="review", label_column="stars")
        >>> table.texts[0], table.labels[0]
        ('Crust is not good.', '2')
    """
    path = Path(path)
    if task is not None and task not in TASKS:
        raise DataError(f"task {task!r} is unknown; use one of {', '.join(TASKS)}")
    if quoting is not None and quoting not in QUOTING:
        raise DataError(f"quoting {quoting!r} is unknown; use one of {', '.join(QUOTING)}")
    asked = (text_column, pair_column, label_column)
    kind = _kind(path)
    decoded = read_decoded(path, encoding)
    if kind in JSON_LINES:
        names, rows = parse_json_lines(path, decoded.text)
    else:
        delimiters = _delimiters(delimiter, kind)
        rows = parse_delimited(path, decoded.text, delimiters, quoting, prefer_rfc=kind == ".csv")
        names, rows = _split_header(path, rows, header, asked)
    chosen = choose_columns(path, names, rows.cells, *asked, require_labels, with_labels)
    if skip_empty:
        rows = _without_empty(path, rows, chosen)
    texts = _texts(path, rows, chosen.text, "text")
    pairs = None if chosen.pair is None else _texts(path, rows, chosen.pair, "pair")
    label_at = chosen.label if with_labels else None
    labels, task, label_notes = read_labels(path, rows, label_at, task, label_separator)
    places = {"text": chosen.text, "pair": chosen.pair, "label": label_at}
    return TextTable(
        texts=texts,
        pairs=pairs,
        labels=labels,
        path=path,
        lines=rows.lines,
        task=task,
        columns={
            role: names[at] if names else str(at + 1)
            for role, at in places.items()
            if at is not None
        },
        encoding=decoded.encoding,
        notes=(*decoded.notes, *rows.notes, *chosen.notes, *label_notes),
    )


def write_table(path: str | Path, table: TextTable, names: dict[str, str] | None = None) -> None:
    """Write texts and labels of a classification as csv, with the columns `text` and `label`.

    Args:
        path: of the file.
        table: one text and one label a row.
        names: what to write for a label; those it lacks stay as they are.
    """
    names = names or {}
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        for text, label in zip(table.texts, table.labels, strict=True):
            writer.writerow((text, names.get(label, label)))


def _kind(path: Path) -> str:
    """Return the extension that decides how to read the file, without `.gz`."""
    name = path.name.removesuffix(".gz").lower()
    kind = Path(name).suffix
    if kind in DELIMITERS or kind in JSON_LINES:
        return kind
    if not path.exists():
        raise DataError(f"{path}: no such file; check the path")
    if path.is_dir():
        raise DataError(f"{path}: is a directory; name a file inside it")
    mend = MENDS.get(kind, "give a .csv, .tsv, .txt (tab-separated) or .jsonl file, plain or .gz")
    raise DataError(f"{path}: cannot read files named {kind!r} as a table; {mend}")


def _delimiters(delimiter: str | None, kind: str) -> str:
    if delimiter is None:
        return DELIMITERS[kind]
    delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise DataError(f"delimiter {delimiter!r} is not usable; give one character, or 'tab'")
    return delimiter


def _split_header(
    path: Path, rows: Rows, header: bool | None, asked: tuple
) -> tuple[list[str] | None, Rows]:
    notes = list(rows.notes)
    if header is None:
        named = any(isinstance(name, str) and not name.isdecimal() for name in asked)
        header = named or has_header(rows.cells)
        if not header:
            notes.append("no header line")
    if not header:
        return None, Rows(rows.cells, rows.lines, tuple(notes))
    if len(rows.cells) == 1:
        raise DataError(f"{path}: only a header line and no row; it needs at least one row")
    return rows.cells[0], Rows(rows.cells[1:], rows.lines[1:], tuple(notes))


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _without_empty(path: Path, rows: Rows, chosen: Columns) -> Rows:
    wanted = [at for at in (chosen.text, chosen.pair) if at is not None]
    empty = [any(_is_empty(row[at]) for at in wanted) for row in rows.cells]
    kept = [n for n, is_empty in enumerate(empty) if not is_empty]
    if not kept:
        raise DataError(f"{path}: every text is empty; check the text column")
    left_out = [line for line, is_empty in zip(rows.lines, empty, strict=True) if is_empty]
    if not left_out:
        return rows
    rows_left_out = f"{len(left_out)} row{'s' * (len(left_out) > 1)}"
    note = f"left out {rows_left_out} with an empty text ({_shown(left_out)})"
    cells, lines = [rows.cells[n] for n in kept], [rows.lines[n] for n in kept]
    return Rows(cells, lines, (*rows.notes, note))


def _shown(lines: list[int]) -> str:
    more = "" if len(lines) <= SHOWN_LINES else ", ..."
    return f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines[:SHOWN_LINES]))}{more}"


def _texts(path: Path, rows: Rows, at: int, role: str) -> list[str]:
    empty = [line for row, line in zip(rows.cells, rows.lines, strict=True) if _is_empty(row[at])]
    if empty:
        others = f" (and {len(empty) - 1} more: {_shown(empty[1:])})" if len(empty) > 1 else ""
        raise DataError(
            f"{path}:{empty[0]}: the {role} is empty{others}; fill it in, remove the row, "
            "or leave such rows out with skip_empty"
        )
    texts = []
    for row, line in zip(rows.cells, rows.lines, strict=True):
        text = row[at]
        if isinstance(text, (int, float)) and not isinstance(text, bool):
            text = str(text)  # a JSON number is a text as a csv cell with digits is
        if not isinstance(text, str):
            raise DataError(
                f"{path}:{line}: the {role} is a JSON {type(text).__name__}; write a string"
            )
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            raise DataError(
                f"{path}:{line}: the {role} holds half a surrogate pair, which is no character; "
                "write the text as UTF-8"
            )
        texts.append(text)
    return texts
