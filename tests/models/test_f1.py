"""F1 of all examples, against scikit-learn, on any batching."""

import keras
import numpy as np
import pytest
from sklearn.metrics import f1_score

from albert_tf.models.metrics import MacroF1, MicroF1


def fed(metric, y, p, batch_size, weights=None):
    """What the metric says after batches of a size."""
    for start in range(0, len(y), batch_size):
        rows = slice(start, start + batch_size)
        metric.update_state(y[rows], p[rows], None if weights is None else weights[rows])
    return float(metric.result())


def classes(count=90, num_classes=5, seed=0):
    """Targets of unequal classes, of which the last is neither true nor predicted, and logits."""
    random = np.random.default_rng(seed)
    y = random.choice(num_classes - 1, count, p=[0.85, 0.08, 0.05, 0.02])
    logits = random.normal(size=(count, num_classes)) + 2 * np.eye(num_classes)[y]
    logits[:, -1] = -9.0
    return y, logits.astype("float32")


@pytest.mark.parametrize("batch_size", [1, 7, 90])
def test_macro_f1_is_that_of_all_examples_on_any_batching(batch_size):
    y, logits = classes()
    metric = MacroF1(5)
    expected = f1_score(y, logits.argmax(1), average="macro", zero_division=0.0)
    for targets in (y, y[:, None]):
        assert fed(metric, targets, logits, batch_size) == pytest.approx(expected, abs=1e-6)
        metric.reset_state()
    # The mean of the batches' F1, as a metric of Keras's that averages would have it, is another.
    means = [
        f1_score(y[i : i + 7], logits[i : i + 7].argmax(1), average="macro")
        for i in range(0, 90, 7)
    ]
    assert abs(np.mean(means) - expected) > 0.005


@pytest.mark.parametrize("batch_size", [1, 7, 40])
def test_micro_f1_is_that_of_all_decisions_on_any_batching(batch_size):
    random = np.random.default_rng(1)
    y = (random.random((40, 6)) < 0.2).astype("int32")
    logits = (random.normal(size=(40, 6)) + 2 * y - 1).astype("float32")
    logits[0] = 0.0  # one half counts as predicted, as in the report
    expected = f1_score(y, logits >= 0, average="micro")
    assert fed(MicroF1(), y, logits, batch_size) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("cls", [lambda: MacroF1(5), MicroF1])
def test_weights_count(cls):
    y, logits = classes()
    if cls is MicroF1:
        y = np.eye(5)[y]
    weights = np.random.default_rng(1).integers(0, 4, len(y))
    repeated = np.repeat(np.arange(len(y)), weights)
    assert fed(cls(), y, logits, 8, weights.astype("float32")) == pytest.approx(
        fed(cls(), y[repeated], logits[repeated], 8), abs=1e-6
    )


def test_nothing_right_and_nothing_at_all_are_0():
    assert float(MacroF1(3).result()) == float(MicroF1().result()) == 0.0
    assert fed(MacroF1(2), np.array([0, 0]), np.array([[0.0, 1.0]] * 2), 2) == 0.0
    assert fed(MicroF1(), np.zeros((2, 3)), -np.ones((2, 3)), 2) == 0.0


@pytest.mark.parametrize("metric", [MacroF1(7, name="f"), MicroF1(name="f")])
def test_they_are_saved_with_a_model(metric):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert again.get_config() == metric.get_config()
