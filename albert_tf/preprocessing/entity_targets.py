"""Targets of a token classifier beside raw text: entity spans, or a tag for each word, as numbers of its tokens."""

import contextlib
import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np

from albert_tf.answers.text_tokens import WORD, TextTokens, tokens_of_texts
from albert_tf.errors import DataError
from albert_tf.preprocessing.target_values import check_row_count, listed, near_names, shortened
from albert_tf.preprocessing.token_rows import TokenRows
from albert_tf.tables.class_tags import ClassTags
from albert_tf.tables.tags import find_scheme, split_tag, stretches
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.tokenizer.text_sequence import flat_sequence

UNKNOWN = -1
"""Stands for a token that no label was given for."""


@dataclasses.dataclass(frozen=True)
class _Spans:
    """The labelled spans of a text, in their order; `place` is what messages call them."""

    place: str
    spans: tuple[tuple[int, int, str], ...]

    def checked(self, text: str) -> list[tuple[int, int, str]]:
        before = None
        for start, end, label in self.spans:
            shown = f"{self.place} has the span {start} to {end}, {label!r}"
            if not 0 <= start < end <= len(text):
                raise DataError(
                    f"{shown}, which does not lie in its text of {len(text)} characters; mend start and end"
                )
            if not text[start:end].strip():
                raise DataError(f"{shown}, which holds blanks only; mend start and end")
            if before is not None and start < before[1]:
                raise DataError(
                    f"{shown}, which overlaps that from {before[0]} to {before[1]}; keep one of them"
                )
            before = start, end
        return list(self.spans)


@dataclasses.dataclass(frozen=True)
class _Words:
    """The labels of a text's words, one for each word or, of entities, `(label, first, last)` of stretches of them."""

    place: str
    count: int
    found: tuple[tuple[str, int, int], ...]

    def checked(self, text: str) -> list[tuple[int, int, str]]:
        words = [match.span() for match in WORD.finditer(text)]
        if len(words) != self.count:
            raise DataError(
                f"{self.place} has {self.count} tags for the {len(words)} words of {shortened(repr(text))}; expected "
                "one for each word between blanks"
            )
        return [(words[first][0], words[last][1], label) for label, first, last in self.found]


@dataclasses.dataclass(frozen=True)
class TokenTargets(Sequence):
    """What `EntityTargets` has read: the labels of each text, which become numbers once its tokens are known.

    Args:
        classes: the classes of the model.
        rows: the labels of each text.
        name: what messages call them.
    """

    classes: ClassTags
    rows: list
    name: str = "y"

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> "TokenTargets": ...
    def __getitem__(self, key):
        rows = self.rows[key]
        return dataclasses.replace(self, rows=rows) if isinstance(key, slice) else rows

    def of_tokens(
        self, packed: PackedTokens, texts: Sequence[str], sample_weight: np.ndarray | None = None
    ) -> tuple[TokenRows, TokenRows]:
        """Returns class numbers and weights of the tokens of all rows.

        Special tokens, blanks and tokens without a label have the weight 0; the others that of their text, in each
        window that holds them.

        Args:
            packed: rows of an `EntityReader`.
            texts: what they are made of.
            sample_weight: one number for each text; default 1.

        Raises:
            DataError: when there is not a row for each text, or one does not fit its text.
        """
        for name, given in ((self.name, self), ("sample_weight", sample_weight)):
            if given is not None:
                check_row_count(given, len(texts), name)
        numbers = np.zeros(len(packed.flat_token_ids), "int32")
        weights = np.zeros(len(numbers), "float32")
        by_text = [
            self._by_token(row, tokens)
            for row, tokens in zip(self.rows, tokens_of_texts(packed, texts), strict=True)
        ]
        for row, (begin, end) in enumerate(itertools.pairwise(packed.row_splits)):
            text = packed.text_index[row]
            place = np.arange(packed.window_start[row], packed.window_start[row] + end - begin - 2)
            given = by_text[text][place]
            inner = slice(begin + 1, end - 1)  # between [CLS] and [SEP]
            numbers[inner] = np.maximum(given, 0)
            weights[inner] = given != UNKNOWN
            if sample_weight is not None:
                weights[inner] *= sample_weight[text]
        return TokenRows(numbers, packed.row_splits), TokenRows(weights, packed.row_splits)

    def _by_token(self, row, tokens: TextTokens) -> np.ndarray:
        """The class number of each token of a text, blanks among them."""
        spans = row.checked(tokens.text)
        numbers = np.full(len(tokens.offsets), self._outside)
        of_span = _span_of_each(tokens, spans)
        for number, (_, _, label) in enumerate(spans):
            places = np.flatnonzero(of_span == number)
            if len(places):
                numbers[places] = self._written(row.place, label, len(places))
        found = np.full(tokens.count, UNKNOWN)
        found[tokens.numbers] = numbers
        return found

    @property
    def _outside(self) -> int:
        return self.classes.outside if self.classes.tags else UNKNOWN

    def _written(self, place, label, count):
        if not self.classes.tags:
            return self.classes.names.index(label)
        try:
            return self.classes.written(label, count)
        except DataError as error:
            raise DataError(f"{place}: {error}") from None


def _span_of_each(tokens: TextTokens, spans) -> np.ndarray:
    """Which span each token belongs to, that with which it shares the most characters; -1 for none."""
    owners = np.full(len(tokens.text), -1)
    for number, (start, end, _) in enumerate(spans):
        owners[start:end] = number
    found = np.full(len(tokens.offsets), -1)
    for place, (start, end) in enumerate(tokens.offsets):
        inside = owners[start:end]
        inside = inside[inside >= 0]
        if len(inside):
            found[place] = np.bincount(inside).argmax()
    return found


