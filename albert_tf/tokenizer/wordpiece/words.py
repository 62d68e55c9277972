"""A run of letters into WordPieces: `WordpieceTokenizer` of google-research/bert `tokenization.py`."""

from typing import NamedTuple

from albert_tf.tokenizer.wordpiece.characters import Characters
from albert_tf.tokenizer.wordpiece.splitting import WordSplitter, word_spans
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
        self._split = WordSplitter(characters)
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
        text, origins = self._split.normalized(run)
        ids, starts, ends = [], [], []
        for begin, end in word_spans(text):
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
