"""Texts with entities: CoNLL's columns, or JSON lines with character spans."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables import tags as schemes
from albert_tf.tables.files import read_decoded

DOCUMENT = "-DOCSTART-"
JSON_LINES = (".jsonl", ".ndjson", ".jsonlines")
SPANS = ("entities", "spans", "labels", "label")
"""Keys under which annotation tools keep the spans of a text."""


@dataclass(frozen=True)
class LabelledSpan:
    """A stretch of a text with a label: `text[start:end]`."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class EntityText:
    """A text and its entities.

    Attributes:
        text: of words from columns, joined by blanks.
        entities: in their order, without overlaps.
        words: the characters `(start, end)` of each word, for data that came in words; else None.
        line: of the file, on which it begins.
    """

    text: str
    entities: tuple[LabelledSpan, ...]
    words: tuple[tuple[int, int], ...] | None = None
    line: int = 0


def read_entities(path: str | Path, *, scheme: str | None = None) -> list[EntityText]:
    """Reads texts with entities.

    Args:
        path: JSON lines (.jsonl, .ndjson), each an object with `text` and, under `entities`, `spans` or `label`, a list
            of objects `start`, `end`, `label` or of lists `[start, end, label]`; or, by any other name, a word and its
            tag in each line, in the first and the last of columns that a tab or blanks part, with an empty line
            between texts. `-DOCSTART-` lines are passed over. Also .gz.
        scheme: of the tags, `"IOB1"`, `"IOB2"` or `"BIOES"`; default: found out.

    Returns:
        The texts in the order of the file.

    Raises:
        DataError: the file cannot be read, a span does not fit its text, two overlap, or a tag may not stand where it
            does; the message names the line.
    """
    path = Path(path)
    if scheme is not None and scheme not in schemes.SCHEMES:
        raise DataError(f"scheme is {scheme!r}; expected one of {', '.join(schemes.SCHEMES)}")
    text = read_decoded(path).text
    is_json = any(suffix in JSON_LINES for suffix in path.suffixes)
    found = list(_json_texts(path, text)) if is_json else _column_texts(path, text, scheme)
    if not found:
        raise DataError(f"{path}: there is no text; expected words with tags, or JSON lines")
    return found


def texts_and_entities(
    found: Sequence[EntityText],
) -> tuple[list[str], list[tuple[LabelledSpan, ...]]]:
    """Returns the texts, and the entities of each: what `fit` of an `AlbertTokenClassifier` takes as `x` and `y`."""
    return [each.text for each in found], [each.entities for each in found]


def entity_types(found: Sequence[EntityText]) -> list[str]:
    """Returns the labels of all entities, in alphabetical order: what `entity_tags` makes class names of."""
    return sorted({entity.label for each in found for entity in each.entities})


# === JSON lines ===


def _json_texts(path, content) -> Iterator[EntityText]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, spans = row["text"], next((row[key] for key in SPANS if key in row), [])
            found = sorted((_span(entry) for entry in spans or []), key=lambda span: span.start)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}:{number}: broken JSON: {error.msg}") from None
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise DataError(
                f"{path}:{number}: expected an object with text and a list of entities, each with start, end and "
                f"label ({type(error).__name__}: {error})"
            ) from None
        _check_spans(f"{path}:{number}", text, found)
        yield EntityText(text, tuple(found), line=number)


def _span(entry) -> LabelledSpan:
    if isinstance(entry, dict):
        entry = (entry["start"], entry["end"], entry["label"])
    start, end, label = entry
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(label, str)):
        raise TypeError(f"got {entry!r}")
    return LabelledSpan(label, start, end)


def _check_spans(place, text, spans) -> None:
    if not isinstance(text, str):
        raise DataError(f"{place}: text is {str(text)[:40]!r}; expected a text")
    before = None
    for span in spans:
        where = f"{place}: the entity {span.label!r} from {span.start} to {span.end}"
        if not 0 <= span.start < span.end <= len(text):
            raise DataError(
                f"{where} does not lie in its text of {len(text)} characters; mend start and end"
            )
        if not text[span.start : span.end].strip():
            raise DataError(f"{where} holds blanks only; mend start and end")
        if before is not None and span.start < before.end:
            raise DataError(
                f"{where} overlaps the one from {before.start} to {before.end}; keep one of them"
            )
        before = span


# === Columns ===


def _column_texts(path, content, scheme) -> list[EntityText]:
    sentences = list(_sentences(path, content))
    for line, _, tags in sentences:
        for number, tag in enumerate(tags):
            _named(f"{path}:{line + number}", schemes.split_tag, tag)
    scheme = scheme or schemes.find_scheme([tags for *_, tags in sentences])
    return [_of_words(path, line, words, tags, scheme) for line, words, tags in sentences]


def _sentences(path, content) -> Iterator[tuple[int, list[str], list[str]]]:
    """First line, words and tags of each text."""
    words, tags, begun = [], [], 0
    for number, line in enumerate([*content.splitlines(), ""], 1):
        cells = line.split("\t") if "\t" in line else line.split()
        cells = [cell.strip() for cell in cells]
        is_break = not any(cells) or cells[0] == DOCUMENT
        if is_break:
            if words:
                yield begun, words, tags
            words, tags = [], []
            continue
        if len(cells) > 1 and cells[0] == "" and cells[-1] == schemes.OUTSIDE:
            continue  # a blank or an invisible character that was taken for a word
        if len(cells) < 2 or not cells[0] or not cells[-1]:
            raise DataError(
                f"{path}:{number}: {line.strip()[:40]!r} is no word with its tag; expected both, parted by a tab "
                "or a blank"
            )
        begun = number if not words else begun
        words.append(cells[0])
        tags.append(cells[-1])


def _of_words(path, line, words, tags, scheme) -> EntityText:
    starts, place = [], 0
    for word in words:
        starts.append(place)
        place += len(word) + 1
    bounds = tuple((start, start + len(word)) for start, word in zip(starts, words, strict=True))
    found = _named(f"{path}:{line} (the text that begins there)", schemes.stretches, tags, scheme)
    spans = (LabelledSpan(kind, bounds[first][0], bounds[last][1]) for kind, first, last in found)
    return EntityText(" ".join(words), tuple(spans), bounds, line)


def _named(place, function, *arguments):
    try:
        return function(*arguments)
    except DataError as error:
        raise DataError(f"{place}: {error}") from None
