"""Which tokens of two tokenizers belong together: those of the same word of the text."""

import numpy as np

NO_WORD = -1
_SPACES = np.array(sorted(ord(c) for c in map(chr, range(0x10000)) if c.isspace()), "uint32")


def words_of_characters(text: str) -> np.ndarray:
    """Numbers the words of a text, which are what white space separates, from 1.

    Returns:
        int32 `(len(text) + 1,)`: the word of each character. White space counts to the word after
        it; the last entry, for spans at the end of the text, is the last word's.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "uint32")
    is_space = np.isin(codes, _SPACES)
    begins = ~is_space & np.concatenate([[True], is_space[:-1]])[: len(codes)]
    words = np.cumsum(begins) + is_space
    return np.append(words, begins.sum()).astype("int32")


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
