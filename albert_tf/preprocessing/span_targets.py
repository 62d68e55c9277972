"""Answers to questions as targets: characters of a context, and the tokens of its windows that they make."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from albert_tf.errors import DataError
from albert_tf.preprocessing.target_values import check_row_count, shortened
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.tokenizer.text_sequence import column_names, flat_sequence

NONE = -1
"""Stands for start and end where a context does not hold the answer."""


@dataclasses.dataclass(frozen=True)
class AnswerSpans:
    """One answer for each question: characters of its context, or none.

    Args:
        can_be_none: whether a question may have no answer.
    """

    can_be_none: bool = True
    weight_rank = 1

    @property
    def expected(self) -> str:
        """What is expected, for messages."""
        none = ", or None for no answer" if self.can_be_none else ""
        return f"(start, end), the characters of the context that are the answer{none}"

    def read(self, y, name: str = "y") -> np.ndarray:
        """Returns the spans, int64 `(questions, 2)`, with -1 and -1 for no answer.

        Args:
            y: for each question None, `(start, end)`, a dict with `start` and `end`, or an object that has these, such
                as a `Span` or a `QuestionAnswer`; an array `(questions, 2)`; a table of two such columns.
            name: what messages call it.

        Raises:
            DataError: naming the first entry that is none of these, and its row.
        """
        if y is None:
            raise DataError(f"{name} is missing; expected for each question {self.expected}")
        entries = self._entries(y, name)
        if not isinstance(entries, np.ndarray) or entries.dtype.kind not in "iu":
            entries = [self._span(entry, f"{name}[{row}]") for row, entry in enumerate(entries)]
        spans = np.asarray(entries, "int64").reshape(-1, 2)
        for row in np.flatnonzero(~self._fits(spans))[:1]:
            raise self._wrong(f"{name}[{row}]", tuple(spans[row].tolist()))
        return spans

    def _entries(self, y, name):
        columns = column_names(y)
        if columns is not None and len(columns) == 2:
            if sorted(map(str, columns)) != ["end", "start"]:
                raise DataError(
                    f"{name} has the columns {columns[0]!r} and {columns[1]!r}; expected start and end"
                )
            return np.stack([np.asarray(y[part]) for part in ("start", "end")], axis=1)
        array = np.asarray(y) if hasattr(y, "__array__") else None
        if array is not None and array.ndim == 2:
            if array.shape[1] != 2 or array.dtype.kind not in "iufO":
                raise DataError(
                    f"{name} has the shape {array.shape} of {array.dtype}; expected for each question {self.expected}"
                )
            return array
        return list(flat_sequence(y, name))

    def _span(self, entry, place) -> tuple:
        """Start and end of one entry; what is wrong with them is found for all together."""
        if _is_missing(entry):
            return NONE, NONE
        parts = entry
        if isinstance(entry, Mapping):
            parts = [entry.get(part, entry) for part in ("start", "end")]
        elif hasattr(entry, "__array__"):
            parts = np.asarray(entry).tolist()
        elif hasattr(entry, "start"):
            parts = [getattr(entry, part, entry) for part in ("start", "end")]
        if not isinstance(parts, (list, tuple)) or len(parts) != 2:
            raise self._wrong(place, entry)
        if all(map(_is_missing, parts)):
            return NONE, NONE
        if not all(map(_is_whole, parts)):
            raise self._wrong(place, entry)
        return int(parts[0]), int(parts[1])

    def _fits(self, spans) -> np.ndarray:
        starts, ends = spans.T
        none = (starts == NONE) & (ends == NONE)
        return (none & self.can_be_none) | ((starts >= 0) & (starts < ends))

    def _wrong(self, place, entry) -> DataError:
        parts = entry if isinstance(entry, (list, tuple)) else [entry]
        is_none = all(_is_missing(part) or part == NONE for part in parts)
        if is_none and not self.can_be_none:
            return DataError(
                f"{place} is no answer, and this model always gives one; build it with can_be_unanswerable=True, or "
                "leave the question out"
            )
        shown = entry.tolist() if hasattr(entry, "tolist") else entry
        return DataError(f"{place} is {shortened(repr(shown))}; expected {self.expected}")


def _is_missing(entry) -> bool:
    """Whether an entry of a column is empty: None, or the NaN that a table makes of it."""
    return (
        entry is None
        or type(entry).__name__ in ("NAType", "NaTType")
        or (isinstance(entry, (float, np.floating)) and entry != entry)
    )


def _is_whole(part) -> bool:
    number = part.item() if isinstance(part, np.generic) else part
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return False
    return abs(number) < 2**53 and number == int(number)


def check_spans(spans: np.ndarray, contexts: list[str]) -> np.ndarray:
    """Returns spans without the blanks at their ends, once each lies in its context.

    Args:
        spans: what `AnswerSpans.read` returned.
        contexts: as many.

    Raises:
        DataError: naming the first that does not, and its row.
    """
    check_row_count(spans, len(contexts), "y", of="question")
    trimmed = spans.copy()
    for row, ((start, end), context) in enumerate(zip(spans.tolist(), contexts, strict=True)):
        if start == NONE:
            continue
        if end > len(context):
            raise DataError(
                f"the answer of row {row} is ({start}, {end}), and its context has {len(context)} characters; "
                "start and end count characters of the context"
            )
        text = context[start:end]
        if not text.strip():
            raise DataError(
                f"the answer of row {row} is ({start}, {end}), where its context has only blanks; for no answer give "
                "None"
            )
        trimmed[row] = end - len(text.lstrip()), start + len(text.rstrip())
    return trimmed


def window_positions(spans: np.ndarray, packed: PackedTokens) -> tuple[np.ndarray, np.ndarray]:
    """Returns for each window the places of the first and last token of its answer, each int64 `(rows,)`.

    They are the tokens that hold a character of it; both are 0, the place of `[CLS]`, where the window does not hold
    all of them, or there is none.

    Args:
        spans: `(texts, 2)`, characters of the windowed texts, -1 for none.
        packed: pairs in windows over the second texts, with offsets.

    Raises:
        DataError: when no token holds a character of a span, naming its row.
    """
    rows, places = _tokens_of(spans, packed)
    # Counted from the beginning of the whole context, so that the windows of a text can be compared.
    before = np.add.reduceat(packed.flat_segment_ids == 0, packed.row_splits[:-1], dtype="int64")
    tokens = (packed.window_start - before)[rows] + places
    texts = packed.text_index[rows]
    first, last = _extremes(tokens, texts, len(spans))
    for text in np.flatnonzero((spans[:, 0] >= 0) & (last < 0))[:1]:
        start, end = spans[text].tolist()
        raise DataError(
            f"the answer of row {text} is ({start}, {end}), characters of its context that the tokenizer leaves out; "
            "for no answer give None"
        )
    row_first, row_last = _extremes(tokens, rows, len(packed))
    is_whole = (row_last >= 0) & (row_first == first[packed.text_index])
    is_whole &= row_last == last[packed.text_index]
    offset = before - packed.window_start
    return np.where(is_whole, row_first + offset, 0), np.where(is_whole, row_last + offset, 0)


def _tokens_of(spans, packed):
    """Row, and place in it, of every token that holds a character of the answer."""
    rows = np.repeat(np.arange(len(packed)), packed.lengths)
    places = np.arange(len(rows)) - packed.row_splits[rows]
    starts, ends = packed.flat_offsets.T
    is_context = (packed.flat_segment_ids == 1) & (starts >= 0)
    wanted = spans[packed.text_index[rows]]
    is_answer = is_context & (starts < wanted[:, 1]) & (ends > wanted[:, 0])
    return rows[is_answer], places[is_answer]


def _extremes(numbers, groups, count) -> tuple[np.ndarray, np.ndarray]:
    """The least and the largest number of each group; -1 for the largest of one that has none."""
    least, largest = np.full(count, np.iinfo("int64").max), np.full(count, -1)
    np.minimum.at(least, groups, numbers)
    np.maximum.at(largest, groups, numbers)
    return least, largest
