"""A run of letters into WordPieces: `WordpieceTokenizer` of google-research/bert `tokenization.py`."""

import itertools
from typing import NamedTuple

from albert_tf.tokenizer.normalization import combining_class
from albert_tf.tokenizer.wordpiece.characters import Characters, is_punctuation
from albert_tf.tokenizer.wordpiece.vocabulary_file import CONTINUATION, WordPieces

LONGEST_WORD = 200
"""Characters; a longer word is unknown."""


class Run(NamedTuple):
    """The pieces of a run, and where each begins and ends in it."""

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class WordSegmenter:
    """Segments a run of characters into the pieces of a vocabulary, the longest first.

    Args:
        vocabulary: the pieces.
        characters: what becomes of each character before.
    """

    def __init__(self, vocabulary: WordPieces, characters: Characters):
        self._unk_id = vocabulary.unk_id
        self._characters = characters
        self._first: dict[str, int] = {}
        self._inner: dict[str, int] = {}  # without the mark of continuation
        for piece, index in vocabulary.piece_ids.items():
            self._first[piece] = index
            if piece.startswith(CONTINUATION):
                self._inner[piece[len(CONTINUATION) :]] = index
        self._longest_first = max(map(len, self._first))
        self._longest_inner = max(map(len, self._inner), default=0)

    def __call__(self, run: str) -> Run:
        """Segments a run.

        Args:
            run: characters without white space, that are no words of their own.
        """
        text, origins = self._normalized(run)
        ids, starts, ends = [], [], []
        for begin, end in _words(text):
            pieces = self.pieces(text[begin:end])
            if pieces is None:
                pieces = [(self._unk_id, end - begin)]
            at = begin
            for index, past in pieces:
                own = origins[at : begin + past]  # in order, but for marks that changed places
                ids.append(index)
                starts.append(min(own))
                ends.append(max(own) + 1)
                at = begin + past
        return Run(tuple(ids), tuple(starts), tuple(ends))

    def pieces(self, word: str) -> list[tuple[int, int]] | None:
        """Id and end of each piece of a word, or None when the vocabulary cannot spell it, or it is too long."""
        size = len(word)
        if size > LONGEST_WORD:
            return None
        found = []
        at, known, longest = 0, self._first, self._longest_first
        while at < size:
            for end in range(min(size, at + longest), at, -1):
                index = known.get(word[at:end])
                if index is not None:
                    break
            else:
                return None
            found.append((index, end))
            at, known, longest = end, self._inner, self._longest_inner
        return found

    def _normalized(self, run):
        """What becomes of a run, and which of its characters each of the new ones comes from."""
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


def _words(text):
    """Where each word of a run begins and ends: each punctuation mark is one, and what stands between them."""
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
