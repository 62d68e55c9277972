"""Which pieces of a vocabulary begin a word, for masking whole words and for parting texts between words."""

import unicodedata

import numpy as np

from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.scripts import SPACELESS, is_spaceless

# What google-research/albert lets stand inside a word, unless it is the whole piece.
PUNCTUATION = frozenset('!"#$%&()*+,-./:;?@[\\]^_`{|}~£€')


def word_start_table(tokenizer: AlbertTokenizer) -> np.ndarray:
    """Whether each piece of the vocabulary begins a word.

    Of WordPieces, each does that is not marked by `##`. Of a SentencePiece model, a piece begins a word unless it goes
    on with the word before: it has no leading `▁`, holds a letter, and nothing else than letters, their marks, and
    punctuation. So digits, single punctuation, reserved pieces, and the pieces of scripts without spaces are words of
    their own.

    For English letters this is `_is_start_piece_sp` of google-research/albert `create_pretraining_data.py`, except
    that pieces of several punctuation marks (`--`) begin a word here. There, any letter but a to z begins a word, so
    that no word of another alphabet is masked whole; here `über` is one word.

    Args:
        tokenizer: an `AlbertTokenizer`.

    Returns:
        bool `(vocab_size,)`.
    """
    is_wordpiece = tokenizer.kind == "wordpiece"
    goes_on = (lambda piece: not tokenizer.begins_word(piece)) if is_wordpiece else _goes_on
    table = np.array([not goes_on(piece) for piece in tokenizer.pieces])
    table[sorted(tokenizer.special_ids)] = True
    return table


def parting_table(tokenizer: AlbertTokenizer) -> np.ndarray:
    """Whether a text may be parted before each piece of the vocabulary.

    It may before a space, and before a piece of a script without spaces, but not before the digits and the punctuation
    that `word_start_table` calls words of their own: `hello` and `.` are no two texts. WordPieces do not tell where
    spaces are: a text may be parted before each word that is no punctuation.

    Args:
        tokenizer: an `AlbertTokenizer`.

    Returns:
        bool `(vocab_size,)`.
    """
    if tokenizer.kind == "wordpiece":
        table = np.array(
            [tokenizer.begins_word(p) and any(map(str.isalnum, p)) for p in tokenizer.pieces]
        )
    else:
        table = np.array([tokenizer.begins_word(p) or _is_spaceless(p) for p in tokenizer.pieces])
    table[sorted(tokenizer.special_ids)] = False
    return table


def _is_spaceless(piece):
    return not piece.isascii() and any(map(is_spaceless, piece))


def _goes_on(piece):
    has_letter = False
    for character in piece:
        if character in PUNCTUATION:
            continue
        if not is_spaced_letter(character):
            return False
        has_letter = True
    return has_letter


def is_spaced_letter(character: str) -> bool:
    """Whether a character is a letter, or a letter's mark, of a script with blanks between words."""
    if character.isascii():
        return character.isalpha()
    if unicodedata.category(character)[0] not in "LM":
        return False
    return not unicodedata.name(character, "").startswith(SPACELESS)
