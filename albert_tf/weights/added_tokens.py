"""The files of a Hugging Face folder that list tokens added to its vocabulary."""

from pathlib import Path

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.huggingface import added_in_tokenizer_json
from albert_tf.weights.foreign import read_json

ADDED_TOKENS_FILE = "added_tokens.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
TOKENIZER_FILE = "tokenizer.json"


def _in_added_tokens(values: dict) -> list[tuple[int, str]]:
    return [(number, text) for text, number in values.items()]


def _in_tokenizer_config(values: dict) -> list[tuple[int, str]]:
    tokens = values.get("added_tokens_decoder") or {}
    return [(number, token["content"]) for number, token in tokens.items()]


PLACES = {
    ADDED_TOKENS_FILE: _in_added_tokens,
    TOKENIZER_CONFIG_FILE: _in_tokenizer_config,
    TOKENIZER_FILE: added_in_tokenizer_json,
}
"""The files that list added tokens, together with tokens that the vocabulary has, and how each is read."""


def read_added_tokens(folder: Path) -> dict[int, str]:
    """Returns the tokens that the files of a folder add to its vocabulary, by id.

    Raises:
        CheckpointError: when a file is damaged, or two of them name different tokens for an id.
    """
    found: dict[int, str] = {}
    for path, tokens_of in ((folder / name, read) for name, read in PLACES.items()):
        values = read_json(path) if path.is_file() else {}
        try:
            tokens = {int(number): str(text) for number, text in tokens_of(values)}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{path}: the added tokens are malformed ({error!r}); copy the file again"
            ) from error
        for number, text in tokens.items():
            if found.setdefault(number, text) != text:
                raise CheckpointError(
                    f"{path}: the token {number} is {text!r}, but {found[number]!r} in the other files of "
                    "the tokenizer; copy all of them again"
                )
    return found
