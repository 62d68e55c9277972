"""WordPieces as TensorFlow ops: tables of code points, and tensorflow-text for the longest match within words only.

Its `BertTokenizer` and `FastBertTokenizer` are no help: they normalize texts otherwise than google-research/bert.
"""

import functools
import unicodedata

import numpy as np
import tensorflow as tf

from albert_tf.dependencies import tensorflow_text
from albert_tf.tokenizer.code_points import (
    CODE_POINTS,
    PAGE_SIZE,
    PagedTable,
    SubstitutionTable,
    substitution_table,
)
from albert_tf.tokenizer.graph_ops import (
    FINAL_SIGMA,
    SMALL_SIGMA,
    GraphTokenizer,
    decode,
    expand,
    look_up,
    lower_sigmas,
    substitute,
)
from albert_tf.tokenizer.normalization import CAPITAL_SIGMA
from albert_tf.tokenizer.wordpiece.characters import (
    ALONE,
    CHINESE,
    DROPPED,
    INNER,
    MARK,
    SPACE,
    Characters,
)
from albert_tf.tokenizer.wordpiece.vocabulary_file import (
    CONTINUATION,
    UNKNOWN_PIECE,
    WordPieces,
)
from albert_tf.tokenizer.wordpiece.words import LONGEST_WORD

_SPACE, _DROPPED, _INNER = -1, -2, -3
"""Entries of the table of characters, beside the ids of what is a word by itself."""

_LONGEST_IN_BYTES = 4 * LONGEST_WORD
_PRIVATE_USE = range(0xE000, 0xF900)
_LETTERS = frozenset(["Lo", "Cn", "Co", "Cs"])
"""Categories of which all characters but the Chinese ones are parts of words."""


class InGraphWordPiece(GraphTokenizer):
    """The ids of a vocabulary of WordPieces; see `GraphTokenizer`.

    Args:
        vocabulary: the pieces.
        characters: what becomes of characters.
    """

    def __init__(self, vocabulary: WordPieces, characters: Characters):
        super().__init__()
        self._unk_id = vocabulary.unk_id
        flags = characters.lowercase, characters.strip_accents
        self._entries = _entries(_kinds(*flags), vocabulary)
        self._substitutions = _substitutions(*flags)
        self._has_sigmas = characters.lowercase and any(
            sigma in piece for piece in vocabulary.pieces for sigma in (SMALL_SIGMA, FINAL_SIGMA)
        )
        self._unspelled = _unspelled(vocabulary)
        self._match = tensorflow_text().FastWordpieceTokenizer(
            _distinct_pieces(vocabulary),
            suffix_indicator=CONTINUATION,
            max_bytes_per_word=_LONGEST_IN_BYTES,
            token_out_type=tf.int32,
            unknown_token=UNKNOWN_PIECE,
            no_pretokenization=True,
        )

    def _tokenize(self, texts: tf.Tensor) -> tf.RaggedTensor:
        characters = decode(texts)
        values, row = characters.values, characters.value_rowids()
        kept = look_up(self._entries, values) != _DROPPED
        values, row = tf.boolean_mask(values, kept), tf.boolean_mask(row, kept)
        if self._has_sigmas:
            # What parts words is neither cased nor case-ignorable, so a row can stand for its words.
            has_some = tf.reduce_any(values == ord(CAPITAL_SIGMA))
            values = tf.cond(has_some, lambda: lower_sigmas(values, row), lambda: values)
        values, _, origin = substitute(self._substitutions, values)
        row = tf.gather(row, origin)
        entries = look_up(self._entries, values)
        alone, inner = entries >= 0, entries == _INNER
        # A run of letters begins at one without another before it, in its text.
        follows = inner[1:] & inner[:-1] & (row[1:] == row[:-1])
        begins = inner & ~tf.concat([tf.zeros_like(inner[:1]), follows], axis=0)
        pieces = self._pieces(tf.boolean_mask(values, inner), tf.boolean_mask(begins, inner))
        is_item = alone | begins
        items = tf.where(is_item)[:, 0]
        of_run = tf.gather(begins, items)
        number = tf.cumsum(tf.cast(of_run, tf.int32), exclusive=True)  # of the run
        lengths = tf.concat([tf.cast(pieces.row_lengths(), tf.int32), [0]], axis=0)
        counts = tf.where(of_run, tf.gather(lengths, number), 1)
        origin, within = expand(counts)
        starts = tf.cast(pieces.row_splits, tf.int32)
        place = tf.gather(tf.gather(starts, number), origin) + within
        run_ids = tf.concat([pieces.values, [self._unk_id]], axis=0)
        place = tf.where(tf.gather(of_run, origin), place, 0)
        ids = tf.where(
            tf.gather(of_run, origin),
            tf.gather(run_ids, place),
            tf.gather(tf.gather(entries, items), origin),
        )
        rows = tf.gather(tf.gather(row, items), origin)
        return tf.RaggedTensor.from_value_rowids(
            ids, rows, nrows=characters.nrows(), validate=False
        )

    def _pieces(self, letters: tf.Tensor, begins: tf.Tensor) -> tf.RaggedTensor:
        """The ids of words.

        Args:
            letters: code points of all words after each other.
            begins: whether each is the first of its word.
        """
        word = tf.cumsum(tf.cast(begins, tf.int64)) - 1
        words = tf.RaggedTensor.from_value_rowids(
            letters, word, nrows=tf.reduce_sum(tf.cast(begins, tf.int64)), validate=False
        )
        is_long = words.row_lengths() > LONGEST_WORD
        spelled = tf.strings.unicode_encode(words, "UTF-8")
        return self._match.tokenize(tf.where(is_long, self._unspelled, spelled))


