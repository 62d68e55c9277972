"""The head of SQuAD v2.0 against its definition, computed pair by pair in NumPy."""

import keras
import numpy as np
import pytest

from albert_tf.layers import ConditionalSpanHead
from tests.layers.span_head_by_hand import (
    assert_beam,
    cls_logit,
    end_log_probs,
    log_softmax,
    random_variables,
    start_log_probs,
)
from tests.tiny import tiny_config

NAMES = {
    "start_logits": "start_logits/dense",
    "end_dense": "end_logits/dense_0",
    "end_layer_norm": "end_logits/LayerNorm",
    "end_logits": "end_logits/dense_1",
    "answer_dense": "answer_class/dense_0",
    "cls_logits": "answer_class/dense_1",
}
ALLOWED = [[0, 3, 4, 5, 6, 7, 8], [0, 2, 3, 4, 5], [0, 4], [0]]
"""Tokens of each row where an answer may be."""


def made(**options):
    layer = ConditionalSpanHead(tiny_config(), **options)
    layer.build((None, None, 32))
    variables = random_variables(32)
    for variable in layer.weights:
        if "seed_generator" not in variable.path:
            ours, part = variable.path.split("/")[-2:]
            variable.assign(variables[f"{NAMES[ours]}/{part}"])
    states = np.random.default_rng(1).standard_normal((len(ALLOWED), 10, 32)).astype("float32")
    can_be = np.zeros(states.shape[:2], bool)
    for row, places in enumerate(ALLOWED):
        can_be[row, places] = True
    return layer, variables, states, can_be


@pytest.mark.parametrize(("starts", "ends"), [(5, 5), (3, 4), (1, 1), (12, 2)])
def test_the_beam(starts, ends):
    layer, variables, states, can_be = made(start_n_top=starts, end_n_top=ends)
    outputs = layer(states, can_be)
    assert outputs["start_top_index"].shape == (4, starts)
    assert outputs["end_top_log_probs"].shape == (4, starts * ends)
    for row, allowed in enumerate(ALLOWED):
        assert_beam(outputs, row, variables, states[row], allowed, starts, ends)


def test_given_starts():
    layer, variables, states, can_be = made()
    starts = np.array([5, 2, 4, 0])
    outputs = {k: np.asarray(v) for k, v in layer(states, can_be, starts).items()}
    assert set(outputs) == {"start_logits", "end_logits", "cls_logits"}
    for row, (allowed, start) in enumerate(zip(ALLOWED, starts, strict=True)):
        found = {name: outputs[name][row].astype("float64") for name in outputs}
        for name, expected in (
            ("start_logits", start_log_probs(variables, states[row], allowed)),
            ("end_logits", end_log_probs(variables, states[row], allowed, start)),
        ):
            np.testing.assert_allclose(log_softmax(found[name])[allowed], expected, atol=1e-5)
            assert (np.delete(found[name], allowed) == -1e9).all()
        np.testing.assert_allclose(
            found["cls_logits"], cls_logit(variables, states[row], allowed), atol=1e-5
        )


def test_padding_changes_nothing():
    layer, variables, states, can_be = made()
    longer = np.concatenate([states, 100 * np.ones((4, 6, 32), "float32")], axis=1)
    outputs = layer(longer, np.pad(can_be, [(0, 0), (0, 6)]))
    for row, allowed in enumerate(ALLOWED):
        assert_beam(outputs, row, variables, states[row], allowed)


def test_dropout_is_that_of_the_classifier():
    layer, _, states, can_be = made(rate=0.5)
    still, dropped = (layer(states, can_be, training=training) for training in (False, True))
    for name, values in still.items():
        same = np.array_equal(np.asarray(values), np.asarray(dropped[name]))
        assert same == (name != "cls_logits")


def test_its_configuration_is_all_of_it():
    layer, _, states, can_be = made(start_n_top=2, end_n_top=3, rate=0.25)
    again = ConditionalSpanHead.from_config(
        keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(layer)
        ).get_config()
    )
    again.build((None, None, 32))
    for mine, theirs in zip(again.weights, layer.weights, strict=True):
        mine.assign(theirs)
    assert again.get_config() == layer.get_config()
    for name, values in layer(states, can_be).items():
        np.testing.assert_array_equal(np.asarray(values), np.asarray(again(states, can_be)[name]))
