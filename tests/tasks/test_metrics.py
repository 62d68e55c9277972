"""Metrics against values worked out by hand, and against their definitions on any input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.tasks import (
    classification_metrics,
    confusion_counts,
    evaluate_scores,
    multi_label_metrics,
    per_class_table,
    predicted_targets,
    regression_metrics,
)
from albert_tf.tasks.metrics import expected_calibration_error, row_losses

TRUE = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 2, 2])


def test_classification_by_hand():
    values = classification_metrics(TRUE, PREDICTED)
    # per class: precision 1, 1/2, 1/2; recall 2/3, 1/2, 1; F1 4/5, 1/2, 2/3
    assert values["accuracy"] == pytest.approx(4 / 6)
    assert values["macro_f1"] == pytest.approx((4 / 5 + 1 / 2 + 2 / 3) / 3)
    # Gorodkin's formula: (correct * rows - sum t p) / sqrt((rows^2 - sum p^2)(rows^2 - sum t^2))
    covariance = 4 * 6 - (3 * 2 + 2 * 2 + 1 * 2)
    assert values["matthews"] == pytest.approx(covariance / np.sqrt((36 - 12) * (36 - 14)))


def test_binary_matthews_by_hand():
    true, predicted = np.repeat([1, 1, 0, 0], [6, 2, 1, 3]), np.repeat([1, 0, 1, 0], [6, 2, 1, 3])
    expected = (6 * 3 - 1 * 2) / np.sqrt((6 + 1) * (6 + 2) * (3 + 1) * (3 + 2))
    assert classification_metrics(true, predicted)["matthews"] == pytest.approx(expected)


def test_cross_entropy_and_calibration_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    true = np.array([0, 1, 1, 0])
    values = evaluate_scores("classification", true, probabilities)
    assert values["cross_entropy"] == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.7]).mean())
    # four bins of one row each: |1 - .9|, |0 - .6|, |1 - .8|, |1 - .7|
    assert values["calibration_error"] == pytest.approx((0.1 + 0.6 + 0.2 + 0.3) / 4)


def test_impossible_answer_has_a_finite_loss():
    assert row_losses(np.array([1]), np.array([[1.0, 0.0]]))[0] == pytest.approx(-np.log(1e-12))


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 1000))
def test_calibration_error_of_certainty_is_the_error_rate(rows, classes, seed):
    random = np.random.default_rng(seed)
    true, guess = random.integers(classes, size=(2, rows))
    error = expected_calibration_error(true, np.eye(classes)[guess])
    assert error == pytest.approx(np.mean(true != guess))


def test_regression_by_hand():
    values = regression_metrics(
        np.array([1.0, 2.0, 3.0, 4.0]), np.array([[2.0], [2.0], [3.0], [9.0]])
    )
    assert values["mse"] == pytest.approx((1 + 0 + 0 + 25) / 4)
    assert values["mae"] == pytest.approx(6 / 4)
    # deviations -1.5, -.5, .5, 1.5 and -2, -2, -1, 5
    assert values["pearson"] == pytest.approx(11 / np.sqrt(5 * 34))
    # ranks 1, 2, 3, 4 and 1.5, 1.5, 3, 4
    assert values["spearman"] == pytest.approx(4.5 / np.sqrt(5 * 4.5))


def test_correlation_with_a_constant_is_not_defined():
    values = regression_metrics(np.array([1.0, 2.0]), np.array([3.0, 3.0]))
    assert np.isnan([values["pearson"], values["spearman"]]).all()
    assert values["mse"] == pytest.approx(2.5)


def test_multi_label_by_hand():
    true = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0]])
    probabilities = np.array([[0.9, 0.5, 0.2], [0.1, 0.8, 0.1], [0.3, 0.3, 0.3]])
    values = multi_label_metrics(true, probabilities)
    # predicted 110 010 000: two true positives, one false positive, one false negative
    assert values["micro_f1"] == pytest.approx(4 / 6)
    assert values["macro_f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert values["exact_match"] == pytest.approx(2 / 3)
    assert values["hamming_loss"] == pytest.approx(2 / 9)


def test_a_single_label_by_hand():
    true = np.array([[1], [1], [0], [0], [0]], "float32")
    probabilities = np.array([[0.9], [0.2], [0.6], [0.1], [0.3]])
    # predicted 1 0 1 0 0: a true positive, a false positive, a false negative
    values = multi_label_metrics(true, probabilities)
    assert values["micro_f1"] == values["macro_f1"] == pytest.approx(0.5)
    assert values["exact_match"] == pytest.approx(3 / 5)
    assert values["hamming_loss"] == pytest.approx(2 / 5)
    predicted = predicted_targets("multi_label", probabilities)
    row = per_class_table(true, predicted, ("spam",)).loc["spam"]
    assert row.to_dict() == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 1000))
def test_multi_label_agrees_with_counting(rows, classes, seed):
    random = np.random.default_rng(seed)
    true, predicted = random.integers(2, size=(2, rows, classes))
    hits, said = (true * predicted).sum(0), (true + predicted).sum(0)
    f1 = 2 * hits / np.maximum(1, said)
    values = multi_label_metrics(true, predicted)
    assert values["micro_f1"] == pytest.approx(2 * hits.sum() / max(1, said.sum()))
    assert values["macro_f1"] == pytest.approx(f1.mean())
    frame = per_class_table(true, predicted, tuple(map(str, range(classes))))
    np.testing.assert_allclose(frame.f1, f1)
    np.testing.assert_array_equal(frame.support, true.sum(0))


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(2, 5), st.integers(0, 1000))
def test_confusion_and_per_class_agree_with_counting(rows, classes, seed):
    random = np.random.default_rng(seed)
    true, predicted = random.integers(classes, size=(2, rows))
    counts = confusion_counts(true, predicted, classes)
    names = tuple(f"class {number}" for number in range(classes))
    frame = per_class_table(true, predicted, names)
    for number, name in enumerate(names):
        hits = np.sum((true == number) & (predicted == number))
        assert counts[number, number] == hits
        assert frame.support[name] == np.sum(true == number) == counts[number].sum()
        assert frame.recall[name] == pytest.approx(hits / max(1, np.sum(true == number)))
        assert frame.precision[name] == pytest.approx(hits / max(1, np.sum(predicted == number)))


@pytest.mark.parametrize(
    ("task", "scores", "expected"),
    [
        ("classification", [[0.2, 0.8], [0.6, 0.4]], [1, 0]),
        ("multi_label", [[0.2, 0.5], [0.6, 0.9]], [[0, 1], [1, 1]]),
        ("regression", [[1.5], [2.5]], [1.5, 2.5]),
    ],
)
def test_predicted_targets(task, scores, expected):
    np.testing.assert_array_equal(predicted_targets(task, np.array(scores)), expected)
