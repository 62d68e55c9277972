"""Metrics of few texts, one class or very many: without a warning of scikit-learn's."""

import warnings

import numpy as np
import pytest

from albert_tf.tasks import evaluate_scores, per_class_table
from albert_tf.tasks.metrics import confusion_counts


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_one_class_alone_that_is_always_right():
    found = evaluate_scores("classification", np.zeros(3, int), np.array([[0.9, 0.1]] * 3))
    assert (found["accuracy"], found["macro_f1"], found["matthews"]) == (1.0, 1.0, 0.0)


def test_a_class_that_is_never_true_or_never_predicted():
    true, scores = np.array([0, 0, 1]), np.eye(3)[[0, 2, 2]]
    found = evaluate_scores("classification", true, scores)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0 + 0) / 3)
    frame = per_class_table(true, scores.argmax(1), ("a", "b", "c"))
    assert frame.f1.tolist() == pytest.approx([2 / 3, 0.0, 0.0])
    assert confusion_counts(true, scores.argmax(1), 3).sum() == 3


def test_more_classes_than_half_of_the_texts():
    true = np.arange(40) % 30
    found = evaluate_scores("classification", true, np.eye(30)[true])
    assert found["accuracy"] == found["macro_f1"] == found["matthews"] == 1.0


def test_no_label_at_all():
    found = evaluate_scores("multi_label", np.zeros((4, 2)), np.zeros((4, 2)))
    assert (found["micro_f1"], found["macro_f1"], found["exact_match"]) == (0.0, 0.0, 1.0)


def test_equal_values():
    found = evaluate_scores("regression", np.ones(3), np.ones(3))
    assert np.isnan(found["pearson"])
    assert found["mse"] == 0.0
