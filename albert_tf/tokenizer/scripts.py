"""Scripts in which no blank stands between words: what they are, and whether texts are written so.

One rule for everything that depends on it: where a word begins for masking, how much of a corpus' characters a
vocabulary must cover, and what a report's baseline counts.
"""

import functools
import unicodedata
from collections import Counter
from collections.abc import Iterable

SPACELESS = (
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "BOPOMOFO",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
    "TIBETAN",
)
"""How the Unicode names of their characters begin."""

MOST_SPACED = 0.5
"""Share of letters that are of scripts without blanks, from which on texts are taken for written without blanks."""


@functools.cache
def is_spaceless(character: str) -> bool:
    """Whether a character is a letter of a script without blanks, as `字`, `か` and `ก` are."""
    return (
        not character.isascii()
        and character.isalpha()
        and unicodedata.name(character, "").startswith(SPACELESS)
    )


def spaceless_share(texts: Iterable[str]) -> float:
    """Share of the letters of some texts that are of scripts without blanks; 0 where there is no letter."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    letters = {character: n for character, n in counts.items() if character.isalpha()}
    spaceless = sum(n for character, n in letters.items() if is_spaceless(character))
    return spaceless / max(1, sum(letters.values()))


def marks_words(texts: Iterable[str]) -> bool:
    """Whether blanks part the words of some texts: less than half of their letters are of scripts without blanks.

    Example:
    ```python
    from albert_tf.tokenizer.scripts import marks_words

    marks_words(["a lovely film", "很好"])  # True
    marks_words(["很好，wifi 也不错，我还会再来"])  # False
    ```
    """
    return spaceless_share(texts) < MOST_SPACED
