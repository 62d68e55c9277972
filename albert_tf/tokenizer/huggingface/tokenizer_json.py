"""Hugging Face's `tokenizer.json`: the vocabulary that it was made from, of either kind, built again."""

import json

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.huggingface.added_tokens import with_added_tokens
from albert_tf.tokenizer.huggingface.parts import (
    Tokenization,
    added_in_tokenizer_json,
    check_template,
    refusal,
)
from albert_tf.tokenizer.huggingface.unigram import read_unigram
from albert_tf.tokenizer.huggingface.wordpiece import read_wordpiece

KINDS = {"Unigram": read_unigram, "WordPiece": read_wordpiece}


def is_tokenizer_json(content: bytes) -> bool:
    """Whether the content of a tokenizer's file is a JSON object, which no vocabulary is."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and b"\0" not in content


def read_tokenizer_json(content: bytes, source: str) -> Tokenization:
    """Returns the vocabulary of a fast tokenizer, and what it does to texts before.

    Args:
        content: the file.
        source: its name, for messages.

    Raises:
        CheckpointError: naming what this package does not do in the same way: another kind of model (BPE), another
            normalizer, added tokens; or what is malformed.
    """
    try:
        values = json.loads(content.decode("utf-8-sig"))
        read = KINDS.get(_kind(values["model"]))
        if read is None:
            raise refusal(
                source,
                f"is of the type {_kind(values['model'])}; expected Unigram or WordPiece, as ALBERTs have",
            )
        check_template(values.get("post_processor"), source)
        found = read(values, source)
        added = {int(number): str(text) for number, text in added_in_tokenizer_json(values)}
        return found._replace(content=with_added_tokens(found.content, added, source))
    except CheckpointError:
        raise
    except (
        AttributeError,
        KeyError,
        TypeError,
        IndexError,
        ValueError,
        RecursionError,
    ) as error:
        raise CheckpointError(
            f"{source} is malformed ({type(error).__name__}: {error}); expected the tokenizer.json that "
            "save_pretrained of transformers writes"
        ) from error


def _kind(model: dict) -> str:
    """The type of a model; files of old releases do not name that of WordPieces."""
    is_wordpiece = "continuing_subword_prefix" in model and "merges" not in model
    return model.get("type", "WordPiece" if is_wordpiece else "unnamed")
