"""Texts that must not get into training data, such as those of a test set."""

import functools
import string
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.pretraining.text_lines import text_lines


class ExcludedTexts:
    """A set of texts that recognizes them also with other capitals, spaces or outer punctuation.

    Args:
        texts: the texts to recognize; those that are empty once normalized are left out.

    Raises:
        DataError: something else than str among the texts.

    Example:

    ```python
    from albert_tf.pretraining import ExcludedTexts

    excluded = ExcludedTexts(["It  was a lovely film."])
    excluded.matches("“It was a LOVELY film”")  # True
    excluded.matches("It was a lovely film of 1999.")  # False: only whole texts count
    ```
    """

    def __init__(self, texts: Iterable[str]):
        if isinstance(texts, str):
            raise DataError(f"texts is one text, {texts[:40]!r}; expected several: pass [text]")
        self._normalized = frozenset(filter(None, map(normalized, texts)))

    @classmethod
    def from_files(cls, paths: Iterable[str | Path]) -> "ExcludedTexts":
        """Reads the texts of files, one a line, plain or gzip.

        Raises:
            DataError: a file cannot be read, or is not UTF-8.
        """
        return cls(line for path in paths for _, line in text_lines(path))

    def __len__(self) -> int:
        """Number of different texts, once normalized."""
        return len(self._normalized)

    def matches(self, text: str) -> bool:
        """Whether the whole text, once normalized, is one of the set; an empty text never is."""
        return bool(self._normalized) and normalized(text) in self._normalized


def normalized(text: str) -> str:
    """The form in which texts are compared.

    NFKC, lower-cased, white space collapsed, and punctuation and symbols cut off at both ends.

    Args:
        text: any string.

    Returns:
        The text; empty when it is made of nothing else than spaces, punctuation and symbols.

    Raises:
        DataError: not a str.
    """
    if not isinstance(text, str):
        raise DataError(f"{str(text)[:40]!r} is of type {type(text).__name__}; expected a str")
    if text.isascii():
        return " ".join(text.lower().split()).strip(string.punctuation + " ")
    # Lower-casing can leave a text that is not NFKC, as it does with the Turkish İ.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return " ".join(text.split()).strip(_outer_characters())


@functools.cache
def _outer_characters() -> str:
    characters = map(chr, range(sys.maxunicode + 1))
    return " " + "".join(c for c in characters if unicodedata.category(c)[0] in "PS")
