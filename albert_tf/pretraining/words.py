"""Which tokens of texts begin words, for masking whole words: as the vocabulary marks them, or as a segmenter says."""

import functools
import itertools
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from albert_tf.errors import MissingExtraError
from albert_tf.pretraining.word_starts import is_spaced_letter, word_start_table
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.tokenizer import Spans

WORDS = ("marked", "jieba")
"""What a word can be; see `words_of`."""


class TokensOfTexts(NamedTuple):
    """The tokens of several texts, one behind the other.

    Attributes:
        ids: int32 `(tokens,)`.
        begin_words: whether each token begins a word, bool `(tokens,)`.
        splits: where each text begins among the tokens, and the end of the last, `(texts + 1,)`.
    """

    ids: np.ndarray
    begin_words: np.ndarray
    splits: np.ndarray


class Words(Protocol):
    """Tokenizes texts and tells which tokens begin words."""

    def __call__(self, texts: list[str]) -> TokensOfTexts:
        """Returns the tokens of texts, and which of them begin words."""


def words_of(tokenizer: AlbertTokenizer, words: str) -> Words:
    """Returns what tells which tokens begin words.

    Args:
        tokenizer: an `AlbertTokenizer`.
        words: `"marked"`: as blanks and the pieces' marks part them (`word_start_table`), so that each piece of a
            script without blanks is a word; `"jieba"`: as the Chinese segmenter of this name parts them.

    Raises:
        MissingExtraError: jieba is asked for and not installed. It is never taken because it happens to be installed,
            nor left out because it is not: the same command would make other records on another machine.
    """
    return JiebaWords(tokenizer) if words == "jieba" else MarkedWords(tokenizer)


def words_name(words: str) -> str:
    """Returns the name of words in a manifest: a segmenter's with its release, on which the records depend."""
    return f"jieba {_jieba().__version__}" if words == "jieba" else words


class MarkedWords:
    """Words as the vocabulary marks them: a token begins one or not, whatever stands around it.

    Args:
        tokenizer: an `AlbertTokenizer`.
    """

    def __init__(self, tokenizer: AlbertTokenizer):
        self._tokenizer = tokenizer
        self._begins_word = word_start_table(tokenizer)

    def __call__(self, texts: list[str]) -> TokensOfTexts:
        """See `Words`."""
        ids, splits = _flat(self._tokenizer.encode_batch(texts))
        return TokensOfTexts(ids, self._begins_word[ids], splits)


class JiebaWords:
    """Words as jieba parts a text.

    A token begins a word where its first character does, and where no other token stands before it in its text. Of
    several tokens of one character (`㎡` reads `m2`) the first one does.

    jieba knows Chinese words, Latin letters and digits, and takes each letter of other scripts for a word (`р`, `у`,
    `с`). Between two letters of scripts with blanks none begins here: blanks tell where their words are. Nor does one
    at a WordPiece marked `##`, as in `テ ##スト`.

    Args:
        tokenizer: an `AlbertTokenizer`.

    Raises:
        MissingExtraError: jieba is not installed.
    """

    def __init__(self, tokenizer: AlbertTokenizer):
        _jieba()  # that it is missing is told here, before any text is read
        # The dictionary is not kept here, where it would be sent to every process: each reads it for itself.
        self._tokenizer = tokenizer
        is_wordpiece = tokenizer.kind == "wordpiece"
        self._may_begin = (
            word_start_table(tokenizer) if is_wordpiece else np.ones(tokenizer.vocab_size, bool)
        )

    def __call__(self, texts: list[str]) -> TokensOfTexts:
        """See `Words`."""
        encoded, spans = self._tokenizer.encode_batch(texts, offsets=True)
        ids, splits = _flat(encoded)
        begin_words = [
            begins
            for text, places in zip(texts, spans, strict=True)
            for begins in _begin_words(word_places(text), places)
        ]
        return TokensOfTexts(ids, np.array(begin_words, bool) & self._may_begin[ids], splits)


def word_places(text: str) -> set[int]:
    """Where the words of a text begin, as `JiebaWords` takes them.

    Args:
        text: any string.

    Returns:
        Places of characters; blanks and marks are words too.
    """
    ends = itertools.accumulate(len(word) for word in _segmenter().cut(text))
    inner = (end for end in ends if end < len(text))
    return {0}.union(
        place for place in inner if not all(map(is_spaced_letter, text[place - 1 : place + 1]))
    )


def _begin_words(words: set[int], places: Spans) -> Iterator[bool]:
    previous = None
    for start, _ in places:
        yield previous is None or (start in words and start != previous)
        previous = start


def _flat(encoded: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    splits = np.cumsum([0, *map(len, encoded)])
    return np.fromiter(itertools.chain.from_iterable(encoded), "int32", splits[-1]), splits


def _jieba() -> Any:
    try:
        with warnings.catch_warnings():
            # Of its source under newer Pythons, and of the package that it finds its files with.
            warnings.simplefilter("ignore")
            import jieba
    except ImportError:
        raise MissingExtraError("jieba", "zh", "taking words from jieba") from None
    return jieba


@functools.cache
def _segmenter() -> Any:
    """The segmenter with jieba's own dictionary, once for a process.

    Its `initialize` would take the dictionary from a file in the folder for temporary files, which all programs of a
    machine share: one of another release would make other records, and processes that start together would write it
    at once. It would also log to standard error. Reading the dictionary takes about a second.
    """
    # Not the module's own segmenter, to which other code may have added words.
    segmenter = _jieba().Tokenizer()
    segmenter.FREQ, segmenter.total = segmenter.gen_pfdict(segmenter.get_dict_file())
    segmenter.initialized = True
    return segmenter
