"""SentencePiece models as files: found in a folder, looked into, written, and lengthened.

Only a few fields of `sentencepiece_model.proto` are needed, so they are read and written here by hand.
"""

import functools
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from albert_tf.errors import CheckpointError

ENGLISH_MODEL = "30k-clean.model"
ASSETS = "assets"
"""The subfolder of a TensorFlow Hub module that holds its vocabulary."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers
PIECES_FIELD, TRAINER_FIELD, NORMALIZER_FIELD = 1, 2, 3  # of sentencepiece_model.proto
PIECE_FIELD, SCORE_FIELD, TYPE_FIELD = 1, 2, 3
MODEL_TYPE_FIELD, VOCAB_SIZE_FIELD = 3, 4
CHARSMAP_FIELD, DUMMY_PREFIX_FIELD = 2, 3
NORMAL, UNKNOWN, CONTROL, USER_DEFINED = 1, 2, 3, 4  # piece types
UNIGRAM = 1


class Piece(NamedTuple):
    """An entry of the vocabulary; its id is its place."""

    text: str
    score: float = 0.0
    kind: int = NORMAL


def find_sentencepiece(folder: Path) -> Path | None:
    """Returns the `30k-clean.model` of the folder or of its `assets`, or else its only `*.model` file."""
    places = [place for place in (folder, folder / ASSETS) if place.is_dir()]
    for place in places:
        if (place / ENGLISH_MODEL).is_file():
            return place / ENGLISH_MODEL
    models = [path for place in places for path in place.glob("*.model")]
    return models[0] if len(models) == 1 else None


def read_bytes(path: Path) -> bytes:
    """Returns the content of a file.

    Raises:
        CheckpointError: when it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error}; copy the file again") from error


def read_sentencepiece(path: Path | None) -> tuple[bytes | None, bool]:
    """Returns a SentencePiece model, and whether texts are to be lower-cased for it.

    Args:
        path: its file, or None when there is none.

    Raises:
        CheckpointError: when the file cannot be read or is not a SentencePiece model.
    """
    if path is None:
        return None, True
    content = read_bytes(path)
    check_model(content, str(path))
    return content, not has_capitals(content, str(path))


def check_model(content: bytes, source: str) -> None:
    """Refuses what is no SentencePiece model, though it can be read as a message of unknown fields.

    Raises:
        CheckpointError: when there are no pieces, or not one for what is unknown.
    """
    kinds = [piece.kind for piece in read_pieces(content, source)]
    if kinds.count(UNKNOWN) != 1:
        raise CheckpointError(
            f"{source} is not a SentencePiece model: it has {kinds.count(UNKNOWN)} unknown pieces among "
            f"{len(kinds)}, not one; expected a file such as spiece.model or {ENGLISH_MODEL}"
        )


def has_capitals(content: bytes, source: str) -> bool:
    """Whether any ordinary piece of a SentencePiece model holds a capital letter.

    google-research/albert and keras-hub do not store whether texts are to be lower-cased. A
    vocabulary without any capital was made from lower-cased text, and one with capitals was not.

    Raises:
        CheckpointError: when the content is not a SentencePiece model.
    """
    return any(
        piece.kind == NORMAL and any(c.isupper() for c in piece.text)
        for piece in read_pieces(content, source)
    )


@functools.lru_cache(maxsize=4)  # a reader asks several times, and it takes a tenth of a second
def read_pieces(content: bytes, source: str) -> tuple[Piece, ...]:
    """Returns the vocabulary of a SentencePiece model, by id.

    Args:
        content: the model file.
        source: its name, for messages.

    Raises:
        CheckpointError: when the content is not a SentencePiece model.
    """
    try:
        return tuple(
            _piece(dict(_fields(message)))
            for field, message in _fields(content)
            if field == PIECES_FIELD
        )
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise CheckpointError(
            f"cannot read the SentencePiece model {source}: {error}; copy the file again"
        ) from error


def _piece(parts: dict) -> Piece:
    (score,) = struct.unpack("<f", parts.get(SCORE_FIELD, bytes(4)))
    return Piece(parts[PIECE_FIELD].decode("utf-8"), score, parts.get(TYPE_FIELD, NORMAL))


def write_model(pieces: Iterable[Piece], charsmap: bytes, add_dummy_prefix: bool) -> bytes:
    """Returns a SentencePiece model file: a unigram model of these pieces.

    Args:
        pieces: the vocabulary, by id; their scores must be float32 numbers.
        charsmap: the precompiled character normalization; may be empty.
        add_dummy_prefix: whether a space is put before each text.
    """
    pieces = list(pieces)
    trainer = _number(MODEL_TYPE_FIELD, UNIGRAM) + _number(VOCAB_SIZE_FIELD, len(pieces))
    normalizer = _bytes(CHARSMAP_FIELD, charsmap) + _number(DUMMY_PREFIX_FIELD, add_dummy_prefix)
    return (
        add_pieces(b"", pieces)
        + _bytes(TRAINER_FIELD, trainer)
        + _bytes(NORMALIZER_FIELD, normalizer)
    )


def add_pieces(content: bytes, pieces: Iterable[Piece]) -> bytes:
    """Returns a model with further pieces, whose ids follow those that it has."""
    # A repeated field may go on anywhere in a message.
    return content + b"".join(
        _bytes(
            PIECES_FIELD,
            _bytes(PIECE_FIELD, piece.text.encode("utf-8"))
            + bytes([SCORE_FIELD << 3 | FIXED32])
            + struct.pack("<f", piece.score)
            + _number(TYPE_FIELD, piece.kind),
        )
        for piece in pieces
    )


def _bytes(field: int, value: bytes) -> bytes:
    return bytes([field << 3 | BYTES]) + _to_varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return bytes([field << 3 | VARINT]) + _to_varint(int(value))


def _to_varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _fields(message: bytes):
    """Yields (field number, value) of a protocol buffer; numbers of fixed size as their bytes."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        wire_type = key & 7
        if wire_type == VARINT:
            value, position = _varint(message, position)
            yield key >> 3, value
        elif wire_type in (BYTES, FIXED64, FIXED32):
            size = 8 if wire_type == FIXED64 else 4
            if wire_type == BYTES:
                size, position = _varint(message, position)
            if position + size > len(message):
                raise ValueError("it ends in the middle of a piece")
            yield key >> 3, message[position : position + size]
            position += size
        else:
            raise ValueError(f"unknown wire type {wire_type}")


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            return value, position
