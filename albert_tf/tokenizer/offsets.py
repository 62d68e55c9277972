"""Where each token stands in the text as it was given.

Three things move characters: white space is collapsed, `Normalizer` substitutes every code point by none, one or
several, and SentencePiece has its own character map. The last one is followed by the engine, which reports the
UTF-8 bytes of each token in the normalized text; the first two are followed here, for a whole batch in flat arrays.

A token's span runs from its first to one past its last character. It leaves out white space before the
token, and takes in the combining marks that were dropped after it. It is empty only for a word boundary (`▁`) that
has no white space of its own, at the start of a text. Tokens that come from one character (`½` is `1`, `⁄`, `2`)
all have the span of that character.
"""

import sys

import numpy as np

from albert_tf.tokenizer.digit_comma import DigitCommaTable
from albert_tf.tokenizer.engine import Engine
from albert_tf.tokenizer.model_file import WORD_BOUNDARY, ModelFile
from albert_tf.tokenizer.normalization import Normalizer
from albert_tf.tokenizer.packing import Encoded


class SpanEncoder:
    """Encodes texts with the character span of every token.

    Args:
        model: the vocabulary.
        engine: runs it.
        normalize: what is done to a text before.
        digit_comma: what is done to the ids after.
    """

    def __init__(
        self, model: ModelFile, engine: Engine, normalize: Normalizer, digit_comma: DigitCommaTable
    ):
        self._boundary_id = model.piece_ids.get(WORD_BOUNDARY)
        self._engine = engine
        self._normalize = normalize
        self._digit_comma = digit_comma
        self._blank: dict[int, bool] = {ord(" "): True}
        self._widths: dict[int, int] = {}

    def __call__(self, texts: list[str]) -> Encoded:
        """Ids, row splits and spans of a batch."""
        normalized = [self._normalize(text) for text in texts]
        ids, splits, starts, ends = self._engine.tokenize_with_offsets(normalized)
        characters, text_starts = _flatten(normalized)
        byte_starts = _exclusive_sum(_utf8_widths(characters))
        base = np.repeat(byte_starts[text_starts[:-1]], np.diff(splits))  # of each token's text
        spans = np.searchsorted(byte_starts, np.stack([starts + base, ends + base], axis=1))
        spans, boundaries = self._trim(ids, spans, characters)
        ids, spans, splits = self._split_digit_comma(ids, spans, boundaries, splits)
        return Encoded(ids, splits, self._to_original(texts, spans, splits))

    def _trim(
        self, ids: np.ndarray, spans: np.ndarray, characters: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Spans `(tokens, 2)` without the blank characters at their ends, and where they began before."""
        visible = np.flatnonzero(~self._is_blank(characters))
        first, past = np.searchsorted(visible, spans).T
        # The engine gives a character that becomes several pieces to the last of them, and nothing to the others.
        past = np.where((ids != self._boundary_id) & (first < len(visible)), np.maximum(past, first + 1), past)
        some = first < past
        trimmed = spans.copy()
        trimmed[some, 0] = visible[first[some]]
        trimmed[some, 1] = visible[past[some] - 1] + 1
        return trimmed, spans[:, 0]

    def _is_blank(self, characters: np.ndarray) -> np.ndarray:
        """Which characters SentencePiece reads as a space or as nothing; it is asked about each once."""
        distinct, inverse = np.unique(characters, return_inverse=True)
        new = [c for c in distinct.tolist() if c not in self._blank]
        answers = self._engine.pieces([f"a{chr(c)}a" for c in new])
        for code_point, pieces in zip(new, answers, strict=True):
            self._blank[code_point] = "".join(pieces).strip(WORD_BOUNDARY) in _BLANK_BETWEEN
        return np.array([self._blank[c] for c in distinct.tolist()], bool)[inverse]

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
                parts = np.array([[start, end - 1]] * (count - 1) + [[end - 1, end]])
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
        # A kept character reaches over the marks dropped after it, to the next kept one, space or text.
        stops = np.flatnonzero((widths > 0) | _is_space(characters))
        stops = np.union1d(stops, text_starts)
        reach = stops[np.minimum(np.searchsorted(stops, kept, side="right"), len(stops) - 1)]
        kept, reach = np.append(kept, len(characters)), np.concatenate([[0], reach])
        starts, ends = kept[spans[:, 0]], reach[spans[:, 1]]
        ends = np.where(spans[:, 0] == spans[:, 1], starts, ends)
        base = np.repeat(text_starts[:-1], np.diff(splits))
        return (np.stack([starts, ends], axis=1) - base[:, None]).astype(np.int32)

    def _normalized_widths(self, characters: np.ndarray, text_starts: np.ndarray) -> np.ndarray:
        """How many normalized characters each original character becomes."""
        distinct, inverse = np.unique(characters, return_inverse=True)
        widths = np.array([self._width(c) for c in distinct.tolist()], np.int64)[inverse]
        # Of a run of white space the first character stands for all, unless the run ends a text.
        space = np.append(_is_space(characters), True)
        space_before = np.concatenate([[True], space[:-1]])[:-1]
        first = ~space_before
        first[text_starts[:-1][text_starts[:-1] < len(first)]] = False
        words = np.append(np.flatnonzero(~space[:-1]), len(characters))
        index = np.arange(len(characters))
        next_word = words[np.searchsorted(words, index)]
        text_end = text_starts[1:][np.searchsorted(text_starts[1:], index, side="right")]
        kept_space = first & (next_word < text_end)
        return np.where(space[:-1], kept_space, widths)

    def _width(self, code_point: int) -> int:
        if code_point not in self._widths:
            text = self._normalize.substitute(code_point)
            self._widths[code_point] = len(text.lower() if self._normalize.lowercase else text)
        return self._widths[code_point]


_BLANK_BETWEEN = ("aa", f"a{WORD_BOUNDARY}a")
_SPACES = np.array([c for c in range(sys.maxunicode + 1) if chr(c).isspace()])


def _flatten(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The code points of all texts, and where each text begins, `(texts + 1,)`."""
    content = "".join(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(content, np.uint32), _exclusive_sum([len(text) for text in texts])


def _exclusive_sum(lengths) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _utf8_widths(characters: np.ndarray) -> np.ndarray:
    return 1 + (characters >= 0x80) + (characters >= 0x800).astype(np.int64) + (characters >= 0x10000)


def _is_space(characters: np.ndarray) -> np.ndarray:
    return np.isin(characters, _SPACES)
