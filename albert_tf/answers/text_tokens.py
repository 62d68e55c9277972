"""The tokens of texts that were read in overlapping windows: each once, with what is known of its place."""

import dataclasses
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np

from albert_tf.tokenizer.packing import PackedTokens

WORD = re.compile(r"\S+")
_WITHOUT_BLANKS = re.compile(
    # Scripts that put no blanks between words: Thai, Lao, Myanmar, Khmer; kana, ideographs.
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


@dataclasses.dataclass(frozen=True)
class TextTokens:
    """The tokens of a text that hold more than blanks, in their order.

    Attributes:
        text: it.
        places: `(tokens,)`, where each stands in the flat arrays of its `PackedTokens`, in the window that gives it the
            most context.
        numbers: `(tokens,)`, which token of the text each is, those that hold nothing counted too.
        offsets: `(tokens, 2)`, the characters of each, without blanks around them.
        count: of all tokens of the text, those that hold nothing counted too.
    """

    text: str
    places: np.ndarray
    numbers: np.ndarray
    offsets: np.ndarray
    count: int

    def go_on(self) -> np.ndarray:
        """Returns which tokens go on with the word of the one before, `(tokens,)` bool.

        A word is a run of letters and digits, and of the marks on them. Scripts that do not part words by blanks, such
        as Chinese and Thai, have no such runs. Tokens that share a character belong together too.
        """
        found = np.zeros(len(self.offsets), bool)
        for number, ((_, end), (start, _)) in enumerate(itertools.pairwise(self.offsets), 1):
            around = self.text[end - 1 : end + 1]
            found[number] = start < end or (start == end and all(map(is_of_word, around)))
        return found

    def of_words(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """Yields start, end and tokens of each word between blanks; a word may have no tokens."""
        words = [match.span() for match in WORD.finditer(self.text)]
        starts = np.array([start for start, _ in words])
        of_word = np.searchsorted(starts, self.offsets[:, 0], side="right") - 1
        for number, (start, end) in enumerate(words):
            yield start, end, np.flatnonzero(of_word == number)


def is_of_word(character: str) -> bool:
    """Whether it is a letter, a digit or a mark, of a script that parts words by blanks."""
    if _WITHOUT_BLANKS.match(character):
        return False
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def tokens_of_texts(packed: PackedTokens, texts: Sequence[str]) -> list[TextTokens]:
    """Returns the tokens of each text.

    Args:
        packed: rows of single texts with offsets, as `EntityReader` packs them.
        texts: what they are made of.
    """
    of_texts = np.flatnonzero(np.asarray(packed.flat_max_context))
    rows = np.searchsorted(packed.row_splits, of_texts, side="right") - 1
    bounds = np.searchsorted(packed.text_index[rows], np.arange(len(texts) + 1))
    return [
        _tokens(packed, of_texts[begin:end], text)
        for text, (begin, end) in zip(texts, itertools.pairwise(bounds), strict=True)
    ]


def _tokens(packed, places, text) -> TextTokens:
    offsets = packed.flat_offsets[places].astype("int64").reshape(-1, 2)
    for pair in offsets:
        pair[:] = without_blanks(text, *pair.tolist())
    visible = np.flatnonzero(offsets[:, 0] < offsets[:, 1])
    return TextTokens(text, places[visible], visible, offsets[visible], len(offsets))


def without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns the characters of a span without the blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def flat_rows(outputs: Sequence[np.ndarray], packed: PackedTokens) -> np.ndarray:
    """Returns the numbers of the tokens of all rows after each other, without padding.

    Args:
        outputs: of one output of a head, for each row an array `(at least its length, ...)`.
        packed: the rows.
    """
    return np.concatenate(
        [row[:length] for row, length in zip(outputs, packed.lengths, strict=True)]
    )
