"""SentencePiece models as files of a checkpoint: found in a folder, and looked into."""

from pathlib import Path

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.model_file import NORMAL, parse_model

ENGLISH_MODEL = "30k-clean.model"
ASSETS = "assets"
"""The subfolder of a TensorFlow Hub module that holds its vocabulary."""


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
    return content, not has_capitals(content, str(path))


def has_capitals(content: bytes, source: str) -> bool:
    """Whether any ordinary piece of a SentencePiece model holds a capital letter.

    google-research/albert and keras-hub do not store whether texts are to be lower-cased. A
    vocabulary without any capital was made from lower-cased text, and one with capitals was not.

    Raises:
        CheckpointError: when the content is not a SentencePiece model.
    """
    model = parse_model(content, source)
    return any(
        kind == NORMAL and any(c.isupper() for c in piece)
        for piece, kind in zip(model.pieces, model.types, strict=True)
    )
