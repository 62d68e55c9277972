"""What TensorFlow traced for a model goes with the model."""

import gc

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import ops
from tensorflow.python.framework.func_graph import FuncGraph

from albert_tf import (
    AlbertBackbone,
    AlbertTextClassifier,
    AlbertTokenizer,
    LayerDecaySchedule,
)
from albert_tf.graph_lifetime import gradients_that_go_with_their_graph
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from tests.tiny import tiny_config, tiny_inputs

TEXTS = ["well worth the money", "a waste of time", "it broke after a week", "lovely"] * 2
LABELS = np.array([1, 0, 0, 1] * 2)


def live_graphs():
    gc.collect()
    return sum(isinstance(o, FuncGraph) for o in gc.get_objects())


def fit(*, backbone=None, text=False, decay=False, loss="auto", **config):
    """Trains, evaluates and asks a tiny model, and forgets it."""
    config = tiny_config(vocab_size=30000 if text else 120, num_hidden_layers=1, **config)
    preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=16)
    model = AlbertTextClassifier(
        AlbertBackbone(config, **(backbone or {})),
        num_classes=2,
        preprocessor=preprocessor if text else None,
    )
    model.compile(keras.optimizers.SGD(1e-3), loss=loss)  # traced faster than one with state
    x = TEXTS if text else tiny_inputs(8)
    callbacks = [LayerDecaySchedule(0.9)] if decay else []
    history = model.fit(x, LABELS, batch_size=4, callbacks=callbacks, verbose=0)
    assert np.isfinite(history.history["loss"][-1])
    model.evaluate(x, LABELS, batch_size=4, verbose=0)
    model.predict(x, batch_size=4, verbose=0)


SLOW = {
    "text": {"text": True},
    "decay": {"decay": True},
    "remat": {"backbone": {"remat": True}},
    "silu": {"hidden_act": "silu"},
}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="token ids"),
        *(pytest.param(case, id=name, marks=pytest.mark.slow) for name, case in SLOW.items()),
    ],
)
def test_no_graph_outlives_its_model(options):
    fit(**options)  # what is made once for the process
    keras.backend.clear_session()
    before, gradients = live_graphs(), set(ops.gradient_registry.list())
    for _ in range(2):
        fit(**options)
        keras.backend.clear_session()
    assert live_graphs() == before
    assert set(ops.gradient_registry.list()) == gradients


def test_gradients_are_found_while_their_graph_lives():
    @tf.function
    def function(x):
        with gradients_that_go_with_their_graph():
            return tf.nn.silu(x)

    x = tf.constant([0.5, -1.0])
    function(x)
    with tf.GradientTape() as tape:  # of the function as it was traced above
        tape.watch(x)
        y = function(x)
    sigmoid = 1 / (1 + np.exp(-x.numpy()))
    expected = sigmoid * (1 + x.numpy() * (1 - sigmoid))
    np.testing.assert_allclose(tape.gradient(y, x), expected, rtol=1e-6)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a loss in TensorFlow is for its backend alone"
)
def test_a_function_that_outlives_a_model_keeps_its_gradients():
    @tf.function
    def loss(y_true, y_pred):
        return tf.reduce_mean(tf.nn.silu(y_pred), axis=-1)

    for _ in range(2):
        fit(loss=loss)
        keras.backend.clear_session()
        gc.collect()
