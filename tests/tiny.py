"""Tiny configurations, models and inputs that many tests share."""

import numpy as np

from albert_tf import (
    AlbertBackbone,
    AlbertConfig,
    AlbertQuestionAnswerer,
    AlbertTextClassifier,
    AlbertTokenizer,
)
from albert_tf.preprocessing import (
    AlbertQuestionAnswererPreprocessor,
    AlbertTextClassifierPreprocessor,
)


def tiny_config(**changes) -> AlbertConfig:
    """An ALBERT of a few thousand parameters."""
    values = {
        "vocab_size": 120,
        "embedding_size": 16,
        "hidden_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 48,
        "max_position_embeddings": 40,
        **changes,
    }
    return AlbertConfig(**values)


def english_model(
    kind=AlbertTextClassifier, *, sequence_length=16, scale=0.1, dtype=None, sizes=None, **options
):
    """A tiny model of random weights that reads English texts, with the bundled tokenizer.

    Args:
        kind: its class.
        sequence_length: the longest text, in tokens.
        scale: of the weights; the larger it is, the more the words of a text move the answer.
        dtype: of the backbone.
        sizes: changes of `tiny_config`.
        **options: of the class.
    """
    config = tiny_config(vocab_size=30000, **(sizes or {}))
    if "preprocessor" not in options:
        reader = kind.preprocessor_cls or AlbertTextClassifierPreprocessor
        options["preprocessor"] = reader(AlbertTokenizer(), sequence_length=sequence_length)
    model = kind(AlbertBackbone(config, dtype=dtype), **options)
    randomize(model, scale=scale)
    return model


def question_model(*, sequence_length=24, stride=8, scale=0.3, **options) -> AlbertQuestionAnswerer:
    """A tiny model of random weights that answers questions, in windows of a few words."""
    reader = AlbertQuestionAnswererPreprocessor(
        AlbertTokenizer(), sequence_length=sequence_length, stride=stride
    )
    return english_model(AlbertQuestionAnswerer, preprocessor=reader, scale=scale, **options)


def tiny_inputs(rows=3, length=7, seed=0, vocab_size=120) -> dict:
    """Random inputs in which each row but the first ends in some padding."""
    random = np.random.default_rng(seed)
    lengths = np.array([length, *random.integers(2, length + 1, rows - 1)])
    mask = np.arange(length) < lengths[:, None]
    return {
        "token_ids": (random.integers(5, vocab_size, (rows, length)) * mask).astype("int32"),
        "segment_ids": (random.integers(0, 2, (rows, length)) * mask).astype("int32"),
        "padding_mask": mask.astype("int32"),
    }


def randomize(model, seed=0, scale=0.1) -> None:
    """Gives every variable random values, so that no bias is zero and no gamma one."""
    random = np.random.default_rng(seed)
    for variable in model.weights:
        start = 1.0 if variable.path.endswith("gamma") else 0.0
        variable.assign(start + scale * random.standard_normal(variable.shape))
