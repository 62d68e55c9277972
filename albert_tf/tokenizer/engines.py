"""Which engine runs a vocabulary: found out from the content of its file.

A tokenizer is the content of one file and a few options, wherever it travels: in a preset, a `.keras` file, an
exported one. What kind it is, the content tells; the file's name there follows from it (`file_name`).
"""

from typing import Any, Protocol

import numpy as np

from albert_tf.tokenizer.model_file import ModelFile, parse_model
from albert_tf.tokenizer.packing import Encoded
from albert_tf.tokenizer.sentencepiece import SentencePieceEngine
from albert_tf.tokenizer.wordpiece import WordPieceEngine
from albert_tf.tokenizer.wordpiece.vocabulary_file import (
    WordPieces,
    is_wordpiece,
    parse_word_pieces,
)

SENTENCEPIECE_NAME = "tokenizer.model"
WORDPIECE_NAME = "vocab.txt"
FILE_NAMES = (SENTENCEPIECE_NAME, WORDPIECE_NAME)
"""The names of a tokenizer's file in presets and exported files."""


class VocabularyFile(Protocol):
    """What both kinds of vocabularies tell: pieces and ids.

    Attributes:
        content: the file as it is.
        pieces: every piece, by id.
        piece_ids: piece to id.
        unk_id: the id for what the vocabulary cannot spell.
        reserved_ids: the ids of pieces that no text can produce.
        ordinary_pieces: those that were learned from texts.
        scores: the log-probability of every piece, by id; None where it has none.
    """

    # Read-only, so that frozen classes and computed values are such vocabularies.
    @property
    def content(self) -> bytes:  # noqa: D102
        ...

    @property
    def pieces(self) -> tuple[str, ...]:  # noqa: D102
        ...

    @property
    def piece_ids(self) -> dict[str, int]:  # noqa: D102
        ...

    @property
    def unk_id(self) -> int:  # noqa: D102
        ...

    @property
    def reserved_ids(self) -> tuple[int, ...]:  # noqa: D102
        ...

    @property
    def ordinary_pieces(self) -> tuple[str, ...]:  # noqa: D102
        ...

    @property
    def scores(self) -> tuple[float, ...] | None:  # noqa: D102
        ...

    def begins_word(self, piece: str) -> bool:
        """Whether a piece is marked as the first one of a word."""
        ...

    def surface(self, piece: str) -> str:
        """How a piece reads."""
        ...


class Engine(Protocol):
    """What runs a vocabulary on texts.

    Attributes:
        kind: `"sentencepiece"` or `"wordpiece"`.
        vocabulary: its pieces.
        lowercase: whether texts are lower-cased.
        strip_accents: whether texts lose their accents.
    """

    kind: str
    vocabulary: Any
    lowercase: bool
    strip_accents: bool

    def encode(self, texts: list[str], offsets: bool) -> Encoded:
        """Ids and row splits of texts, without special tokens, and spans where they are asked for."""
        ...

    def decode(self, batch: list[np.ndarray]) -> list[str]:
        """The texts of a batch of id arrays."""
        ...

    def in_graph(self) -> Any:
        """A `tf.Module` from strings to ragged ids."""
        ...


def parse_vocabulary(content: bytes, source: str = "the given content") -> ModelFile | WordPieces:
    """Parses the content of a SentencePiece model or of a `vocab.txt`.

    Args:
        content: the whole file.
        source: how messages call it.

    Raises:
        CheckpointError: it is neither.
    """
    parse = parse_word_pieces if is_wordpiece(content) else parse_model
    return parse(content, source)


def make_engine(
    vocabulary: ModelFile | WordPieces, lowercase: bool | None, strip_accents: bool | None
) -> Engine:
    """Returns the engine that runs a vocabulary.

    Args:
        vocabulary: the parsed file.
        lowercase: whether texts are lower-cased; None is yes.
        strip_accents: whether they lose their accents; None is as the reference of the kind does.
    """
    engine = WordPieceEngine if isinstance(vocabulary, WordPieces) else SentencePieceEngine
    return engine(vocabulary, lowercase is not False, strip_accents)


def file_name(content: bytes) -> str:
    """Returns the name that a tokenizer's file has in presets and exported files."""
    return WORDPIECE_NAME if is_wordpiece(content) else SENTENCEPIECE_NAME
