"""Which task a file is for, by how it begins; a table of texts with labels is for none of these."""

import gzip
import json
import re
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.choices import ANSWERS, LISTS, NUMBERED, QUESTIONS, read_choices
from albert_tf.tables.entities import DOCUMENT, JSON_LINES, SPANS
from albert_tf.tables.names import LABEL_NAMES

SEEN = 1 << 16
"""Bytes of a file that are looked at, of what is packed in it."""

BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
OF_TEXTS = frozenset().union(*LABEL_NAMES)
TAG = re.compile(r"O|[BIESLU]-\S+")
OTHER_FILES = (".csv", ".json")
"""Names of files that hold no columns of words and tags."""
SEPARATORS = re.compile(r"[,;\t|]")


def holds_questions(path: Path) -> bool:
    """Whether a file is SQuAD's JSON: articles with paragraphs, and questions on them."""
    if _kind(path) != ".json":
        return False
    head = _head(path)
    names = ('"data"', '"paragraphs"')
    return head.lstrip("\ufeff \t\r\n").startswith("{") and all(name in head for name in names)


def holds_entities(path: Path) -> bool:
    """Whether a file has words with tags in columns, or JSON lines of texts with spans and no other label."""
    if _kind(path) in JSON_LINES:
        return _has_spans(_whole_lines(path))
    return _kind(path) not in OTHER_FILES and _has_tags(_whole_lines(path))


def holds_choices(path: Path) -> bool:
    """Whether a file is a table of questions with a column for each choice, or JSON with lists of choices."""
    lines = [line for line in _whole_lines(path)[:20] if line.strip()]
    if not lines:
        return False
    if lines[0].lstrip("\ufeff")[0] in "{[":
        found = re.findall(r'"(\w+)"\s*:', "\n".join(lines))
    else:
        found = [cell.strip().strip('"') for cell in SEPARATORS.split(lines[0].lstrip("\ufeff"))]
    names = {name.lower() for name in found}
    has_choices = names & set(LISTS) or sum(bool(NUMBERED.fullmatch(name)) for name in names) > 1
    if not (has_choices and names & set(QUESTIONS) and names & set(ANSWERS)):
        return False
    try:
        return all(question.answer is not None for question in read_choices(path))
    except DataError:
        return False  # it only looked so; what is wrong with it as a table of texts is said by who reads that


def _has_spans(lines: list[str]) -> bool:
    """Whether JSON lines have spans, of which the first text may have none."""
    seen = False
    for line in filter(str.strip, lines):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            return False
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            return False
        if "accept" in row or any(
            isinstance(row.get(name), (str, int, float)) for name in OF_TEXTS
        ):
            return False  # a label of the whole text, with spans beside it: which is meant, the task must say
        spans = next((row[key] for key in SPANS if key in row), None) or []
        if not isinstance(spans, list) or not all(map(_is_span, spans)):
            return False
        seen = seen or bool(spans)
    return seen


def _is_span(entry) -> bool:
    if isinstance(entry, dict):
        return {"start", "end", "label"} <= entry.keys()
    return isinstance(entry, list) and [type(each) for each in entry] == [int, int, str]


def _has_tags(lines: list[str]) -> bool:
    """Whether every line is a word and its tag, with empty lines between the texts."""
    tags: set[str] = set()
    is_parted = False
    for line in lines:
        cells = line.split("\t") if "\t" in line else line.split()
        if not any(cell.strip() for cell in cells) or cells[0] == DOCUMENT:
            is_parted = is_parted or bool(tags)
            continue
        if len(cells) < 2 or not TAG.fullmatch(cells[-1].strip()):
            return False
        tags.add(cells[-1].strip())
    return is_parted and len(tags) > 1


def _kind(path: Path) -> str:
    return Path(path.name.removesuffix(".gz").lower()).suffix


def _head(path: Path) -> str:
    """The first characters of a file; none of one that cannot be read, which is said by who reads it."""
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            start = file.read(SEEN)
    except (OSError, EOFError):
        return ""
    return start.decode(BOMS.get(start[:2], "utf-8"), "replace")


def _whole_lines(path: Path) -> list[str]:
    """The lines of the head, without one that is cut off."""
    head = _head(path)
    lines = head.splitlines()
    is_cut = len(head) > 1 and len(head.encode("utf-8", "replace")) >= SEEN
    return lines[:-1] if is_cut else [*lines, ""]
