"""Byte-pair encoding, characters and words: sentencepiece's bpe_model.cc, char_model.cc and word_model.cc."""

import heapq
import re

from albert_tf.tokenizer.model_file import (
    NORMAL,
    UNUSED,
    USER_DEFINED,
    WORD_BOUNDARY,
    ModelFile,
)
from albert_tf.tokenizer.segmentation.normalizer import UserDefinedPieces


class CharacterSegmenter:
    """Segments a normalized text into its characters; user-defined pieces stay whole.

    Args:
        model: the parsed model file.
    """

    def __init__(self, model: ModelFile):
        self._unk_id = model.unk_id
        self._ids = model.piece_ids
        self._user_defined = UserDefinedPieces(model)

    def __call__(self, text: str) -> tuple[list[int], list[int]]:
        """Returns the id of each piece of a normalized text, and where it ends."""
        ids, ends, start = [], [], 0
        for end in self._symbol_ends(text):
            ids.append(self._ids.get(text[start:end], self._unk_id))
            ends.append(end)
            start = end
        return ids, ends

    def ids(self, text: str) -> list[int]:
        """Returns the ids alone."""
        return self(text)[0]

    def _symbol_ends(self, text):
        start = 0
        while start < len(text):
            found = self._user_defined.longest_match(text, start)
            start = start + 1 if found is None else found
            yield start


class WordSegmenter:
    """Segments a normalized text into words, each with its word boundary.

    Args:
        model: the parsed model file.
    """

    def __init__(self, model: ModelFile):
        self._unk_id = model.unk_id
        self._ids = model.piece_ids
        mark = WORD_BOUNDARY  # at the begin of words, whatever the model's setting
        self._words = re.compile(f"{mark}[^{mark}]*|[^{mark}]+")

    def __call__(self, text: str) -> tuple[list[int], list[int]]:
        """Returns the id of each word of a normalized text, and where it ends."""
        words = list(self._words.finditer(text))
        return [self._ids.get(word[0], self._unk_id) for word in words], [
            word.end() for word in words
        ]

    def ids(self, text: str) -> list[int]:
        """Returns the ids alone."""
        return self(text)[0]


class BytePairSegmenter(CharacterSegmenter):
    """Segments a normalized text by merging neighbours, the pair with the best score first, the leftmost of equals.

    Args:
        model: the parsed model file.
    """

    def __init__(self, model: ModelFile):
        super().__init__(model)
        self._scores = model.scores
        self._types = model.types
        self._mergeable = {
            piece: index
            for piece, index in model.piece_ids.items()
            if model.types[index] in (NORMAL, USER_DEFINED, UNUSED)
        }

    def __call__(self, text: str) -> tuple[list[int], list[int]]:
        """Returns the id of each piece of a normalized text, and where it ends."""
        merging = _Merging(text, list(self._symbol_ends(text)), self)
        merging.run()
        ids, ends = [], []
        for start, end in merging.spans():
            self._add(text[start:end], start, merging.halves, ids, ends)
        return ids, ends

    def pair(self, piece: str) -> tuple[float, bool] | None:
        """The score of a merged pair, and whether its piece may not stay; None where there is no such piece."""
        index = self._mergeable.get(piece)
        return None if index is None else (self._scores[index], self._types[index] == UNUSED)

    def is_whole(self, piece: str) -> bool:
        """Whether a symbol is a user-defined piece, which merges with nothing."""
        return piece in self._user_defined.pieces

    def _add(self, piece, start, halves, ids, ends):
        """Adds a piece, or, where it is not to be used, the two that it was merged from."""
        index = self._ids.get(piece, self._unk_id)
        if self._types[index] == UNUSED and piece in halves:
            middle = start + halves[piece]
            self._add(piece[: halves[piece]], start, halves, ids, ends)
            self._add(piece[halves[piece] :], middle, halves, ids, ends)
            return
        ids.append(index)
        ends.append(start + len(piece))


class _Merging:
    """The symbols of one text while they are merged: symbol i begins at place i of `starts`."""

    def __init__(self, text, ends, segmenter):
        self.text, self.segmenter = text, segmenter
        self.starts = [0, *ends][:-1]
        self.ends = ends  # equal to its start for a symbol that was merged away
        self.next = [*range(1, len(ends)), -1]
        self.previous = list(range(-1, len(ends) - 1))
        self.is_whole = [
            segmenter.is_whole(text[start:end])
            for start, end in zip(self.starts, ends, strict=True)
        ]
        self.agenda: list[tuple[float, int, int, int]] = []  # score, left, right, size
        self.halves: dict[str, int] = {}  # where an unused piece was merged

    def run(self):
        for right in range(1, len(self.ends)):
            self.propose(right - 1, right)
        while self.agenda:
            _, left, right, size = heapq.heappop(self.agenda)
            if (
                self.is_gone(left)
                or self.is_gone(right)
                or self.size(left) + self.size(right) != size
            ):
                continue
            self.ends[left] = self.ends[right]
            self.ends[right] = self.starts[right]
            after = self.next[left] = self.next[right]
            if after >= 0:
                self.previous[after] = left
            self.propose(self.previous[left], left)
            self.propose(left, after)

    def propose(self, left, right):
        if left < 0 or right < 0 or self.is_whole[left] or self.is_whole[right]:
            return
        piece = self.text[self.starts[left] : self.ends[right]]
        found = self.segmenter.pair(piece)
        if found is None:
            return
        score, is_unused = found
        heapq.heappush(self.agenda, (-score, left, right, len(piece)))
        if is_unused:
            self.halves[piece] = self.size(left)

    def size(self, symbol):
        return self.ends[symbol] - self.starts[symbol]

    def is_gone(self, symbol):
        return self.ends[symbol] == self.starts[symbol]

    def spans(self):
        symbol = 0 if self.ends else -1
        while symbol >= 0:
            yield self.starts[symbol], self.ends[symbol]
            symbol = self.next[symbol]
