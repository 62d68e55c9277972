"""Entity F1 beside seqeval's, on made-up tags."""

import random
import warnings

import pytest

from albert_tf.answers import Entity
from albert_tf.tables import LabelledSpan
from albert_tf.tables.tags import stretches
from albert_tf.tasks.entity_scores import entity_metrics, entity_metrics_by_label


def made_up(number, seed):
    draw = random.Random(seed)
    tags = []
    for _ in range(number):
        row, before = [], "O"
        for _ in range(draw.randrange(1, 9)):
            options = ["O", "O", "B-A", "B-B", "B-C"]
            if before != "O":
                options += [f"I-{before[2:]}"] * 3
            before = draw.choice(options)
            row.append(before)
        tags.append(row)
    return tags


@pytest.mark.parametrize("seed", range(3))
def test_the_same_as_seqeval(seed):
    reference = pytest.importorskip("seqeval.metrics")
    true = made_up(2000, seed)
    predicted = [
        row if i % 2 else other[: len(row)] + ["O"] * (len(row) - len(other))
        for i, (row, other) in enumerate(zip(true, made_up(2000, seed + 9), strict=True))
    ]
    spans = [[stretches(row, "IOB1") for row in rows] for rows in (predicted, true)]
    found = entity_metrics(*spans)
    assert found["precision"] == pytest.approx(reference.precision_score(true, predicted), abs=1e-9)
    assert found["recall"] == pytest.approx(reference.recall_score(true, predicted), abs=1e-9)
    assert found["f1"] == pytest.approx(reference.f1_score(true, predicted), abs=1e-9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = reference.classification_report(true, predicted, output_dict=True, digits=9)
    assert found["macro_f1"] == pytest.approx(report["macro avg"]["f1-score"], abs=1e-9)
    for label, row in entity_metrics_by_label(*spans).items():
        assert row["f1"] == pytest.approx(report[label]["f1-score"], abs=1e-9)
        assert row["support"] == report[label]["support"]


def test_nothing_to_find():
    assert entity_metrics([[]], [[]]) == {
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "macro_f1": 0.0,
    }
    assert entity_metrics([[("A", 0, 1)]], [[("A", 0, 2)]])["f1"] == 0.0


def test_answers_are_taken_as_they_are():
    answers = [[Entity("A", "ab", 0, 2, 0.9), Entity("B", "c", 3, 4, 0.5)]]
    found = entity_metrics(answers, [(LabelledSpan("A", 0, 2), ("B", 3, 5))])
    assert found["precision"] == found["recall"] == found["f1"] == 0.5