@dataclasses.dataclass(frozen=True)
class EntityTargets:
    """What stands beside raw text in the training of a token classifier: for each text, spans or the tags of its words.

    Spans are `(start, end, label)`, a dict of these, or an object that has them, such as an answer of the model; an
    empty list is a text without entities. Tags are one for each word between blanks, by name or as class numbers; a
    data set may write them in another scheme than the class names.

    Where the class names are no tags, such as parts of speech, labels of words are expected, or of spans; what no span
    holds is not learned from.

    Args:
        names: of the classes.
    """

    names: tuple[str, ...]
    weight_rank = 1

    @property
    def expected(self) -> str:
        """What is expected, for messages."""
        return "for each text a list: of entities (start, end, label), or of one tag for each word"

    def read(self, y: Any, name: str = "y") -> TokenTargets:
        """Returns the labels of each text.

        Raises:
            DataError: naming the text and the entity or the tag that is wrong.
        """
        if isinstance(y, TokenTargets):
            return y
        classes = ClassTags(self.names)
        places = {f"{name}[{n}]": row for n, row in enumerate(self._rows(y, name))}
        rows = {place: _entries(row, place, self.expected) for place, row in places.items()}
        tags = {
            place: [self._tag(tag, f"{place}[{n}]", classes) for n, tag in enumerate(row)]
            for place, row in rows.items()
            if _is_of_words(row)
        }
        scheme = find_scheme(list(tags.values())) if classes.tags else None
        return TokenTargets(
            classes,
            [
                _words(place, tags[place], scheme)
                if place in tags
                else _Spans(place, self._spans(row, place, classes))
                for place, row in rows.items()
            ],
            name,
        )

    def _rows(self, y, name):
        if y is None:
            raise DataError(f"{name} is missing; expected {self.expected}")
        if getattr(y, "ndim", 1) == 2:
            return list(np.asarray(y))
        try:
            return list(flat_sequence(None if isinstance(y, str) else y, name))
        except DataError:
            raise DataError(
                f"{name} is {shortened(repr(y))} of type {type(y).__name__}; expected {self.expected}"
            ) from None

    # === Tags of words ===

    def _tag(self, value, place, classes) -> str:
        """A tag by name."""
        if isinstance(value, str):
            return self._named(value, place, classes)
        if not 0 <= value < len(self.names):
            raise DataError(
                f"{place} is {value}; expected a class number from 0 to {len(self.names) - 1}"
            )
        return self.names[int(value)]

    def _named(self, value, place, classes) -> str:
        if value in self.names:
            return value
        if classes.tags:
            with contextlib.suppress(DataError):  # that it is none is said below
                parts = split_tag(value)
                if parts is None or parts[1] in classes.types:
                    return value
        raise DataError(
            f"{place} is {shortened(repr(value))}; expected one of {listed(self.names)}"
            f"{near_names(value, self.names)}"
        )

    # === Spans ===

    def _spans(self, row, place, classes) -> tuple[tuple[int, int, str], ...]:
        known = classes.types if classes.tags else self.names
        spans = [_span(entry, f"{place}[{number}]") for number, entry in enumerate(row)]
        for number, (*_, label) in enumerate(spans):
            if label not in known:
                raise DataError(
                    f"{place}[{number}] has the label {label!r}; expected one of {listed(known)}"
                    f"{near_names(label, known)}"
                )
        return tuple(sorted(spans, key=lambda span: span[:2]))


def _words(place, labels, scheme) -> _Words:
    """Tags of words; with a scheme those of entities."""
    if scheme is None:
        return _Words(place, len(labels), tuple((k, n, n) for n, k in enumerate(labels)))
    try:
        return _Words(place, len(labels), tuple(stretches(labels, scheme)))
    except DataError as error:
        raise DataError(f"{place}: {error}") from None


def _entries(row, place, expected) -> list:
    """The entries of a row, as Python's own values."""
    if hasattr(row, "as_py"):
        row = row.as_py()
    is_list = isinstance(row, Sequence) or getattr(row, "ndim", None) == 1
    if isinstance(row, (str, bytes)) or not is_list or isinstance(row, Mapping):
        raise DataError(f"{place} is {shortened(repr(row))}; expected {expected}")
    return [entry.item() if isinstance(entry, np.generic) else entry for entry in row]


def _is_of_words(row) -> bool:
    """Whether a row holds tags, by name or by number."""
    return bool(row) and (
        all(isinstance(value, str) for value in row)
        or all(isinstance(value, int) and not isinstance(value, bool) for value in row)
    )


def _span(entry, place) -> tuple[int, int, str]:
    try:
        if isinstance(entry, Mapping):
            start, end, label = (entry[key] for key in ("start", "end", "label"))
        elif hasattr(entry, "label"):
            start, end, label = entry.start, entry.end, entry.label
        elif isinstance(entry, str):
            raise TypeError
        else:
            start, end, label = entry
    except (TypeError, ValueError, KeyError, AttributeError):
        raise DataError(
            f"{place} is {shortened(repr(entry))}; expected an entity, (start, end, label), among entities, or a tag "
            "among tags"
        ) from None
    numbers = (isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in (start, end))
    if not all(numbers) or not isinstance(label, str):
        raise DataError(
            f"{place} is {shortened(repr(entry))}; expected (start, end, label): two numbers of characters and a name"
        )
    return int(start), int(end), label
