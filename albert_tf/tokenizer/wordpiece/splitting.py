"""Texts into normalized words, before any vocabulary: `BasicTokenizer` of google-research/bert `tokenization.py`."""

import itertools
import re
from collections.abc import Iterator, Sequence

from albert_tf.tokenizer.normalization import combining_class
from albert_tf.tokenizer.wordpiece.characters import (
    ALONE,
    CHINESE,
    INNER,
    SPACES,
    Characters,
    is_punctuation,
)
from albert_tf.tokenizer.wordpiece.sigmas import lower_sigmas

_CHINESE = "".join(f"{chr(first)}-{chr(last)}" for first, last in CHINESE)
_CHUNK = re.compile(f"[{_CHINESE}]|[^{SPACES}{_CHINESE}]+")


class WordSplitter:
    """Cuts texts into words, and normalizes them.

    Args:
        characters: what becomes of each character.
    """

    def __init__(self, characters: Characters):
        self._characters = characters

    def chunks(self, text: str) -> list[str]:
        """The parts of a text whose words depend on nothing else: Chinese characters, and what blanks part."""
        return _CHUNK.findall(text)

    def words(self, chunk: str) -> Iterator[str]:
        """The normalized words of one of `chunks`."""
        if self._characters.lowercase:
            chunk = lower_sigmas(chunk)
        kinds = [self._characters.kind(ord(character)) for character in chunk]
        for is_alone, group in itertools.groupby(range(len(chunk)), lambda at: kinds[at] == ALONE):
            places = list(group)
            if is_alone:
                yield from (self._characters.normalized(ord(chunk[at])) for at in places)
            elif INNER in (kinds[at] for at in places):
                text, _ = self.normalized(chunk[places[0] : places[-1] + 1])
                yield from (text[start:end] for start, end in word_spans(text))

    def normalized(self, run: str) -> tuple[str, Sequence[int]]:
        """What becomes of a run, and which of its characters each of the new ones comes from.

        Args:
            run: characters without white space, that are no words of their own.
        """
        if run.isascii() and run.isalnum():
            return run.lower() if self._characters.lowercase else run, range(len(run))
        pairs = [
            (character, origin)
            for origin, old in enumerate(run)
            for character in self._characters.decomposed(ord(old))
        ]
        if self._characters.strip_accents:
            pairs = _in_canonical_order(pairs)
        pairs = [pair for pair in pairs if not self._characters.is_accent(pair[0])]
        return "".join(character for character, _ in pairs), [origin for _, origin in pairs]


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each word of a normalized run begins and ends: each punctuation mark, and what stands between them."""
    if text.isalnum():
        yield 0, len(text)
        return
    begin = 0
    for at, character in enumerate(text):
        if is_punctuation(ord(character)):
            if begin < at:
                yield begin, at
            yield at, at + 1
            begin = at + 1
    if begin < len(text):
        yield begin, len(text)


def _in_canonical_order(pairs):
    """Characters with their origins, marks in the order of NFD; it matters for the few marks that are no accents."""
    classes = [0 if c.isascii() else combining_class(ord(c)) for c, _ in pairs]
    if not any(a > b > 0 for a, b in itertools.pairwise(classes)):
        return pairs
    ordered = []
    for is_mark, group in itertools.groupby(range(len(pairs)), lambda at: classes[at] > 0):
        places = list(group)
        ordered += sorted(places, key=classes.__getitem__) if is_mark else places
    return [pairs[at] for at in ordered]
