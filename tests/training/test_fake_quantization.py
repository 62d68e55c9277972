"""Training for few bits: the rounding, its gradient, and that an export finds the same numbers."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from albert_tf import AlbertBackbone, AlbertTextClassifier
from albert_tf.preprocessing.batches import LengthBucketedBatches
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.training import FineTuningRecipe, fine_tune
from albert_tf.training.fake_quantization import FakeQuantization, round_weights
from tests.tiny import randomize, tiny_config, tiny_inputs


def numbers(x):
    return ops.convert_to_numpy(x)


@settings(deadline=None, max_examples=30)
@given(
    bits=st.integers(2, 8),
    axis=st.integers(0, 1),
    seed=st.integers(0, 9),
    spread=st.floats(0.01, 3),
)
def test_rows_have_few_values_and_rounding_again_changes_nothing(bits, axis, seed, spread):
    random = np.random.default_rng(seed)
    weights = random.normal(size=(24, 20)) * np.exp(spread * random.normal(size=(24, 20)))
    weights = weights.astype("float32")
    rounded = numbers(round_weights(ops.convert_to_tensor(weights), bits, axis))
    rows = rounded.T if axis == 0 else rounded
    for row in rows:
        assert len(np.unique(row)) <= 2**bits - 1
    again = numbers(round_weights(ops.convert_to_tensor(rounded), bits, axis))
    np.testing.assert_allclose(again, rounded, atol=1e-6 * np.abs(rounded).max())


def test_eight_bits_are_close():
    weights = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
    rounded = numbers(round_weights(ops.convert_to_tensor(weights), 8, 0))
    inside = np.abs(weights) < 0.84 * np.abs(weights).max(axis=0)
    assert np.abs(rounded - weights)[inside].max() <= 0.5 * np.abs(weights).max() / 127


def test_zero_rows_stay_zero():
    weights = ops.zeros((4, 3))
    assert not numbers(round_weights(weights, 4, 0)).any()


def classifier(dtype=None):
    model = AlbertTextClassifier(AlbertBackbone(tiny_config(), dtype=dtype), num_classes=2)
    randomize(model, scale=0.3)
    return model


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_forward_pass_is_that_of_settled_weights(dtype):
    model, inputs = classifier(dtype), tiny_inputs()
    before = numbers(model(inputs))
    rounding = FakeQuantization(model, 4)
    with rounding.active():
        inside = numbers(model(inputs))
    np.testing.assert_allclose(numbers(model(inputs)), before, atol=1e-6)
    rounding.settle()
    np.testing.assert_allclose(numbers(model(inputs)), inside, atol=1e-5)
    with rounding.active():
        np.testing.assert_allclose(numbers(model(inputs)), inside, atol=1e-5)
    assert np.abs(inside - before).max() > 1e-3
    kernel = numbers(model.backbone.encoder.blocks[0][0].intermediate.kernel)
    assert max(len(np.unique(column)) for column in kernel.T) <= 15
    table = numbers(model.backbone.embeddings.word_embeddings)
    assert max(len(np.unique(row)) for row in table) <= 15


def test_training_leaves_rounded_weights_and_the_validated_loss(tmp_path):
    inputs = tiny_inputs(rows=12, length=9)
    y = np.arange(12) % 2
    model = classifier()
    batches = _batches(inputs, y)
    recipe = FineTuningRecipe(
        epochs=3, batch_size=4, learning_rate=1e-3, weight_bits=4, warmup_ratio=0.0
    )
    result = fine_tune(model, batches, batches, recipe=recipe, run_dir=tmp_path, verbose=0)
    kernel = numbers(model.backbone.encoder.blocks[0][0].attention.query.kernel)
    assert max(len(np.unique(column)) for column in kernel.T) <= 15
    found = model.evaluate(batches.dataset(), verbose=0, return_dict=True)["loss"]
    validated = [r["val_loss"] for r in result.history if "val_loss" in r]
    assert found == pytest.approx(min(validated), rel=1e-4)


def _batches(inputs, y):
    real = inputs["padding_mask"].astype(bool)
    rows = len(real)
    packed = PackedTokens(
        flat_token_ids=inputs["token_ids"][real],
        flat_segment_ids=inputs["segment_ids"][real],
        row_splits=np.concatenate([[0], np.cumsum(real.sum(axis=1))]),
        text_index=np.arange(rows),
        window_start=np.zeros(rows, "int64"),
    )
    return LengthBucketedBatches(packed, y, pad_id=0, batch_size=4, order="given")


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the export needs TensorFlow")
def test_an_export_finds_the_settled_numbers(tmp_path):
    from albert_tf.export import ParityLimits, export_tflite

    model = classifier()
    limits = ParityLimits(difference=9.0, agreement=0.0)
    plain = export_tflite(model, tmp_path / "plain.tflite", "int4", limits=limits)
    FakeQuantization(model, 4).settle()
    settled = export_tflite(model, tmp_path / "settled.tflite", "int4", limits=limits)
    assert settled.parity.mean_difference < 0.25 * plain.parity.mean_difference
