"""The most probable segmentation of a text: the Viterbi algorithm over a unigram model.

The reference is `Model::EncodeOptimized` in sentencepiece's unigram_model.cc. Segmentations of equal probability
(`!!! !` and `! !!!`) are decided as there, by rounding: the score of the best path to a place is kept as a float32; a
candidate, the sum of that and the score of a piece, is compared as a double, before rounding; the first candidate stays
unless a later one is greater. An unknown character's candidate alone is rounded before.

**Words.** A piece hardly ever reaches over a word boundary, so a text is segmented word by word, and the best path
through a word is found once and kept. It is the same for every score with which the word is entered, unless two paths
come so close that rounding could decide: their difference must be larger than all errors of rounding together, each at
most half of the distance between float32 numbers, which is `2 ** -23` of their size. Where it is not, the word is
searched each time, with the score that the text before it has come to.

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
_DOUBLE_ERRORS = 1e-9  # more than those of a word's sums in doubles


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
        self._kept: dict[str, tuple[float, list[tuple[float, int, int]]]] = {}

    def __call__(self, text: str) -> tuple[list[int], list[int]]:
        """Returns the id of each piece of a normalized text, and where it ends; each unknown character by itself."""
        kept = self._kept
        ids, ends, base, score = [], [], 0, 0.0
        below, above, shift = (
            0.0,
            0.0,
            0.0,
        )  # in this interval, adding and taking away `shift` rounds to float32
        for word in self._words.findall(text):
            limit, path = kept.get(word) or self._keep(word)
            if score <= limit:
                path = self._search(word, score)
            for value, index, end in path:
                score += value
                if not below < score <= above:
                    below, above, shift = _rounding(score)
                score = score + shift - shift
                ids.append(index)
                ends.append(base + end)
            base += len(word)
        return ids, ends

    def _edges(self, word):
        """Yields where each piece begins and ends in a word, what it adds to a score, and its id, in C++'s order."""
        pieces, longest = self._pieces, self._longest
        for start, character in enumerate(word):
            is_known = False
            for end in range(start + 1, min(len(word), start + longest.get(character, 0)) + 1):
                found = pieces.get(word[start:end])
                if found is not None:
                    yield start, end, *found
                    is_known = is_known or end == start + 1
            if not is_known:
                yield start, start + 1, self._unknown, self._unk_id

    def _keep(self, word):
        """Returns the score at and below which rounding may decide within a word, and its best path otherwise."""
        if len(word) > _LONGEST_KEPT:
            return math.inf, ()
        scores, margins = [0.0] + [-math.inf] * len(word), [math.inf] * (len(word) + 1)
        last: list = [None] * (len(word) + 1)
        for start, end, value, index in self._edges(word):
            candidate = scores[start] + value
            gap = candidate - scores[end]
            if gap > 0:
                scores[end], last[end], margins[end] = candidate, (start, value, index), gap
            else:
                margins[end] = min(margins[end], -gap)
        path, margin, end = [], math.inf, len(word)
        while end > 0:
            start, value, index = last[end]
            path.append((value, index, end))
            margin, end = min(margin, margins[end]), start
        path.reverse()
        safe = (margin - _DOUBLE_ERRORS) / (len(word) + 1) * 2.0**23
        found = (max(map(abs, scores)) - safe if math.isfinite(margin) else -math.inf), path
        if len(self._kept) < _KEPT_WORDS:
            self._kept[word] = found
        return found

    def _search(self, word, score):
        """Returns the best path through a word that is entered with a score, rounded as in C++."""
        scores: list[float | None] = [score] + [None] * len(word)
        last: list = [None] * (len(word) + 1)
        for start, end, value, index in self._edges(word):
            candidate = value + scores[start]
            best = scores[end]
            rounded = _rounded(candidate)
            # An unknown character's candidate is rounded before it is compared, all others afterwards.
            if best is None or (rounded if index == self._unk_id else candidate) > best:
                scores[end], last[end] = rounded, (start, value, index)
        path, end = [], len(word)
        while end > 0:
            start, value, index = last[end]
            path.append((value, index, end))
            end = start
        path.reverse()
        return path


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


def _rounded(value: float) -> float:
    """The float32 number that is nearest to a number."""
    shift = math.ldexp(1.5, math.frexp(value)[1] + 28)
    return value + shift - shift
