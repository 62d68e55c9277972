"""google-research/bert's `FullTokenizer`, step by step and one text at a time, for comparison.

It shares nothing with the package. Accents are a choice of their own here; there they are dropped with capitals.
"""

import unicodedata

CHINESE = [
    range(0x4E00, 0xA000),
    range(0x3400, 0x4DC0),
    range(0x20000, 0x2A6E0),
    range(0x2A700, 0x2B740),
    range(0x2B740, 0x2B820),
    range(0x2B820, 0x2CEB0),
    range(0xF900, 0xFB00),
    range(0x2F800, 0x2FA20),
]
LONGEST = 200


class FullTokenizer:
    """Words, then the longest pieces.

    Args:
        pieces: the lines of a `vocab.txt`.
        lowercase: lower-case words.
        strip_accents: drop their accents.
    """

    def __init__(self, pieces, lowercase=True, strip_accents=True):
        self._ids = {piece: index for index, piece in enumerate(pieces)}
        self._lowercase, self._strips = lowercase, strip_accents

    def encode(self, text: str) -> list[int]:
        """The ids of a text."""
        return [self._ids[piece] for word in self.words(text) for piece in self._pieces(word)]

    def words(self, text: str) -> list[str]:
        """The words of a text, normalized."""
        words = []
        for word in _spaced(text).split():
            if self._lowercase:
                word = word.lower()
            if self._strips:
                decomposed = unicodedata.normalize("NFD", word)
                word = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
            words.append("".join(f" {c} " if _is_punctuation(c) else c for c in word))
        return " ".join(words).split()

    def _pieces(self, word):
        if len(word) > LONGEST:
            return ["[UNK]"]
        pieces, start = [], 0
        while start < len(word):
            spellings = (
                ("##" if start else "") + word[start:end] for end in range(len(word), start, -1)
            )
            piece = next((spelling for spelling in spellings if spelling in self._ids), None)
            if piece is None:
                return ["[UNK]"]
            pieces.append(piece)
            start += len(piece) - 2 * (start > 0)
        return pieces


def _spaced(text):
    """The text without controls, with blanks for white space and around Chinese characters."""
    parts = []
    for c in text:
        category = unicodedata.category(c)
        if c in "\t\n\r" or category == "Zs":
            parts.append(" ")
        elif c in "\0\ufffd" or category in ("Cc", "Cf"):
            continue
        elif any(ord(c) in block for block in CHINESE):
            parts.append(f" {c} ")
        else:
            parts.append(c)
    return "".join(parts)


def _is_punctuation(c):
    if c.isascii():
        return 33 <= ord(c) <= 126 and not c.isalnum()
    return unicodedata.category(c).startswith("P")
