"""The most probable segmentation of a text: the Viterbi algorithm over a unigram model.

The reference is `Model::EncodeOptimized` in sentencepiece's unigram_model.cc. Segmentations of equal probability
(`!!! !` and `! !!!`) are decided as there, by rounding: the score of the best path to a place is kept as a float32; a
candidate, the sum of that and the score of a piece, is compared as a double, before rounding; the first candidate stays
unless a later one is greater. An unknown character's candidate alone is rounded before.

**Words.** A piece hardly ever reaches over a word boundary, so the pieces that stand in a word are found once and kept.
The path's score runs on over all words, so its rounding is that of the whole text.

**Rounding to float32.** Between two powers of two the float32 numbers lie equally far apart. So adding and taking away
a number that is large enough rounds a double to the nearest of them, ties to even, as a conversion does, and much
faster than one in Python.
"""

import math
import re

import numpy as np

from albert_tf.tokenizer.model_file import NORMAL, USER_DEFINED, WORD_BOUNDARY, ModelFile

_UNKNOWN_PENALTY = np.float32(10)  # kUnkPenalty
_FLOAT32 = np.finfo(
    np.float32
)  # min_score_ starts from its greatest, max_score_ from its least positive number
_KEPT_WORDS = 50_000
_LONGEST_KEPT = 40  # characters of a word that is kept


class UnigramSegmenter:
    """Segments normalized texts with a unigram model.

    Args:
        model: the parsed model file.
    """

    def __init__(self, model: ModelFile):
        self._unk_id = model.unk_id
        kinds = list(zip(model.pieces, model.types, model.scores, strict=True))
        normal = [score for _, kind, score in kinds if kind == NORMAL]
        greatest = np.float32(max([float(_FLOAT32.tiny), *normal]))
        least = np.float32(min([float(_FLOAT32.max), *normal]))
        self._unknown = float(least - _UNKNOWN_PENALTY)
        self._pieces = {
            piece: (_bonus(piece, greatest) if kind == USER_DEFINED else score, index)
            for index, (piece, kind, score) in enumerate(kinds)
            if kind in (NORMAL, USER_DEFINED)
        }
        self._longest: dict[str, int] = {}  # of the pieces that begin with a character
        for piece in self._pieces:
            self._longest[piece[0]] = max(self._longest.get(piece[0], 1), len(piece))
        self._words = re.compile(_word_pattern(self._pieces), re.DOTALL)
        self._kept: dict[str, list] = {}

    def __call__(self, text: str) -> tuple[list[int], list[int]]:
        """Returns the id of each piece of a normalized text, and where it ends; each unknown character by itself."""
        unk_id, kept = self._unk_id, self._kept
        scores: list[float | None] = [None] * (len(text) + 1)
        scores[0] = 0.0
        starts, ids = [0] * (len(text) + 1), [0] * (len(text) + 1)
        below, above, shift = (
            0.0,
            0.0,
            0.0,
        )  # in this interval, adding and taking away `shift` rounds to float32
        base = 0
        for word in self._words.findall(text):
            for start, end, score, index in kept.get(word) or self._edges(word):
                start += base
                end += base
                candidate = score + scores[start]
                best = scores[end]
                if best is not None and candidate <= best:
                    continue
                if not below < candidate <= above:
                    below, above, shift = _rounding(candidate)
                rounded = candidate + shift - shift
                if index == unk_id and best is not None and rounded <= best:
                    continue  # an unknown character's candidate is rounded before it is compared
                scores[end], starts[end], ids[end] = rounded, start, index
            base += len(word)
        return _path(starts, ids)

    def _edges(self, word):
        """Where each piece begins and ends in a word, what it adds to a path's score, and its id, in C++'s order."""
        pieces, longest = self._pieces, self._longest
        edges = []
        for start, character in enumerate(word):
            is_known = False
            for end in range(start + 1, min(len(word), start + longest.get(character, 0)) + 1):
                found = pieces.get(word[start:end])
                if found is not None:
                    edges.append((start, end, *found))
                    is_known = is_known or end == start + 1
            if not is_known:
                edges.append((start, start + 1, self._unknown, self._unk_id))
        if len(word) <= _LONGEST_KEPT and len(self._kept) < _KEPT_WORDS:
            self._kept[word] = edges
        return edges


def _bonus(piece: str, greatest: np.float32) -> float:
    """The score of a user-defined piece, which is to be chosen always: a float32 product, then a double."""
    return float(np.float32(len(piece.encode("utf-8"))) * greatest) - 0.1


def _word_pattern(pieces) -> str:
    """A pattern of the parts of a text over whose ends no piece reaches."""
    mark = WORD_BOUNDARY
    if not any(mark in piece[1:] for piece in pieces):
        return f"{mark}?[^{mark}]+|{mark}"
    if not any(mark in piece[:-1] for piece in pieces):
        return f"[^{mark}]*{mark}|[^{mark}]+"
    return ".+"


def _rounding(value: float) -> tuple[float, float, float]:
    """The interval of a negative number whose float32 numbers are equally far apart, and what rounds to them."""
    exponent = math.frexp(value)[1]
    return -math.ldexp(1.0, exponent), -math.ldexp(0.5, exponent), math.ldexp(1.5, exponent + 28)


def _path(starts: list[int], ids: list[int]) -> tuple[list[int], list[int]]:
    """Ids and ends of the best path, from the last piece of the best path to each place."""
    path_ids, ends = [], []
    end = len(starts) - 1
    while end > 0:
        path_ids.append(ids[end])
        ends.append(end)
        end = starts[end]
    path_ids.reverse()
    ends.reverse()
    return path_ids, ends
