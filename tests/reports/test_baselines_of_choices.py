"""What a multiple-choice model must beat, on questions whose answers can be told by hand."""

import numpy as np
import pytest

from albert_tf.errors import DataError
from albert_tf.reports import choice_baselines
from albert_tf.tasks import ChoiceQuestion

TRAIN = [
    ChoiceQuestion("What is red?", ("a rose", "the sea"), None, 0),
    ChoiceQuestion("What is blue?", ("a rose", "the sea", "a fire"), None, 1),
    ChoiceQuestion("Which one?", ("this", "that"), None, 1),
]
VALIDATION = [
    ChoiceQuestion("Who runs?", ("a cat", "Tom", "Anna"), "Anna sits. Tom runs. Tom laughs.", 1),
    ChoiceQuestion("What burns?", ("the sea", "a fire that burns"), None, 1),
    ChoiceQuestion("\U0001f600", ("\U0001f622", "\U0001f600"), None, 1),
    ChoiceQuestion("Which?", ("only",), "", 0),
    ChoiceQuestion("Nothing in common", ("x", "y"), None, 1),
]


def test_baselines():
    frequent, overlap = choice_baselines(TRAIN + VALIDATION[2:3], VALIDATION)
    assert frequent.predictions.tolist() == [1, 1, 1, 0, 1]  # the fourth has no second choice
    np.testing.assert_allclose(frequent.scores[0], [0.25, 0.75, 0.0])
    assert frequent.metrics["accuracy"] == 1.0
    assert overlap.predictions.tolist() == [1, 1, 1, 0, 0]
    assert overlap.metrics["accuracy"] == pytest.approx(0.8)
    assert overlap.scores.shape == (5, 3)
    assert not overlap.scores[3:].any()


def test_answers_are_needed():
    with pytest.raises(DataError, match="the question of line 7 has no answer"):
        choice_baselines(TRAIN, [ChoiceQuestion("q", ("a", "b"), None, None, line=7)])
