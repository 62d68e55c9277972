"""Where each token stands in the text as it was given.

Three things move characters: white space is collapsed, `Normalizer` substitutes every code point by
none, one or several, and SentencePiece has its own character map. The last one is followed by the
engine, which reports the characters of each token in the normalized text; the first two are
followed here, for a whole batch in flat arrays.

A token's span runs from its first to one past its last character. It leaves out white space before
the token, and takes in the combining marks that were dropped after it. It is empty only for a word
boundary (`▁`) that has no white space of its own, at the start of a text or where the digit-comma
rule splits inside a word. Tokens that come from one
character (`½` is `1`, `⁄`, `2`) all have the span of that character.
"""

import sys

import numpy as np

from albert_tf.tokenizer.digit_comma import DigitCommaTable
from albert_tf.tokenizer.model_file import WORD_BOUNDARY, ModelFile
from albert_tf.tokenizer.normalization import WHITE_SPACE, Normalizer
from albert_tf.tokenizer.packing import Encoded
from albert_tf.tokenizer.segmentation import SegmentationEngine

UNSEEN = -1
_BLANK_BETWEEN = ("aa", f"a{WORD_BOUNDARY}a")  # what is left of a character between two letters
_IS_SPACE = np.zeros(sys.maxunicode + 1, bool)
_IS_SPACE[[ord(space) for space in WHITE_SPACE]] = True


