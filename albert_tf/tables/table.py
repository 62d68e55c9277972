"""A table of texts: read from csv, tsv, jsonl or json, checked row by row, ready for `fit`."""

import csv
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import MISSING_WORDS, counted, is_blank, is_missing, shown_lines
from albert_tf.tables.columns import Asked, Columns, choose_columns
from albert_tf.tables.fasttext import is_fasttext, parse_fasttext
from albert_tf.tables.files import DecodedFile, check_exists, read_decoded
from albert_tf.tables.frame import frame_table
from albert_tf.tables.header import Wanted, split_header
from albert_tf.tables.json_rows import Source, looks_like_json, parse_json, parse_json_lines
from albert_tf.tables.label_cells import read_labels
from albert_tf.tables.rows import QUOTING, Format, Rows, parse_delimited

TASKS = ("classification", "regression", "multi_label")

# The delimiters each kind of file may have, in order of preference.
DELIMITERS = {".csv": ",;\t|", ".tsv": "\t,;|", ".tab": "\t,;|", ".txt": "\t,;|", "": "\t,;|"}
JSON_LINES = (".jsonl", ".ndjson", ".jsonlines")
JSON = ".json"
MENDS = {
    ".xlsx": "save the sheet as CSV (UTF-8)",
    ".xls": "save the sheet as CSV (UTF-8)",
    ".parquet": "write it as CSV first (pandas: read_parquet, to_csv)",
    ".zip": "unpack it first",
}
# Words that stand for no text where a program wrote them, and that a person may have typed.
EMPTY_WORDS = MISSING_WORDS | {"none", "n/a"}


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
        columns: what was read from where: keys `"text"`, `"pair"`, `"label"`, values the names
            (of several label columns, with commas between them).
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

    def text_key(self, row: int) -> tuple[str, ...]:
        """Return a row's text, and its pair, without case and outer or repeated white space."""
        texts = (self.texts[row],) if self.pairs is None else (self.texts[row], self.pairs[row])
        return tuple(" ".join(text.casefold().split()) for text in texts)

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
    label_column: str | int | list[str | int] | None = None,
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
    r"""Read a csv, tsv, jsonl or json file (plain or .gz) as a table of texts.

    Encoding, delimiter, quoting, header and columns are found out unless given, and what was found
    out stands in the table's `notes`. Texts are kept exactly as they are; labels lose outer white
    space.

    Args:
        path: `.csv`, `.tsv`, `.tab`, `.jsonl`, `.ndjson` or `.json` (a list of objects, or an
            export of Prodigy, Label Studio or doccano); `.txt` or no extension is read as
            tab-separated, or as one text a line; each may end in `.gz`.
        text_column: a header name, or a number from 1; in json also `outer.inner`.
        pair_column: the second text of a pair, likewise. Found out only if `text_column` is None.
        label_column: likewise. A list of columns names one for each label, with 0 or 1 in each
            row: the task is then multi-label, and the labels are the columns' names.
        task: `"classification"`, `"regression"`, `"multi_label"`; None takes classification, or
            multi-label where cells hold lists, and refuses labels that look like measurements.
        encoding: a Python codec name.
        delimiter: one character, or `"tab"`.
        header: whether the first line names the columns.
        quoting: `"rfc"`, `"backslash"` or `"none"`, as in `rows.Format`.
        label_separator: between the labels of a multi-label cell of a csv or tsv file.
        require_labels: False for a table that may have no labels; they are None where there is no
            column.
        with_labels: False for the texts alone: no label column is looked for or read, so whatever
            stands there is no error; a given `label_column` is only not taken for the text.
        skip_empty: leave out rows whose text is empty or whose label is missing, with a note,
            where they are an error else.

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
    asked = Asked(text_column, pair_column, label_column)
    form = {"delimiter": delimiter, "header": header, "quoting": quoting}
    decoded, source = read_source(path, asked.names, with_labels, encoding=encoding, **form)
    asked = asked.with_label(source.label)
    rows = source.rows
    chosen = choose_columns(path, source.names, rows.cells, asked, require_labels, with_labels)
    if skip_empty or source.partly_labelled:
        rows = _without_empty(path, rows, chosen, skip_empty, with_labels)
    texts = _texts(path, rows, chosen.text, "text")
    pairs = None if chosen.pair is None else _texts(path, rows, chosen.pair, "pair")
    label_at = chosen.label if with_labels else None
    labels, task, label_notes = read_labels(
        path, rows, label_at, source.names, task, label_separator
    )
    return TextTable(
        texts=texts,
        pairs=pairs,
        labels=labels,
        path=path,
        lines=rows.lines,
        task=task,
        columns=_column_names(source.names, chosen, label_at),
        encoding=decoded.encoding,
        notes=(
            *decoded.notes,
            *rows.notes,
            *chosen.notes,
            *_empty_words(rows, texts),
            *label_notes,
        ),
    )


def read_source(
    path: Path,
    names: frozenset[str],
    with_labels: bool = True,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    quoting: str | None = None,
) -> tuple[DecodedFile, Source]:
    """Reads a file as rows of cells, before any column has a meaning.

    Args:
        path: of the file.
        names: the columns that the caller named, in lower case.
        with_labels: whether labels are wanted of an annotation tool's export.
        encoding: as in `read_table`.
        delimiter: likewise.
        header: likewise.
        quoting: likewise.

    Returns:
        The decoded file, and the rows.

    Raises:
        DataError: as `read_table`.
    """
    if quoting is not None and quoting not in QUOTING:
        raise DataError(f"quoting {quoting!r} is unknown; use one of {', '.join(QUOTING)}")
    kind = _kind(path)
    decoded = read_decoded(path, encoding)
    if kind == JSON or kind in JSON_LINES:
        read = parse_json if kind == JSON else parse_json_lines
        return decoded, read(path, decoded.text, names, with_labels)
    if delimiter is None and looks_like_json(decoded.text):
        source = parse_json(path, decoded.text, names, with_labels)
        return decoded, source.noted(f"read as JSON, which {path.name} holds despite its name")
    form = Format(_delimiters(delimiter, kind), quoting, prefer_rfc=kind == ".csv")
    return decoded, _parse_text(path, decoded.text, form, Wanted(header, names))


def _parse_text(path: Path, text: str, form: Format, wanted: Wanted) -> Source:
    def frame(path: Path, rows: Rows, delimiter: str) -> Rows:
        return frame_table(path, rows, delimiter, wanted)

    text = text.lstrip("\ufeff")
    if is_fasttext(text):
        return Source(*parse_fasttext(text), label="label")
    rows = parse_delimited(path, text, form, frame)
    return Source(*split_header(path, rows, wanted))


def _column_names(names: list[str] | None, chosen: Columns, label_at) -> dict[str, str]:
    def name(at: int) -> str:
        return names[at] if names and names[at].strip() else str(at + 1)

    found = {"text": name(chosen.text)}
    if chosen.pair is not None:
        found["pair"] = name(chosen.pair)
    if label_at is not None:
        several = label_at if isinstance(label_at, tuple) else (label_at,)
        found["label"] = ", ".join(map(name, several))
    return found


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
    if kind in DELIMITERS or kind == JSON or kind in JSON_LINES:
        return kind
    check_exists(path)
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


def _without_empty(
    path: Path, rows: Rows, chosen: Columns, skip_texts: bool, with_labels: bool
) -> Rows:
    """Leave out the rows without a text, if those are to be skipped, and those without a label."""
    notes = list(rows.notes)
    texts = [at for at in (chosen.text, chosen.pair) if at is not None] if skip_texts else []
    label = [chosen.label] if with_labels and isinstance(chosen.label, int) else []
    kept = list(range(len(rows.cells)))
    for columns, is_empty, what, mend in (
        (texts, is_blank, "an empty text", "every text is empty; check the text column"),
        (label, is_missing, "no label", "no row has a label; check the label column"),
    ):
        empty = {n for n in kept if any(is_empty(rows.cells[n][at]) for at in columns)}
        if len(empty) == len(kept):
            raise DataError(f"{path}: {mend}")
        if empty:
            lines = [rows.lines[n] for n in sorted(empty)]
            notes.append(
                f"left out {counted(len(empty), 'row')} with {what} ({shown_lines(lines)})"
            )
        kept = [n for n in kept if n not in empty]
    cells, lines = [rows.cells[n] for n in kept], [rows.lines[n] for n in kept]
    return Rows(cells, lines, tuple(notes))


def _empty_words(rows: Rows, texts: list[str]) -> list[str]:
    lines = [
        n for n, text in zip(rows.lines, texts, strict=True) if text.strip().lower() in EMPTY_WORDS
    ]
    if not lines:
        return []
    return [
        f"{counted(len(lines), 'text says', 'texts say')} only that there is none, such as 'nan' or "
        f"'null' ({shown_lines(lines)}); remove such rows if they are empty"
    ]


def _texts(path: Path, rows: Rows, at: int, role: str) -> list[str]:
    empty = [line for row, line in zip(rows.cells, rows.lines, strict=True) if is_blank(row[at])]
    if empty:
        others = f" (and {len(empty) - 1} more: {shown_lines(empty[1:])})" if len(empty) > 1 else ""
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
