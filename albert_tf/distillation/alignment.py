"""Which tokens of two tokenizers belong together: those of the same word of the text.

A word is what white space separates, and, in scripts that are written without it (Chinese, Japanese, Thai, ...), a
character with its marks. A tokenizer may have pieces that cover several of these; then they are one word of that text.
Spans of characters of one and the same text are all that is compared, so any two tokenizers align, whatever they do to
capitals, accents or widths.
"""

import functools
import unicodedata

import numpy as np

from albert_tf.tokenizer.scripts import SPACELESS

NO_WORD = -1
_SPACES = np.array(sorted(ord(c) for c in map(chr, range(0x10000)) if c.isspace()), "uint32")
_EAST_ASIAN_FORMS = (
    (0x3000, 0x303F),  # ideographic full stop, brackets, iteration mark
    (0xFE10, 0xFE1F),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFFEF),  # full-width comma and question mark, letters of full width
)
"""Punctuation and letters that stand among characters of scripts without white space, first and last of each block."""


def words_of_characters(text: str, *spans) -> np.ndarray:
    """Numbers the words of a text from 1.

    Args:
        text: the text.
        *spans: of each tokenizer, `(tokens, 2)` character spans of its tokens without special ones. Words that one
            token covers together become one.

    Returns:
        int32 `(len(text) + 1,)`: the word of each character. White space counts to the word after
        it; the last entry, for spans at the end of the text, is the last word's.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "uint32")
    is_space = np.isin(codes, _SPACES)
    begins = ~is_space & np.concatenate([[True], is_space[:-1]])[: len(codes)]
    if not text.isascii():
        begins |= _begins_within(text) & ~is_space
    for side in spans:
        begins &= ~_is_covered(begins, is_space, side)
    words = np.cumsum(begins) + is_space
    return np.append(words, begins.sum()).astype("int32")


def _is_covered(begins, is_space, spans):
    """Which of the words begin within a token that covers one before, too."""
    begun = np.append(np.cumsum(begins), begins.sum())  # up to each character, and with it
    starts, ends = np.asarray(spans, "int64").reshape(-1, 2).T
    first = begun[starts] + np.append(is_space, True)[starts]
    last = np.maximum(begun[np.maximum(ends - 1, starts)], first)
    steps = np.zeros(begins.sum() + 3, "int64")
    np.add.at(steps, first + 1, 1)
    np.add.at(steps, last + 1, -1)
    return begins & (np.cumsum(steps) > 0)[begun[:-1]]


def _begins_within(text):
    """Where words begin but for white space: at a character that is one of its own, and behind it."""
    alone = np.fromiter(map(_is_alone, text), bool, len(text))
    goes_on = np.fromiter(map(_is_mark, text), bool, len(text))
    behind = np.concatenate([[False], alone[:-1]])
    return (alone | behind) & ~goes_on


@functools.cache
def _is_alone(character):
    if character.isascii():
        return False
    code = ord(character)
    if any(first <= code <= last for first, last in _EAST_ASIAN_FORMS):
        return True
    return unicodedata.name(character, "").startswith(SPACELESS)


@functools.cache
def _is_mark(character):
    return not character.isascii() and unicodedata.category(character)[0] == "M"


def words_of_tokens(spans, words: np.ndarray) -> np.ndarray:
    """Returns the word of each token of `[CLS] text [SEP]`.

    Args:
        spans: `(tokens, 2)` character spans of the tokens without the two special ones.
        words: what `words_of_characters` returned for the text.

    Returns:
        int32 `(tokens + 2,)`: 0 for `[CLS]`, words from 1, and one more than the last word for
        `[SEP]`, so that both ends align too.
    """
    starts = np.asarray(spans, "int64").reshape(-1, 2)[:, 0]
    return np.concatenate([[0], words[starts], [words[-1] + 1]]).astype("int32")


def shared_words(student: np.ndarray, teacher: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Renumbers the words that both sides have a token of, without gaps.

    Args:
        student: word of each token of one side, as from `words_of_tokens`.
        teacher: the same of the other side.

    Returns:
        The two arrays renumbered; a token whose word the other side lacks has `NO_WORD`.
    """
    common = np.intersect1d(student, teacher)
    return tuple(
        np.where(np.isin(side, common), np.searchsorted(common, side), NO_WORD).astype("int32")
        for side in (student, teacher)
    )


def word_means(states: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Averages the states of the tokens of each word.

    Args:
        states: `(tokens, width)`.
        words: `(tokens,)` word numbers, ascending without gaps, or `NO_WORD`.

    Returns:
        `(words, width)`.
    """
    # Tokens stand in the order of their words, so each word is one run; a product with a small
    # matrix would wake BLAS's threads, which costs more than the sums.
    has_word = words != NO_WORD
    states, words = states[has_word], words[has_word]
    begins = np.flatnonzero(np.diff(words, prepend=-1))
    sums = np.add.reduceat(states, begins, axis=0)
    return sums / np.diff(begins, append=len(words))[:, None].astype(states.dtype)
