"""Several labels in a cell: lists of JSON, and lists written as text by Python, JSON or NumPy."""

import ast
import csv
import json
import re
import warnings
from collections import Counter
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import clip, is_blank

BRACKETS = ("[]", "()", "{}")
QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
# What NumPy and pandas print: strings or numbers with blanks between them.
QUOTED_WITHOUT_COMMAS = re.compile(rf"\[\s*(?:{QUOTED.pattern})(?:\s+(?:{QUOTED.pattern}))+\s*\]")
NUMBERS_WITHOUT_COMMAS = re.compile(r"\[\s*[\d.]+(\s+[\d.]+)+\s*\]")
# What a dict of Python or JSON begins with.
OBJECT = re.compile(rf"\{{\s*(?:{QUOTED.pattern})\s*:")

WRITTEN_NOTE = "the labels are lists written as text"
ONE_NOTE = 'each label is a list of one and read as that; pass task="multi_label" for lists'
# What people write between several labels in a cell.
SEPARATORS = ("|", ";", ",", "#", "/")


def read_lists(path: Path, lines: list[int], labels: list) -> tuple[list, list[str]]:
    """Turn the cells that hold a list into lists; all others stay what they are.

    A cell holds a list if it is one, an object of Label Studio's (`{"choices": [...]}`), or text
    such as `['a', 'b']`, `["a"]`, `['a' 'b']` or `[]`. `[a, b]`, without quotes, and PostgreSQL's
    `{a,"b c"}` are believed where all cells are so.

    Args:
        path: named in errors.
        lines: of the cells.
        labels: the cells.

    Returns:
        The labels, and notes.

    Raises:
        DataError: the lists are vectors of zeros and ones, or a label is an object written as text.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a backslash in a label is no escape
        warnings.simplefilter("ignore", DeprecationWarning)
        quoted = [_list_of(label) for label in labels]
    bare = [
        _bare_list(label) if found is None else found
        for label, found in zip(labels, quoted, strict=True)
    ]
    filled = [n for n, label in enumerate(labels) if not is_blank(label)]
    found = bare if all(bare[n] is not None for n in filled) else quoted
    if all(each is None for each in found):
        _refuse_objects(path, lines, labels)
        return labels, []
    for line, each in zip(lines, found, strict=True):
        if is_span_list(each):
            raise DataError(
                f"{path}:{line}: the label marks spans of the text, as for named entities; a table "
                "of labelled texts has labels of whole texts"
            )
    _refuse_vectors(path, lines, found)
    notes = [WRITTEN_NOTE] if any(isinstance(labels[n], str) for n in filled if found[n]) else []
    return [
        label if each is None else each for label, each in zip(labels, found, strict=True)
    ], notes


def _list_of(label: object) -> list | None:
    if isinstance(label, dict) and set(label) == {"choices"} and isinstance(label["choices"], list):
        return label["choices"]
    if isinstance(label, list):
        return label
    if not isinstance(label, str):
        return None
    text = label.strip()
    if text[:1] + text[-1:] not in BRACKETS:
        return None
    if QUOTED_WITHOUT_COMMAS.fullmatch(text):
        return [single or double for single, double in QUOTED.findall(text)]
    if NUMBERS_WITHOUT_COMMAS.fullmatch(text):
        return text[1:-1].split()
    try:
        value = ast.literal_eval(text) if not text.startswith("{") else _of_braces(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, dict):
        return _list_of(value)
    return list(value) if isinstance(value, (list, tuple)) else None


def _of_braces(text: str) -> list | dict:
    """Return the elements of a written set in their order, or a written object."""
    body = ast.parse(text, mode="eval").body
    if isinstance(body, ast.Set):
        return [ast.literal_eval(element) for element in body.elts]
    return ast.literal_eval(text)


def _bare_list(label: object) -> list | None:
    text = label.strip() if isinstance(label, str) else ""
    if text[:1] + text[-1:] == "{}" and "{" not in text[1:] and not OBJECT.match(text):
        parts = next(csv.reader([text[1:-1]], skipinitialspace=True, escapechar="\\"), [])
        return [part for part in map(str.strip, parts) if part]
    if text[:1] + text[-1:] != "[]" or set(text) & set("'\"") or "[" in text[1:]:
        return None
    return [part for part in (part.strip() for part in text[1:-1].split(",")) if part]


def _refuse_objects(path: Path, lines: list[int], labels: list) -> None:
    for line, label in zip(lines, labels, strict=True):
        if isinstance(label, str) and OBJECT.match(label.strip()) and label.strip().endswith("}"):
            raise DataError(
                f"{path}:{line}: the label {clip(label)!r} is an object written as text; write one "
                "string or number for each row"
            )


def _refuse_vectors(path: Path, lines: list[int], lists: list) -> None:
    found = [each for each in lists if each is not None]
    alike = len({len(each) for each in found}) == 1 and len(found[0]) > 1
    if alike and all(
        str(v) in ("0", "1", "0.0", "1.0", "0.", "1.") for each in found for v in each
    ):
        line = next(line for line, each in zip(lines, lists, strict=True) if each is not None)
        raise DataError(
            f"{path}:{line}: the label {clip(found[0])} reads like zeros and ones, one for each "
            "class, without the classes' names; write the names of those that apply, or a column "
            "for each class with its name above"
        )


def is_span_list(value: object) -> bool:
    """Tell whether a value marks spans: a list of `[start, end, name]`, or of objects with ends."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            (isinstance(v, dict) and ("start" in v or "start_offset" in v))
            or (
                isinstance(v, (list, tuple))
                and len(v) == 3
                and [type(n) for n in v[:2]] == [int, int]
            )
            for v in value
        )
    )


def one_each(labels: list) -> bool:
    """Tell whether every label is a list of exactly one element."""
    return bool(labels) and all(isinstance(label, list) and len(label) == 1 for label in labels)


def note_on_brackets(labels: list[str]) -> list[str]:
    """Note labels that begin like a list and could not be read as one."""
    broken = sorted({label for label in labels if label[:2] in ("['", '["')})
    if not broken:
        return []
    return [
        f"the label {clip(broken[0])!r} looks like a list that is broken, and is taken as it is"
    ]


def note_on_separators(labels: list[str], task: str, separator: str) -> list[str]:
    """Note labels such as `slow|rude` whose parts stand in other rows' labels too.

    Args:
        labels: as they were read, one by one.
        task: that they were read for.
        separator: at which they were cut for several labels.
    """
    distinct = set(labels)
    for mark in SEPARATORS:
        joined = sorted(label for label in distinct if mark in label.strip(mark))
        if not joined:
            continue
        parts = {label: {part.strip() for part in label.split(mark)} for label in distinct}
        common = Counter(part for each in parts.values() for part in each)
        shared = [[common[part] > 1 for part in parts[label]] for label in joined]
        alone = any(part in distinct for label in joined for part in parts[label])
        if all(map(all, shared)) or (alone and all(map(any, shared))):
            ways = [] if task == "multi_label" else ['task="multi_label"']
            ways += [] if mark == separator else [f'label_separator="{mark}"']
            if ways:
                return [
                    f"labels such as {joined[0]!r} look like several in one; pass "
                    f"{' and '.join(ways)} to read them so"
                ]
    return []
