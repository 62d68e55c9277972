"""From JSON to rows of cells: one object a line, one list of objects, or columns."""

import dataclasses
import json
import re
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.annotations import read_export
from albert_tf.tables.names import LABEL_NAMES, is_common
from albert_tf.tables.rows import Rows

DECODER = json.JSONDecoder()
BLANKS = re.compile(r"[ \t\r\n]*")
# How deep a list of objects is looked for: {"data": {"items": [...]}} is two.
DEEPEST = 3


@dataclass(frozen=True)
class Source:
    """The rows of a file, before any column has a meaning.

    Attributes:
        names: of the columns; None without a header.
        rows: below the header.
        label: the column that is known to hold the labels, as in an annotation tool's export.
        partly_labelled: whether rows without a label are usual and left out.
    """

    names: list[str] | None
    rows: Rows
    label: str | None = None
    partly_labelled: bool = False

    def noted(self, note: str) -> "Source":
        """Return the same with one more note."""
        rows = Rows(self.rows.cells, self.rows.lines, (note, *self.rows.notes))
        return dataclasses.replace(self, rows=rows)


def looks_like_json(text: str) -> bool:
    """Tell whether a file that is named otherwise begins with a JSON object, or a list of them."""
    head = text.lstrip()
    if not head.startswith(("{", "[")):
        return False
    try:
        value, _ = DECODER.raw_decode(head)
    except json.JSONDecodeError:
        return False
    return isinstance(value, dict) or bool(value and all(isinstance(each, dict) for each in value))


def parse_json_lines(path: Path, text: str, wanted: frozenset[str], with_labels: bool) -> Source:
    """Read one JSON object a line.

    Args:
        path: named in errors.
        text: the file's content; empty lines are left out.
        wanted: the columns that the caller named, in lower case, such as `"meta.label"`.
        with_labels: False for the texts alone: examples without a label stay.

    Returns:
        A `Source` with the names in order of first appearance, and JSON values with None where an
        object lacks the name.

    Raises:
        DataError: with the line: not JSON, or not an object.
    """
    records, lines = [], []
    # U+2028 and the like end no line.
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path}:{number}: broken JSON: {_line_problem(text, error)}") from None
        if not isinstance(record, dict):
            raise DataError(
                f"{path}:{number}: a JSON {type(record).__name__}, not an object; "
                'write one object a line, such as {"text": "...", "label": "..."}'
            )
        records.append(record)
        lines.append(number)
    return _source(path, records, lines, (), wanted, with_labels)


def parse_json(path: Path, text: str, wanted: frozenset[str], with_labels: bool) -> Source:
    """Read a JSON file: a list of objects, alone or within an object; columns; or JSON lines.

    Args:
        path: named in errors.
        text: the file's content.
        wanted: the columns that the caller named, in lower case.
        with_labels: False for the texts alone.

    Returns:
        A `Source`, with the line of the file on which each object begins.

    Raises:
        DataError: broken JSON, with the line; or another form.
    """
    text = text.rstrip()
    begin = BLANKS.match(text).end()
    try:
        value, end = DECODER.raw_decode(text, begin)
        if end < len(text):
            values, lines = _sequence(text, begin)
            note = "the file holds JSON objects one after the other"
            records = _objects(path, values, lines)
            return _source(path, records, lines, (note,), wanted, with_labels)
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        line = text.count("\n", 0, getattr(error, "pos", 0)) + 1
        raise DataError(
            f"{path}:{line}: broken JSON: {_problem(error)}; write a list of objects, such as "
            '[{"text": "...", "label": "..."}], or one object a line'
        ) from None
    if isinstance(value, list):
        records, lines = _sequence(text, begin + 1)
        return _source(path, _objects(path, records, lines), lines, (), wanted, with_labels)
    if not isinstance(value, dict):
        raise DataError(f"{path}: a JSON {type(value).__name__}; write a list of objects")
    return _of_object(path, text, begin, value, wanted, with_labels)


def _of_object(path, text: str, begin: int, value: dict, wanted, with_labels: bool) -> Source:
    by_columns = _columns(value)
    if by_columns is not None:
        records, note = by_columns
        return _source(path, records, [1] * len(records), (note,), wanted, with_labels)
    # pandas' orient='table' describes the columns beside them.
    lists = [found for found in _lists_of_objects(text, begin) if found[0] != "schema.fields"]
    if len(lists) == 1:
        name, at = lists[0]
        records, lines = _sequence(text, at + 1)
        records = _objects(path, records, lines)
        note = f"the rows are the list {name!r} of the file's object"
        return _source(path, records, lines, (note,), wanted, with_labels)
    if lists:
        names = ", ".join(repr(name) for name, _ in lists)
        raise DataError(
            f"{path}: the file's object holds several lists of objects: {names}; write one of them "
            "to a file of its own"
        )
    if any(isinstance(v, str) and is_common(name) for name, v in value.items()):
        return _source(path, [value], [1], (), wanted, with_labels)
    shown = ", ".join(map(repr, list(value)[:5])) or "nothing"
    raise DataError(
        f"{path}: a JSON object without a list of objects (it holds {shown}); write a list, such as "
        '[{"text": "...", "label": "..."}]'
    )


