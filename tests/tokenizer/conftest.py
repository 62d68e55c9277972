"""Fixtures of the tokenizer's tests."""

import json

import pytest
import tensorflow as tf

from albert_tf.tokenizer import AlbertTokenizer
from tests.tokenizer.reference import Reference


@pytest.fixture(scope="session")
def tokenizer() -> AlbertTokenizer:
    return AlbertTokenizer()


@pytest.fixture(scope="session")
def in_graph(tokenizer):
    """The bundled tokenizer as one traced function: list of str to list of lists of ids."""
    signature = [tf.TensorSpec([None], tf.string)]
    function = tf.function(tokenizer.in_graph(), input_signature=signature)
    return lambda texts: function(tf.constant(texts, tf.string)).to_list()


@pytest.fixture(scope="module")  # a plain tensorflow-text tokenizer dies with clear_session
def reference(tokenizer) -> Reference:
    return Reference(tokenizer.model_bytes)


@pytest.fixture(scope="session")
def golden(shared) -> tuple[list[str], list[list[int]]]:
    """Texts and the ids that google-research/albert gives them."""
    lines = (shared / "fixtures" / "tokenizer_golden.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], [row["ids"] for row in rows]


@pytest.fixture(scope="session")
def chinese(shared) -> AlbertTokenizer:
    """The tokenizer of the Chinese ALBERTs, which has WordPieces."""
    return AlbertTokenizer(shared / "albert_zh" / "vocab.txt")


@pytest.fixture(scope="session")
def golden_wordpiece(shared) -> tuple[list[str], list[list[int]]]:
    """Texts and the ids that google-research/bert gives them with the vocabulary of `chinese`."""
    lines = (shared / "fixtures" / "wordpiece_zh_golden.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], [row["ids"] for row in rows]
