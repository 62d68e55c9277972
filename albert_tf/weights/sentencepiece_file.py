"""Finding a SentencePiece model in a folder, and whether it was trained on text with capitals."""

from pathlib import Path

from albert_tf.errors import CheckpointError

ENGLISH_MODEL = "30k-clean.model"
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers
PIECES_FIELD, PIECE_FIELD, TYPE_FIELD = 1, 1, 3  # of sentencepiece_model.proto
NORMAL_PIECE = 1


def find_sentencepiece(folder: Path) -> Path | None:
    """Returns the folder's `30k-clean.model`, or else its only `*.model` file."""
    if (folder / ENGLISH_MODEL).is_file():
        return folder / ENGLISH_MODEL
    models = list(folder.glob("*.model"))
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
    return content, not has_capitals(content, str(path))


def has_capitals(content: bytes, source: str) -> bool:
    """Whether any ordinary piece of a SentencePiece model holds a capital letter.

    google-research/albert and keras-hub do not store whether texts are to be lower-cased. A
    vocabulary without any capital was made from lower-cased text, and one with capitals was not.

    Raises:
        CheckpointError: when the content is not a SentencePiece model.
    """
    try:
        for field, piece in _fields(content):
            if field == PIECES_FIELD:
                parts = dict(_fields(piece))
                is_normal = parts.get(TYPE_FIELD, NORMAL_PIECE) == NORMAL_PIECE
                if is_normal and any(c.isupper() for c in parts[PIECE_FIELD].decode("utf-8")):
                    return True
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"cannot read the SentencePiece model {source}: {error}; copy the file again"
        ) from error
    return False


def _fields(message: bytes):
    """Yields (field number, value) of a protocol buffer; fixed-size numbers are skipped."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        wire_type = key & 7
        if wire_type == VARINT:
            value, position = _varint(message, position)
            yield key >> 3, value
        elif wire_type == BYTES:
            size, position = _varint(message, position)
            if position + size > len(message):
                raise ValueError("it ends in the middle of a piece")
            yield key >> 3, message[position : position + size]
            position += size
        elif wire_type in (FIXED64, FIXED32):
            position += 8 if wire_type == FIXED64 else 4
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