class SpanEncoder:
    """Encodes texts with the character span of every token.

    Args:
        model: the vocabulary.
        engine: runs it.
        normalize: what is done to a text before.
        digit_comma: what is done to the ids after.
    """

    def __init__(
        self,
        model: ModelFile,
        engine: SegmentationEngine,
        normalize: Normalizer,
        digit_comma: DigitCommaTable,
    ):
        self._boundary_id = model.piece_ids.get(WORD_BOUNDARY)
        self._boundary_at_end = model.treat_whitespace_as_suffix
        self._engine = engine
        self._normalize = normalize
        self._digit_comma = digit_comma
        # By code point, filled as characters are met.
        self._blank = np.full(sys.maxunicode + 1, UNSEEN, np.int8)
        self._widths = np.full(sys.maxunicode + 1, UNSEEN, np.int8)

    def __call__(self, texts: list[str]) -> Encoded:
        """Ids, row splits and spans of a batch."""
        normalized = [self._normalize(text) for text in texts]
        ids, splits, starts, ends = self._engine.tokenize_with_offsets(normalized)
        characters, text_starts = _flatten(normalized)
        base = np.repeat(text_starts[:-1], np.diff(splits))  # of each token's text
        spans = np.stack([starts + base, ends + base], axis=1)
        spans, boundaries = self._trim(ids, spans, splits, characters)
        ids, spans, splits = self._split_digit_comma(ids, spans, boundaries, splits)
        return Encoded(ids, splits, self._to_original(texts, spans, splits))

    def _trim(
        self, ids: np.ndarray, spans: np.ndarray, splits: np.ndarray, characters: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Spans `(tokens, 2)` without the blank characters at their ends, and where they began."""
        visible = np.flatnonzero(~self._is_blank(characters))
        first, past = np.searchsorted(visible, spans).T
        # The engine gives a character that becomes several pieces to the last of them, and nothing
        # to the others, as it does to the boundary it adds to a text. That one alone stays empty.
        may_be_blank = ids == self._boundary_id
        not_empty = splits[:-1] < splits[1:]
        added = splits[1:][not_empty] - 1 if self._boundary_at_end else splits[:-1][not_empty]
        inner = may_be_blank & (spans[:, 0] == spans[:, 1])
        inner[added] = False
        reaches_on = (~may_be_blank | inner) & (first < len(visible))
        past = np.where(reaches_on, np.maximum(past, first + 1), past)
        some = first < past
        trimmed = spans.copy()
        trimmed[some, 0] = visible[first[some]]
        trimmed[some, 1] = visible[past[some] - 1] + 1
        return trimmed, spans[:, 0]

    def _is_blank(self, characters: np.ndarray) -> np.ndarray:
        """Which characters SentencePiece reads as a space or as nothing; asked once for each."""
        new = np.unique(characters[self._blank[characters] == UNSEEN]).tolist()
        answers = self._engine.pieces([f"a{chr(c)}a" for c in new])
        for code_point, pieces in zip(new, answers, strict=True):
            self._blank[code_point] = "".join(pieces).strip(WORD_BOUNDARY) in _BLANK_BETWEEN
        return self._blank[characters].astype(bool)

    def _split_digit_comma(
        self, ids: np.ndarray, spans: np.ndarray, boundaries: np.ndarray, splits: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Applies the digit-comma rule to ids, spans and row splits."""
        table = self._digit_comma
        new_ids, origin = table.expand(ids)
        if origin is None:
            return ids, spans, splits
        new_spans = spans[origin]
        new_splits = np.searchsorted(origin, splits)
        for token in np.flatnonzero(table.counts[ids] > 1):
            start, end = spans[token]
            entry, count = table.starts[ids[token]], table.counts[ids[token]]
            widths = table.widths[entry : entry + count]
            if widths.sum() == end - start:
                edges = start + np.concatenate([[0], np.cumsum(widths)])
                parts = np.stack([edges[:-1], edges[1:]], axis=1)
            else:  # the character map changed the length: only the comma's place is known
                rest = [start, max(end - 1, start + 1)]
                parts = np.array([rest] * (count - 1) + [[end - 1, end]])
            if widths[0] == 0:  # a word boundary alone takes the white space
                parts[0] = boundaries[token], start
            first = np.searchsorted(origin, token)
            new_spans[first : first + count] = parts
        return new_ids, new_spans, new_splits

    def _to_original(self, texts: list[str], spans: np.ndarray, splits: np.ndarray) -> np.ndarray:
        """Spans in the flat normalized characters, as spans in each token's own original text."""
        characters, text_starts = _flatten(texts)
        widths = self._normalized_widths(characters, text_starts)
        kept = np.repeat(np.arange(len(characters)), widths)  # normalized -> original character
        # A kept character reaches over the marks dropped after it, to the next kept one, space or
        # text.
        is_stop = (widths > 0) | _IS_SPACE[characters]
        is_stop[text_starts[text_starts < len(characters)]] = True
        stops = np.append(np.flatnonzero(is_stop), len(characters))
        reach = stops[np.cumsum(is_stop)[kept]]
        kept, reach = np.append(kept, len(characters)), np.concatenate([[0], reach])
        starts, ends = kept[spans[:, 0]], reach[spans[:, 1]]
        tokens = np.diff(splits)
        starts = np.minimum(starts, np.repeat(text_starts[1:], tokens))
        ends = np.where(spans[:, 0] == spans[:, 1], starts, ends)
        base = np.repeat(text_starts[:-1], tokens)
        return (np.stack([starts, ends], axis=1) - base[:, None]).astype(np.int32)

    def _normalized_widths(self, characters: np.ndarray, text_starts: np.ndarray) -> np.ndarray:
        """How many normalized characters each original character becomes."""
        for code_point in np.unique(characters[self._widths[characters] == UNSEEN]).tolist():
            self._widths[code_point] = len(self._normalize.code_point(code_point))
        widths = self._widths[characters]
        # Between two words of a text one white space character, the first, stands for all of them.
        space = _IS_SPACE[characters]
        is_boundary = np.zeros(len(characters) + 1, bool)
        is_boundary[text_starts] = True
        word_ends = np.flatnonzero(~space & (np.append(space[1:], True) | is_boundary[1:]))
        text = np.searchsorted(text_starts, word_ends, side="right")
        widths[space] = 0
        widths[word_ends[:-1][text[:-1] == text[1:]] + 1] = 1
        return widths


def _flatten(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The code points of all texts, and where each text begins, `(texts + 1,)`."""
    content = "".join(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(content, np.uint32), _exclusive_sum([len(text) for text in texts])


def _exclusive_sum(lengths) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
