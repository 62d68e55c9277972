"""The shared encoder: loop, remat, gradient scales, masks, dtypes."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from albert_tf import AlbertBackbone
from albert_tf.errors import AlbertError, ConfigError
from albert_tf.layers import SharedEncoder
from albert_tf.layers.base import activation_function
from tests.tiny import randomize, tiny_config, tiny_inputs

GROUPED = {"num_hidden_layers": 5, "num_hidden_groups": 2, "inner_group_num": 2}


def as_numpy(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("changes", [{}, GROUPED, {"use_relative_attention_bias": True}])
def test_loop_equals_unrolled(changes):
    backbone = AlbertBackbone(tiny_config(**changes))
    randomize(backbone)
    inputs = tiny_inputs()
    unrolled = as_numpy(backbone(inputs)["sequence_output"])
    backbone.encoder.unroll = False
    in_a_loop = as_numpy(backbone(inputs)["sequence_output"])
    # XLA fuses a loop's body as it likes: values up to 4 may differ by some roundings (2.4e-7 each).
    np.testing.assert_allclose(in_a_loop, unrolled, atol=4e-6)


def test_loop_has_no_list_of_all_layers():
    backbone = AlbertBackbone(tiny_config(), return_all_layers=True)
    backbone.encoder.unroll = False
    with pytest.raises(ConfigError, match="return_all_layers needs unroll=True"):
        backbone(tiny_inputs())


def test_groups_differ_and_are_applied_in_order():
    config = tiny_config(**GROUPED)
    encoder = SharedEncoder(config)
    encoder.build((None, None, 32))
    randomize(encoder)
    hidden = np.random.default_rng(0).standard_normal((2, 4, 32)).astype("float32")
    expected = hidden
    for group in (0, 0, 0, 1, 1):
        for block in encoder.blocks[group]:
            expected = block(expected)
    np.testing.assert_allclose(as_numpy(encoder(hidden)), as_numpy(expected), atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 7), st.integers(0, 12))
def test_padding_changes_nothing(length, padding):
    backbone = padding_backbone()
    inputs = {k: v[:1] for k, v in tiny_inputs(1, length, seed=length).items()}
    padded = {k: np.pad(v, ((0, 0), (0, padding))) for k, v in inputs.items()}
    alone = backbone(inputs)
    together = backbone(padded)
    np.testing.assert_allclose(
        as_numpy(together["sequence_output"])[:, :length],
        as_numpy(alone["sequence_output"]),
        atol=2e-6,
    )
    np.testing.assert_allclose(
        as_numpy(together["pooled_output"]), as_numpy(alone["pooled_output"]), atol=2e-6
    )


_kept = []


def padding_backbone():
    if not _kept:
        _kept.append(AlbertBackbone(tiny_config()))
        randomize(_kept[0])
    return _kept[0]


def gradients(config, inputs, weights, eager=False, **options):
    """The gradient of each variable, through Keras's own training step.

    Under SGD with learning rate 1, the change of a variable is its negated gradient.
    """
    backbone = AlbertBackbone(config, **options)
    for variable, value in zip(backbone.weights, weights, strict=True):
        variable.assign(value)
    model = keras.Model(backbone.inputs, backbone.output["pooled_output"])
    model.compile(keras.optimizers.SGD(1.0), loss="mse", run_eagerly=eager)
    model.train_on_batch(
        inputs, np.zeros((len(inputs["token_ids"]), config.hidden_size), "float32")
    )
    return {v.path: w - as_numpy(v) for v, w in zip(backbone.weights, weights, strict=True)}


@pytest.mark.parametrize("eager", [False, True])
def test_remat_gives_the_same_gradients(eager):
    config = tiny_config()
    reference = AlbertBackbone(config)
    randomize(reference)
    weights = [as_numpy(v) for v in reference.weights]
    inputs = tiny_inputs()
    plain = gradients(config, inputs, weights)
    recomputed = gradients(config, inputs, weights, eager, remat=True)
    assert max(np.abs(gradient).max() for gradient in plain.values()) > 1e-4
    for path, gradient in plain.items():
        np.testing.assert_allclose(recomputed[path], gradient, atol=1e-6, err_msg=path)


def test_gradient_scales_must_fit():
    encoder = SharedEncoder(tiny_config())
    with pytest.raises(ConfigError, match="gradient_scales holds 2 numbers; expected 3"):
        encoder.gradient_scales = [0.5, 1.0]


@pytest.mark.parametrize("name", ["gelu", "gelu_new"])
def test_gelu_in_bfloat16_rounds_once(name):
    coarse = ops.cast(np.linspace(-6.0, 6.0, 2001), "bfloat16")
    function = activation_function(name)
    found = function(coarse)
    exact = function(ops.cast(coarse, "float32"))
    assert keras.backend.standardize_dtype(found.dtype) == "bfloat16"
    once = ops.cast(exact, "bfloat16")
    np.testing.assert_array_equal(
        as_numpy(ops.cast(found, "float32")), as_numpy(ops.cast(once, "float32"))
    )


@pytest.mark.parametrize("remat", [False, True])
def test_mixed_bfloat16_computes_in_bfloat16_and_stores_float32(remat):
    backbone = AlbertBackbone(tiny_config(), dtype="mixed_bfloat16", remat=remat)
    reference = AlbertBackbone(tiny_config())
    randomize(backbone)
    randomize(reference)
    inputs = tiny_inputs()
    output = backbone(inputs)["sequence_output"]
    assert keras.backend.standardize_dtype(output.dtype) == "bfloat16"
    assert {v.dtype for v in backbone.weights} == {"float32"}
    expected = as_numpy(reference(inputs)["sequence_output"])
    np.testing.assert_allclose(as_numpy(ops.cast(output, "float32")), expected, atol=0.15)


def test_too_long_an_input_says_the_limit():
    with pytest.raises(
        AlbertError, match="the input is 41 tokens long; this model has 40 positions"
    ):
        AlbertBackbone(tiny_config())(tiny_inputs(1, 41))


def test_dropout_is_active_in_training_only():
    backbone = AlbertBackbone(
        tiny_config(hidden_dropout_prob=0.5, attention_probs_dropout_prob=0.5)
    )
    inputs = tiny_inputs()
    first = as_numpy(backbone(inputs, training=True)["sequence_output"])
    second = as_numpy(backbone(inputs, training=True)["sequence_output"])
    assert np.abs(first - second).max() > 1e-3
    still = [as_numpy(backbone(inputs)["sequence_output"]) for _ in range(2)]
    np.testing.assert_array_equal(*still)
