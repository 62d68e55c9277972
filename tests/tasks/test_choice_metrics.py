"""Questions with choices as data: what a model takes of them, and how its answers are judged."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from albert_tf.answers import Choice
from albert_tf.errors import DataError
from albert_tf.tasks import ChoiceQuestion, choice_examples, choice_metrics, read_race


def test_the_same_as_scikit_learn():
    random = np.random.default_rng(0)
    scores = random.dirichlet(np.ones(4), 500)
    right = random.integers(0, 4, 500)
    answers = [Choice(int(s.argmax()), float(s.max()), tuple(s)) for s in scores]
    found = choice_metrics(answers, right)
    assert found["accuracy"] == pytest.approx(accuracy_score(right, scores.argmax(-1)))
    assert found["cross_entropy"] == pytest.approx(log_loss(right, scores))
    assert found["accuracy_of_guessing"] == 0.25


def test_unequal_numbers_of_choices():
    answers = [Choice(0, 1.0, (1.0,)), Choice(1, 0.75, (0.25, 0.75))]
    found = choice_metrics(answers, [0, 0])
    assert found == {
        "accuracy": 0.5,
        "cross_entropy": pytest.approx(np.log(4) / 2),
        "accuracy_of_guessing": 0.75,
    }


def test_what_a_model_takes():
    with_context = ChoiceQuestion("q", ("a", "b"), "c", 1, line=2)
    without = ChoiceQuestion("r", ("a", "b", "d"), None, 2, line=3)
    assert choice_examples([with_context, without]) == (
        (["q", "r"], [["a", "b"], ["a", "b", "d"]], ["c", ""]),
        [1, 2],
    )
    assert choice_examples([without]) == ((["r"], [["a", "b", "d"]]), [2])
    unknown = ChoiceQuestion("s", ("a", "b"), line=4)
    assert choice_examples([unknown]) == ((["s"], [["a", "b"]]), None)
    for questions, options in (([without, unknown], {}), ([unknown], {"with_answers": True})):
        with pytest.raises(DataError, match="the question of line 4 has no answer; fill it in"):
            choice_examples(questions, **options)


def test_race_as_choices(tmp_path):
    folder = tmp_path / "dev" / "middle"
    folder.mkdir(parents=True)
    record = {
        "article": "Tom runs.",
        "questions": ["Tom _ ."],
        "options": [["sits", "runs", "eats", "sleeps"]],
        "answers": ["B"],
    }
    (folder / "1.txt").write_text(json.dumps(record), "utf-8")
    questions = [question.as_choices for question in read_race(tmp_path, "dev")]
    assert choice_examples(questions) == (
        (["Tom _ ."], [["sits", "runs", "eats", "sleeps"]], ["Tom runs."]),
        [1],
    )