def _sequence(text: str, begin: int) -> tuple[list, list[int]]:
    """Return the JSON values from a place on, up to a `]` or the end, and their lines."""
    values, lines, line, counted = [], [], text.count("\n", 0, begin) + 1, begin
    at = BLANKS.match(text, begin).end()
    while at < len(text) and text[at] != "]":
        line += len(re.findall(r"\r\n|\n|\r", text[counted:at]))
        counted = at
        value, end = DECODER.raw_decode(text, at)
        values.append(value)
        lines.append(line)
        at = BLANKS.match(text, end).end()
        if text[at : at + 1] == ",":
            at = BLANKS.match(text, at + 1).end()
    return values, lines


def _lists_of_objects(text: str, begin: int, name: str = "", deep: int = 1):
    """Yield name and place of each list of objects within the JSON object at a place."""
    at = BLANKS.match(text, begin + 1).end()
    while text[at] != "}":
        key, end = DECODER.raw_decode(text, at)
        start = BLANKS.match(text, BLANKS.match(text, end).end() + 1).end()
        value, end = DECODER.raw_decode(text, start)
        full = f"{name}.{key}" if name else key
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            yield full, start
        elif isinstance(value, dict) and deep < DEEPEST:
            yield from _lists_of_objects(text, start, full, deep + 1)
        at = BLANKS.match(text, end).end()
        if text[at] == ",":
            at = BLANKS.match(text, at + 1).end()


def _objects(path: Path, elements: list, lines: list[int]) -> list[dict]:
    if not elements:
        raise DataError(f"{path}: the list is empty; it needs at least one object")
    if all(isinstance(element, str) for element in elements):
        return [{"text": element} for element in elements]
    for element, line in zip(elements, lines, strict=True):
        if not isinstance(element, dict):
            raise DataError(
                f"{path}:{line}: a JSON {type(element).__name__} in the list, not an object; write "
                '{"text": "...", "label": "..."} for each row'
            )
    return elements


def _columns(value: dict) -> tuple[list[dict], str] | None:
    """Return the records of an object as pandas writes tables by columns, by rows, or split."""
    cells = list(value.values())
    if set(value) >= {"columns", "data"} and isinstance(value["columns"], list):
        names, data = value["columns"], value["data"]
        if all(isinstance(row, list) and len(row) == len(names) for row in data):
            note = "read as pandas' orient='split'"
            return [dict(zip(names, row, strict=True)) for row in data], note
    if not cells:
        return None
    if all(isinstance(cell, list) for cell in cells):
        even = len(set(map(len, cells))) == 1 and len(cells) > 1 and cells[0]
        if not even or any(isinstance(each, dict) for each in cells[0]):
            return None
        rows = zip(*cells, strict=True)
        return [
            dict(zip(value, row, strict=True)) for row in rows
        ], "the file's object holds columns"
    if not all(isinstance(cell, dict) and cell for cell in cells):
        return None
    keys = list(cells[0])
    alike = all(set(cell) == set(keys) for cell in cells)
    if alike and all(key.isdecimal() for key in keys) and not all(map(str.isdecimal, value)):
        rows = [{name: column[key] for name, column in value.items()} for key in keys]
        return rows, "read as pandas' orient='columns'"
    if any(is_common(key) for key in keys) and not any(map(is_common, value)):
        return cells, "read as pandas' orient='index'"
    if alike and any(map(is_common, value)) and not any(map(is_common, keys)):
        rows = [{name: column[key] for name, column in value.items()} for key in keys]
        return rows, "read as pandas' orient='columns'"
    return None


def _source(path, records, lines, notes, wanted, with_labels: bool) -> Source:
    if any("paragraphs" in record and "title" in record for record in records):
        raise DataError(
            f"{path}: questions on paragraphs, as SQuAD has them, not labelled texts; read them with "
            "albert_tf.tasks.read_squad"
        )
    export = read_export(path, records, lines, with_labels)
    if export is not None:
        records, lines, notes = export.records, export.lines, (*notes, *export.notes)
    records = [_flat(record, wanted) for record in records]
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = Rows([[record.get(name) for name in names] for record in records], lines, notes)
    if export is None:
        return Source(names, rows)
    return Source(names, rows, export.label, partly_labelled=with_labels)


def _flat(record: dict, wanted: frozenset[str], prefix: str = "") -> dict:
    """Write the members of an object within an object as `outer.inner`.

    A label that is an object stays one, to be refused, unless the caller asked for a member of it.
    """
    labels = set().union(*LABEL_NAMES)
    flat = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        asked = any(each.startswith(f"{name.lower()}.") for each in wanted)
        if (
            isinstance(value, dict)
            and "choices" not in value
            and (asked or name.lower() not in labels)
        ):
            flat |= _flat(value, wanted, f"{name}.")
        else:
            flat[name] = value
    return flat


def _line_problem(text: str, error: Exception) -> str:
    mend = "write one complete object a line"
    if text.lstrip().startswith("["):
        mend = f"name the file .json, or {mend}, not one list for the whole file"
    return f"{_problem(error)}; {mend}"


def _problem(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (character {error.colno})"
    return "too deeply nested" if isinstance(error, RecursionError) else "a number is too long"
