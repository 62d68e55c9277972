"""Ids of WordPieces back to a text."""

import re

from albert_tf.tokenizer.wordpiece.characters import is_chinese
from albert_tf.tokenizer.wordpiece.vocabulary_file import CONTINUATION, WordPieces

UNKNOWN_SURFACE = "\u2047"
"""How an unknown word reads, as SentencePiece has it."""

_CLOSES = frozenset(",.!?;:%)]}")
_OPENS = frozenset("([{")


class Decoder:
    """Spells the pieces of a vocabulary.

    Words are parted by a blank, but there is none beside a Chinese character or a mark of its punctuation, before a
    mark that closes, such as a comma, or behind a bracket that opens: WordPieces do not tell where blanks stood.

    Args:
        vocabulary: the pieces.
    """

    def __init__(self, vocabulary: WordPieces):
        self._pieces = vocabulary.pieces
        self._unk_id = vocabulary.unk_id
        self._left_out = frozenset(vocabulary.reserved_ids)

    def __call__(self, ids: list[int]) -> str:
        """Returns the text of the ids."""
        text = ""
        for index in ids:
            if index == self._unk_id:
                piece = UNKNOWN_SURFACE
            elif index in self._left_out:
                continue
            else:
                piece = self._pieces[index]
                if text and piece.startswith(CONTINUATION) and piece != CONTINUATION:
                    text += piece[len(CONTINUATION) :]
                    continue
            blank = " " if text and _are_parted(text[-1], piece[0]) else ""
            text += blank + piece
        return text


def _are_parted(last: str, following: str) -> bool:
    if _is_wide(last) or _is_wide(following):
        return False
    return following not in _CLOSES and last not in _OPENS


def _is_wide(character: str) -> bool:
    """Whether a character is Chinese, or a mark of Chinese punctuation, which takes the room of one."""
    return is_chinese(ord(character)) or bool(
        re.match("[\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]", character)
    )
