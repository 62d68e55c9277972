"""The factorized embedding: its value by hand, and the gradient of tokens that occur more than once."""

import keras
import numpy as np

from albert_tf.layers import FactorizedEmbedding
from tests.tiny import randomize, tiny_config


def build():
    layer = FactorizedEmbedding(tiny_config())
    layer.build((None, None))
    randomize(layer)
    return layer


def as_numpy(x):
    return keras.ops.convert_to_numpy(x)


def test_value_by_hand():
    layer = build()
    token_ids, segment_ids = np.array([[7, 9, 7]]), np.array([[0, 1, 1]])
    tables = [layer.word_embeddings, layer.position_embeddings, layer.token_type_embeddings]
    words, positions, segments = map(as_numpy, tables)
    x = words[token_ids] + positions[:3] + segments[segment_ids]
    x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
    values = {"/".join(v.path.split("/")[-2:]): as_numpy(v) for v in layer.weights}
    gamma, beta = (values[f"layer_norm/{n}"] for n in ("gamma", "beta"))
    kernel, bias = (values[f"projection/{n}"] for n in ("kernel", "bias"))
    expected = (x * gamma + beta) @ kernel + bias
    np.testing.assert_allclose(as_numpy(layer(token_ids, segment_ids)), expected, atol=1e-5)


def test_adam_sees_the_summed_gradient_of_a_repeated_token():
    """The first step of Adam moves every trained row by the learning rate, however often its token occurs."""
    layer = build()
    inputs = {
        name: keras.Input((None,), dtype="int32", name=name) for name in ("tokens", "segments")
    }
    model = keras.Model(inputs, layer(inputs["tokens"], inputs["segments"]))
    model.compile(keras.optimizers.Adam(0.01, epsilon=1e-12), loss="mse")
    before = as_numpy(layer.word_embeddings)
    tokens = np.array([[7, 7, 7, 9]])
    model.train_on_batch({"tokens": tokens, "segments": np.zeros_like(tokens)}, np.ones((1, 4, 32)))
    moved = np.abs(as_numpy(layer.word_embeddings) - before)
    np.testing.assert_allclose(moved[[7, 9]], 0.01, rtol=1e-3)
    assert moved[[5, 6, 8]].max() == 0
