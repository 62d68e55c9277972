"""The tokenizer of a Hugging Face folder, and one that somebody names by its file."""

import warnings
from pathlib import Path
from typing import NamedTuple

from albert_tf.errors import AlbertWarning, CheckpointError
from albert_tf.weights.added_tokens import (
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
    read_added_tokens,
    with_added_tokens,
)
from albert_tf.weights.foreign import read_json
from albert_tf.weights.sentencepiece_file import (
    find_sentencepiece,
    has_capitals,
    read_bytes,
    read_sentencepiece,
)
from albert_tf.weights.tokenizer_json import read_tokenizer_json

SENTENCEPIECE_FILE = "spiece.model"
WORDPIECE_FILE = "vocab.txt"
DEFAULT_SETTINGS = {"do_lower_case": True, "keep_accents": False}
"""What transformers assumes without a `tokenizer_config.json`."""


class FoundTokenizer(NamedTuple):
    """A tokenizer, in the fields of a `Checkpoint`.

    Attributes:
        tokenizer_model: the content of a SentencePiece model file; None when there is none.
        lowercase: whether texts are lower-cased first.
        strip_accents: whether combining marks are dropped first.
    """

    tokenizer_model: bytes | None = None
    lowercase: bool = True
    strip_accents: bool = True


def read_folder_tokenizer(folder: Path) -> FoundTokenizer:
    """Returns the tokenizer that `save_pretrained` wrote, slow (`spiece.model`) or fast (`tokenizer.json`).

    A folder with nothing but WordPieces is read as one without a tokenizer, with a warning.

    Raises:
        CheckpointError: when a file is damaged, or SentencePiece cannot give the same ids.
    """
    slow, fast = folder / SENTENCEPIECE_FILE, folder / TOKENIZER_FILE
    if not slow.is_file() and not fast.is_file():
        other = find_sentencepiece(folder)
        if other is not None:
            slow = other
    if slow.is_file():
        settings = dict(DEFAULT_SETTINGS)
        if (folder / TOKENIZER_CONFIG_FILE).is_file():
            settings |= read_json(folder / TOKENIZER_CONFIG_FILE)
        elif slow.name != SENTENCEPIECE_FILE:  # no default of transformers' holds for it
            settings["do_lower_case"] = not has_capitals(read_bytes(slow), str(slow))
        content = with_added_tokens(read_bytes(slow), read_added_tokens(folder), str(slow))
        return FoundTokenizer(
            content, bool(settings["do_lower_case"]), not settings["keep_accents"]
        )
    if fast.is_file():
        found = FoundTokenizer(*read_tokenizer_json(read_json(fast), str(fast)))
        content = with_added_tokens(found.tokenizer_model, read_added_tokens(folder), str(fast))
        return found._replace(tokenizer_model=content)
    if (folder / WORDPIECE_FILE).is_file():
        warnings.warn(
            f"{folder / WORDPIECE_FILE} is a vocabulary of WordPieces, which albert_tf does not read; the model "
            "has no tokenizer and takes token ids",
            AlbertWarning,
            stacklevel=2,
        )
    return FoundTokenizer()


def read_tokenizer_file(path: str | Path) -> FoundTokenizer:
    """Returns the tokenizer of a file, or of a folder of Hugging Face's.

    Args:
        path: a SentencePiece model, whose texts are lower-cased when its vocabulary has no capitals; a
            `tokenizer.json`; or a folder with either.

    Raises:
        CheckpointError: when it is missing, damaged, or not a tokenizer of this kind.
    """
    path = Path(path)
    if path.is_dir():
        found = read_folder_tokenizer(path)
        if found.tokenizer_model is None:
            raise CheckpointError(
                f"{path} holds no tokenizer; expected a SentencePiece model ({SENTENCEPIECE_FILE}) or "
                f"{TOKENIZER_FILE} in it"
            )
        return found
    if not path.is_file():
        raise CheckpointError(
            f"there is no tokenizer {path}; expected a SentencePiece model such as {SENTENCEPIECE_FILE}, or a "
            f"{TOKENIZER_FILE}"
        )
    if path.suffix == ".json":
        return FoundTokenizer(*read_tokenizer_json(read_json(path), str(path)))
    return FoundTokenizer(*read_sentencepiece(path))
