"""What each character is to WordPiece, and what becomes of it.

The reference is `BasicTokenizer` in google-research/bert `tokenization.py`: control characters are dropped, a Chinese
character is a word of its own, words are lower-cased and lose their accents (NFD, then no character of the category
`Mn`), and each punctuation mark is a word of its own. All of it depends on one character at a time but for two things:
the small form of a capital sigma, and the order of marks (`words.py`). Unicode is that of `normalization.py`.
"""

from albert_tf.tokenizer.normalization import REPLACEMENT, canonical_decomposition, category

SPACE, DROPPED, MARK, ALONE, INNER = range(5)
"""Kinds of characters: white space; left out; an accent that is left out; a word of its own; part of a word."""

CHINESE = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
"""First and last of the characters that are words of their own, as Chinese is written (not Hangul, not Kana)."""

SPACES = (
    "\t\n\r \xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u2028\u2029\u202f\u205f\u3000"
)
"""What parts words: the category `Zs` and three controls, and two more at which `str.split` of the reference does."""

_SPACES = frozenset(map(ord, SPACES))
_CONTROLS = ("Cc", "Cf")
_ACCENT = "Mn"


def is_chinese(code_point: int) -> bool:
    """Whether a character is one of `CHINESE`."""
    return any(first <= code_point <= last for first, last in CHINESE)


def is_punctuation(code_point: int) -> bool:
    """Whether a character is punctuation: in ASCII all that is no letter, digit or blank, such as `$` too."""
    if 0x20 < code_point < 0x7F:
        return not chr(code_point).isalnum()
    return category(code_point)[0] == "P"


def is_left_out(code_point: int) -> bool:
    """Whether a character is dropped from a text before all else: controls, zero, and U+FFFD."""
    is_control = category(code_point) in _CONTROLS and code_point not in _SPACES
    return is_control or code_point == REPLACEMENT


class Characters:
    """What becomes of characters, one at a time.

    Args:
        lowercase: lower-case the text (google's `do_lower_case`).
        strip_accents: decompose characters and drop their accents; the reference does where it lower-cases.
    """

    def __init__(self, lowercase: bool, strip_accents: bool):
        self.lowercase = lowercase
        self.strip_accents = strip_accents

    def kind(self, code_point: int) -> int:
        """What a character is: `SPACE`, `DROPPED`, `MARK`, `ALONE` or `INNER`.

        An `INNER` one may decompose into characters that are punctuation (`≠`).
        """
        if code_point in _SPACES:
            return SPACE
        if is_left_out(code_point):
            return DROPPED
        if is_chinese(code_point) or is_punctuation(code_point):
            return ALONE
        return INNER if self.normalized(code_point) else MARK

    def normalized(self, code_point: int) -> str:
        """What a character of a word becomes: one or more characters, none for what is left out.

        A capital sigma becomes the small one that stands within words.
        """
        return "".join(c for c in self.decomposed(code_point) if not self.is_accent(c))

    def decomposed(self, code_point: int) -> str:
        """As `normalized`, but with its accents."""
        if is_left_out(code_point):
            return ""
        text = chr(code_point)
        if self.lowercase:
            text = text.lower()
        if self.strip_accents:
            text = "".join(canonical_decomposition(ord(c)) for c in text)
        return text

    def is_accent(self, character: str) -> bool:
        """Whether a decomposed character is left out as an accent."""
        return self.strip_accents and category(ord(character)) == _ACCENT