def _distinct_pieces(vocabulary: WordPieces) -> list[str]:
    """The pieces, each once, with what no word spells in place of those that are no piece's id."""
    return [
        piece
        if piece not in ("", CONTINUATION) and vocabulary.piece_ids[piece] == index
        else f"[piece {index}]"
        for index, piece in enumerate(vocabulary.pieces)
    ]


def _unspelled(vocabulary: WordPieces) -> str:
    """A character that is in no piece."""
    spelled = set().union(*vocabulary.pieces)
    return next(chr(c) for c in _PRIVATE_USE if chr(c) not in spelled)


@functools.lru_cache(maxsize=8)
def _substitutions(lowercase: bool, strip_accents: bool) -> SubstitutionTable:
    return substitution_table(Characters(lowercase, strip_accents).normalized)


@functools.lru_cache(maxsize=8)
def _kinds(lowercase: bool, strip_accents: bool) -> np.ndarray:
    """The kind of every code point; most are other letters, or none at all, which are parts of words."""
    kinds = np.full(CODE_POINTS, INNER, np.int8)
    for first, last in CHINESE:
        kinds[first : last + 1] = ALONE
    kind = Characters(lowercase, strip_accents).kind
    for code_point, category in enumerate(map(unicodedata.category, map(chr, range(CODE_POINTS)))):
        if category not in _LETTERS:
            kinds[code_point] = kind(code_point)
    return kinds


def _entries(kinds: np.ndarray, vocabulary: WordPieces) -> PagedTable:
    """The id of each character that is a word by itself; `_SPACE`, `_DROPPED` or `_INNER` for all others."""
    names = {
        SPACE: _SPACE,
        DROPPED: _DROPPED,
        MARK: _INNER,
        ALONE: vocabulary.unk_id,
        INNER: _INNER,
    }
    entries = np.array([names[kind] for kind in sorted(names)], np.int32)[kinds]
    for piece, index in vocabulary.piece_ids.items():
        if len(piece) == 1 and kinds[ord(piece)] == ALONE:
            entries[ord(piece)] = index
    return PagedTable.from_pages(entries.reshape(-1, PAGE_SIZE))
