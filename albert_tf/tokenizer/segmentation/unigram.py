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
from typing import NamedTuple

import numpy as np

from albert_tf.tokenizer.model_file import NORMAL, USER_DEFINED, WORD_BOUNDARY, ModelFile

_UNKNOWN_PENALTY = np.float32(10)  # kUnkPenalty
_FLOAT32 = np.finfo(
    np.float32
)  # min_score_ starts from its greatest, max_score_ from its least positive number
_KEPT_WORDS = 50_000
_LONGEST_KEPT = 40  # characters of a word that is kept
_DOUBLE_ERRORS = 1e-9  # more than those of a word's sums in doubles
_SUM_ERRORS = 1.01  # more than rounding changes a text's score: 2 ** -24 of it for each token, of up to 100,000


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
        self._kept: dict[str, _Word] = {}

    def __call__(self, text: str) -> tuple[list[int], list[int]]:
        """Returns the id of each piece of a normalized text, and where it ends; each unknown character by itself."""
        words = self._words.findall(text)
        found = self._look_up(words)
        paths = [word.path for word in found] if _is_safe(found) else self._paths(words, found)
        ids, ends, base = [], [], 0
        for word, path in zip(words, paths, strict=True):
            for _, index, end in path:
                ids.append(index)
                ends.append(base + end)
            base += len(word)
        return ids, ends

    def ids(self, text: str) -> list[int]:
        """Returns the ids alone, which takes less time."""
        found = self._look_up(self._words.findall(text))
        return [i for word in found for i in word.ids] if _is_safe(found) else self(text)[0]

    def _look_up(self, words):
        kept = self._kept
        return [kept.get(word) or self._keep(word) for word in words]

    def _paths(self, words, found):
        """Yields the best path through each word, where rounding may decide with the score of the text before it."""
        score, below, above, shift = 0.0, 0.0, 0.0, 0.0
        for word, entry in zip(words, found, strict=True):
            path = entry.path if score > entry.limit else self._search(word, score)
            for value, _, _ in path:
                score += value
                if (
                    not below < score <= above
                ):  # in this interval, adding and taking away `shift` rounds
                    below, above, shift = _rounding(score)
                score = score + shift - shift
            yield path

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
        """Finds the best path through a word, and how low the score before it may be without rounding deciding."""
        if len(word) > _LONGEST_KEPT:
            return _UNKEPT
        scores, margins = [0.0] + [-math.inf] * len(word), [math.inf] * (len(word) + 1)
        last: list = [None] * (len(word) + 1)
        for start, end, value, index in self._edges(word):
            candidate = scores[start] + value
            gap = candidate - scores[end]
            if gap > 0:
                scores[end], last[end], margins[end] = candidate, (start, value, index), gap
            else:
                margins[end] = min(margins[end], -gap)
        path = _path(last)
        margin = min(margins[end] for _, _, end in path)
        safe = (margin - _DOUBLE_ERRORS) / (len(word) + 1) * 2.0**23
        found = _Word(
            limit=-math.inf if math.isinf(margin) else max(map(abs, scores)) - safe,
            lowered=sum(min(value, 0.0) for value, _, _ in path),
            ids=tuple(index for _, index, _ in path),
            path=path,
        )
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
        return _path(last)


class _Word(NamedTuple):
    """The best path through a word.

    Attributes:
        limit: where the score before the word is at or below it, rounding may decide otherwise.
        lowered: by how much the word lowers a score at most, a negative number.
        ids: of its pieces.
        path: the value, the id and the end of each piece.
    """

    limit: float
    lowered: float
    ids: tuple[int, ...]
    path: list[tuple[float, int, int]]


_UNKEPT = _Word(math.inf, 0.0, (), [])


def _is_safe(words: list[_Word]) -> bool:
    """Whether rounding decides nowhere in a text of these words, whose score ends near the sum of `lowered`."""
    if not words:
        return True
    limits, lowered, _, _ = zip(*words, strict=True)
    return sum(lowered) * _SUM_ERRORS - 1.0 > max(limits)


def _path(last: list[tuple[int, float, int] | None]) -> list[tuple[float, int, int]]:
    """Value, id and end of each piece of the best path, from the last piece of the best path to each place."""
    path, end = [], len(last) - 1
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
