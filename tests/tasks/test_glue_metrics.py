"""GLUE's metrics against transformers' `glue_compute_metrics`, and against their definitions."""

import numpy as np
import pytest

from albert_tf.tasks import GLUE_TASKS, glue_metrics

NAMES = {
    "acc": "accuracy",
    "mnli/acc": "accuracy",
    "mnli-mm/acc": "accuracy",
    "mcc": "matthews",
    "spearmanr": "spearman",
}
ROWS = 400


def made_up(task, seed, agreement):
    """Labels of a task as its files have them, and predictions of which about that share is right."""
    random = np.random.default_rng(seed)
    if task == "STS-B":
        true = np.round(random.uniform(0, 5, ROWS) * 5) / 5  # with ties, as the data have
        return true.tolist(), (true + random.normal(0, 3 * (1 - agreement), ROWS)).tolist()
    names = {"MNLI": ["entailment", "neutral", "contradiction"]}.get(task, ["0", "1"])
    true = random.choice(len(names), ROWS, p=np.array([3, 1, 1][: len(names)]) / (2 + len(names)))
    other = random.integers(0, len(names), ROWS)
    predicted = np.where(random.random(ROWS) < agreement, true, other)
    return [names[n] for n in true], [names[n] for n in predicted]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("task", GLUE_TASKS)
def test_they_equal_those_of_transformers(task, seed):
    reference = pytest.importorskip("transformers.data.metrics")
    true, predicted = made_up(task, seed, agreement=seed / 4)
    arrays = np.array(true), np.array(predicted)
    if task != "STS-B":
        names = sorted(set(true) | set(predicted))
        arrays = tuple(np.array([names.index(each) for each in part]) for part in (true, predicted))
    with pytest.warns(FutureWarning):
        expected = reference.glue_compute_metrics(task.lower(), arrays[1], arrays[0])
    expected = {NAMES.get(name, name): float(value) for name, value in expected.items()}
    found = glue_metrics(task, true, predicted)
    assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-12)
    assert tuple(found) == GLUE_TASKS[task].metrics


def average_ranks(values):
    """Ranks from 1; equal values share the mean of theirs."""
    values = np.asarray(values)
    return np.array([(values < v).sum() + ((values == v).sum() + 1) / 2 for v in values])


@pytest.mark.parametrize("seed", range(3))
def test_they_are_what_their_definitions_say(seed):
    true, predicted = made_up("MRPC", seed, agreement=0.5)
    pairs = list(zip(true, predicted, strict=True))
    tp, fp, fn, tn = (
        pairs.count(each) for each in (("1", "1"), ("0", "1"), ("1", "0"), ("0", "0"))
    )
    assert glue_metrics("MRPC", true, predicted) == pytest.approx(
        {"f1": 2 * tp / (2 * tp + fp + fn), "accuracy": (tp + tn) / ROWS}
    )
    matthews = (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    assert glue_metrics("CoLA", true, predicted) == pytest.approx({"matthews": matthews})
    true, predicted = made_up("STS-B", seed, agreement=0.5)
    predicted = np.round(predicted, 1)  # ties on both sides
    ranks = average_ranks(true), average_ranks(predicted)
    assert glue_metrics("STS-B", true, predicted.tolist()) == pytest.approx(
        {"pearson": np.corrcoef(true, predicted)[0, 1], "spearman": np.corrcoef(*ranks)[0, 1]}
    )


def test_what_is_not_defined():
    assert glue_metrics("CoLA", ["1", "0"], ["1", "1"]) == {"matthews": 0.0}
    assert glue_metrics("QQP", ["0", "0"], ["0", "0"]) == {"f1": 0.0, "accuracy": 1.0}
    assert all(np.isnan(list(glue_metrics("STS-B", [1.0, 2.0], [3.0, 3.0]).values())))
