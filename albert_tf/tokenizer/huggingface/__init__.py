"""Hugging Face's `tokenizer.json`, and the tokens that it adds to a vocabulary."""

from albert_tf.tokenizer.huggingface.added_tokens import with_added_tokens
from albert_tf.tokenizer.huggingface.parts import Tokenization, added_in_tokenizer_json
from albert_tf.tokenizer.huggingface.tokenizer_json import is_tokenizer_json, read_tokenizer_json

__all__ = [
    "Tokenization",
    "added_in_tokenizer_json",
    "is_tokenizer_json",
    "read_tokenizer_json",
    "with_added_tokens",
]
