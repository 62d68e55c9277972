"""What ALBERT does to a text before SentencePiece sees it.

The reference is `preprocess_text` in google-research/albert `tokenization.py`: collapse white
space, NFKD, drop every character with a combining class, lower-case. The same steps here, as one
small text for each code point: once the marks are dropped, neither the canonical order of marks nor
composition can reach over a character, so NFKD is a substitution of single code points. `str.lower`
is one too, but for the Greek capital sigma, whose small form depends on whether a word ends there.

**Unicode version.** The tables are those of Unicode 14.0, as in Python 3.11, the newest that the
reference's sentencepiece 0.1.99 was released for. Python 3.12 has Unicode 15.0 and Python 3.13 has
15.1, which made marks, punctuation, controls and letters with a decomposition of code points that
14.0 leaves unassigned. They stay as they are on every Python, so that a text has the same ids
wherever it is tokenized; what Unicode has assigned, it does not normalize differently later (its
stability policy). The one thing left to the
running Python is whether a character just added to Unicode ends the word of a sigma.

**Lone surrogates** are not text: no UTF-8 can hold them, and the reference raises `TypeError`. Here
each one reads as U+FFFD, the replacement character, as a UTF-8 decoder would have it, so one
damaged row does not stop a run.
"""

import unicodedata

REPLACEMENT = 0xFFFD
CAPITAL_SIGMA = "Σ"
WHITE_SPACE = tuple(filter(str.isspace, map(chr, range(0x3001))))  # all that str.split splits at

# Code points that Unicode 15 added with a property that normalization or WordPiece asks for.
_AFTER_UNICODE_14 = frozenset(
    code_point
    for first, last in [
        (0xECE, 0xECE),
        (0x10EFD, 0x10EFF),
        (0x11241, 0x11241),
        (0x11B00, 0x11B09),
        (0x11F00, 0x11F01),
        (0x11F36, 0x11F3A),
        (0x11F40, 0x11F4F),
        (0x13439, 0x13440),
        (0x13447, 0x13455),
        (0x1E030, 0x1E06D),
        (0x1E08F, 0x1E08F),
        (0x1E4EC, 0x1E4EF),
    ]
    for code_point in range(first, last + 1)
)


def is_surrogate(code_point: int) -> bool:
    """Whether the code point is half of a UTF-16 pair, which no UTF-8 text can hold."""
    return 0xD800 <= code_point <= 0xDFFF


def category(code_point: int) -> str:
    """The general category of a code point in Unicode 14.0, such as `Lu`; `Cn` when it has none."""
    return "Cn" if code_point in _AFTER_UNICODE_14 else unicodedata.category(chr(code_point))


def combining_class(code_point: int) -> int:
    """The canonical combining class of a code point in Unicode 14.0."""
    return 0 if code_point in _AFTER_UNICODE_14 else unicodedata.combining(chr(code_point))


def canonical_decomposition(code_point: int) -> str:
    """NFD of a single code point in Unicode 14.0."""
    character = chr(code_point)
    return character if code_point in _AFTER_UNICODE_14 else unicodedata.normalize("NFD", character)


def _without_marks(code_point: int) -> str:
    """The decomposition of a code point without its combining marks."""
    if is_surrogate(code_point):
        return chr(REPLACEMENT)
    if code_point in _AFTER_UNICODE_14:
        return chr(code_point)
    decomposed = unicodedata.normalize("NFKD", chr(code_point))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


class _Decompositions(dict):
    """`_without_marks` as `str.translate` takes it, filled as characters are met."""

    def __missing__(self, code_point: int) -> str:
        text = self[code_point] = _without_marks(code_point)
        return text


_DECOMPOSITIONS = _Decompositions()
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), chr(REPLACEMENT))


class Normalizer:
    """The text that SentencePiece is given, exactly as the reference computes it.

    Args:
        lowercase: lower-case the text (google's `do_lower_case`).
        strip_accents: NFKD, and drop the combining marks. The reference always does; models trained
            by others with accents kept need False.
    """

    def __init__(self, lowercase: bool, strip_accents: bool):
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self._substitutions = _DECOMPOSITIONS if strip_accents else _SURROGATES

    def __call__(self, text: str) -> str:
        """Normalizes one text."""
        text = " ".join(text.split())
        if not text.isascii():
            text = text.translate(self._substitutions)
        return text.lower() if self.lowercase else text

    def substitute(self, code_point: int) -> str:
        """What a code point becomes before lower-casing: any length, empty for a dropped mark."""
        if self.strip_accents:
            return _without_marks(code_point)
        return chr(REPLACEMENT if is_surrogate(code_point) else code_point)

    def code_point(self, code_point: int) -> str:
        """What a single code point becomes, but for the final sigma and white space."""
        text = self.substitute(code_point)
        return text.lower() if self.lowercase else text
