"""A model and batches so small that whole runs fit into a test."""

import keras
import numpy as np

from albert_tf import AlbertBackbone, AlbertTextClassifier
from albert_tf.preprocessing import LengthBucketedBatches
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.training import FineTuningRecipe
from tests.tiny import tiny_config

RECIPE = FineTuningRecipe(
    epochs=2, batch_size=4, eval_batch_size=8, learning_rate=0.01, log_every=1, seed=7
)


def small_batches(examples=22, batch_size=4, order="shuffled", seed=7, classes=2):
    """Random token ids whose class is told by the first of them."""
    random = np.random.default_rng(examples)
    lengths = random.integers(3, 20, examples)
    y = random.integers(0, classes, examples).astype("int32")
    token_ids = [random.integers(10, 120, n).astype("int32") for n in lengths]
    for ids, label in zip(token_ids, y, strict=True):
        ids[0] = 5 + label
    flat = np.concatenate(token_ids)
    packed = PackedTokens(
        flat_token_ids=flat,
        flat_segment_ids=np.zeros_like(flat),
        row_splits=np.concatenate([[0], np.cumsum(lengths)]),
        text_index=np.arange(examples),
        window_start=np.zeros(examples, "int64"),
    )
    return LengthBucketedBatches(packed, y, pad_id=0, batch_size=batch_size, order=order, seed=seed)


def small_classifier(**changes):
    """A classifier with dropout, always with the same weights."""
    keras.utils.set_random_seed(7)
    config = tiny_config(
        **{
            "num_hidden_layers": 1,
            "hidden_size": 16,
            "intermediate_size": 16,
            "hidden_dropout_prob": 0.2,
            "attention_probs_dropout_prob": 0.1,
            **changes,
        }
    )
    return AlbertTextClassifier(AlbertBackbone(config), dropout=0.2)
