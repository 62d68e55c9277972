"""A tokenizer's file, of any kind: a SentencePiece model, a `vocab.txt`, a `tokenizer.json`."""

from pathlib import Path

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.huggingface import Tokenization, is_tokenizer_json, read_tokenizer_json


def read_tokenization(path: str | Path) -> Tokenization:
    """Returns the vocabulary of a tokenizer's file, and what the file says of capitals and accents.

    Args:
        path: a SentencePiece model or a `vocab.txt`, which say nothing of them, or a `tokenizer.json`.

    Raises:
        CheckpointError: it cannot be read, or is a `tokenizer.json` that does what no vocabulary here does.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"cannot read the tokenizer {str(path)!r}: {error.strerror or error}; pass the path of a SentencePiece "
            "model, a vocab.txt or a tokenizer.json, or none for the bundled English one"
        ) from error
    return as_tokenization(content, repr(str(path)))


def as_tokenization(content: bytes, source: str = "the given content") -> Tokenization:
    """Returns what the content of a tokenizer's file says; see `read_tokenization`."""
    if is_tokenizer_json(content):
        return read_tokenizer_json(content, source)
    return Tokenization(content)
