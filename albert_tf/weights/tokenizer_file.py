"""Tokenizers as files of a checkpoint: found in a folder, and looked into."""

from pathlib import Path
from typing import NamedTuple

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.engines import WORDPIECE_NAME, parse_vocabulary
from albert_tf.tokenizer.files import as_tokenization
from albert_tf.tokenizer.huggingface import Tokenization
from albert_tf.tokenizer.wordpiece.vocabulary_file import WordPieces

ENGLISH_MODEL = "30k-clean.model"
ASSETS = "assets"
"""The subfolder of a TensorFlow Hub module that holds its vocabulary."""


class FoundTokenizer(NamedTuple):
    """A tokenizer, in the fields of a `Checkpoint`.

    Attributes:
        tokenizer_model: the content of a SentencePiece model file, or of a `vocab.txt`; None when there is none.
        lowercase: whether texts are lower-cased first.
        strip_accents: whether accents are dropped first.
    """

    tokenizer_model: bytes | None = None
    lowercase: bool = True
    strip_accents: bool = True

    def as_tokenizer(self) -> AlbertTokenizer:
        """Returns the tokenizer; `tokenizer_model` must be there."""
        assert self.tokenizer_model is not None
        return AlbertTokenizer.from_bytes(
            self.tokenizer_model, lowercase=self.lowercase, strip_accents=self.strip_accents
        )


def find_sentencepiece(folder: Path) -> Path | None:
    """Returns the `30k-clean.model` of the folder or of its `assets`, or else its only `*.model` file."""
    places = _places(folder)
    for place in places:
        if (place / ENGLISH_MODEL).is_file():
            return place / ENGLISH_MODEL
    models = [path for place in places for path in place.glob("*.model")]
    return models[0] if len(models) == 1 else None


def find_tokenizer(folder: Path) -> Path | None:
    """Returns the SentencePiece model of the folder, or else its `vocab.txt`, also in its `assets`."""
    found = find_sentencepiece(folder)
    vocabularies = (place / WORDPIECE_NAME for place in _places(folder))
    return found or next(filter(Path.is_file, vocabularies), None)


def _places(folder: Path) -> list[Path]:
    return [place for place in (folder, folder / ASSETS) if place.is_dir()]


def read_bytes(path: Path) -> bytes:
    """Returns the content of a file.

    Raises:
        CheckpointError: when it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error}; copy the file again") from error


def read_tokenizer(path: Path | None) -> FoundTokenizer:
    """Returns the tokenizer of a file; what it does not say of capitals is told by its vocabulary.

    Args:
        path: a SentencePiece model, a `vocab.txt` or a `tokenizer.json`; None when there is none.

    Raises:
        CheckpointError: when the file cannot be read, or is none of them.
    """
    if path is None:
        return FoundTokenizer()
    content, lowercase, strip_accents = as_tokenization(read_bytes(path), str(path))
    if lowercase is None:
        lowercase = not has_capitals(content, str(path))
    return found_tokenizer(Tokenization(content, lowercase, strip_accents), str(path))


def found_tokenizer(found: Tokenization, source: str) -> FoundTokenizer:
    """Returns a tokenizer in the fields of a `Checkpoint`: what its files leave open is as the reference does.

    Raises:
        CheckpointError: when the content is no vocabulary.
    """
    lowercase, strip_accents = found.lowercase is not False, found.strip_accents
    if strip_accents is None:
        is_wordpiece = isinstance(parse_vocabulary(found.content, source), WordPieces)
        strip_accents = lowercase if is_wordpiece else True
    return FoundTokenizer(found.content, lowercase, strip_accents)


def has_capitals(content: bytes, source: str) -> bool:
    """Whether any ordinary piece of a vocabulary holds a capital letter.

    google-research/albert and keras-hub do not store whether texts are to be lower-cased. A
    vocabulary without any capital was made from lower-cased text, and one with capitals was not.

    Raises:
        CheckpointError: when the content is no vocabulary.
    """
    pieces = parse_vocabulary(content, source).ordinary_pieces
    return any(character.isupper() for piece in pieces for character in piece)
