"""F1 of entities in a graph, against seqeval's, on any batching."""

import keras
import numpy as np
import pytest

from albert_tf.errors import ConfigError
from albert_tf.models.entity_f1 import EntityF1
from albert_tf.tables import entity_tags
from albert_tf.tables.tags import stretches
from albert_tf.tasks import entity_metrics
from tests.models.test_f1 import fed

SCHEMES = {
    "IOB2": entity_tags(["A", "B"]),
    "BIOES": entity_tags(["A", "B"], "BIOES"),
    "IO": ["I-A", "O", "I-B"],
}


def made_up(names, rows=40, length=12, seed=0):
    """Tags at random, mostly alike in both, and logits of the second."""
    random = np.random.default_rng(seed)
    true = random.integers(0, len(names), (rows, length))
    other = random.integers(0, len(names), (rows, length))
    predicted = np.where(random.random((rows, length)) < 0.8, true, other)
    logits = random.normal(size=(rows, length, len(names))) + 20.0 * np.eye(len(names))[predicted]
    return true, predicted, logits.astype("float32")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("batch_size", [1, 7, 40])
def test_f1_of_all_entities_on_any_batching(scheme, batch_size):
    names = SCHEMES[scheme]
    true, predicted, logits = made_up(names)
    spans = [[stretches([names[n] for n in row]) for row in rows] for rows in (predicted, true)]
    metric = EntityF1(names)
    found = fed(metric, true, logits, batch_size)
    assert found == pytest.approx(entity_metrics(*spans)["f1"], abs=1e-6)
    assert 0.1 < found < 0.9
    copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert fed(copy, true, logits, batch_size) == pytest.approx(found)


@pytest.mark.parametrize("mode", ["strict", "lenient"])
def test_the_same_as_seqeval(mode):
    reference = pytest.importorskip("seqeval.metrics")
    names = SCHEMES["IOB2"]
    true, predicted, logits = made_up(names, seed=3)
    if mode == "strict":  # of sequences that are valid; else those that have no begin too
        true, predicted = (np.where(rows % 2 == 0, 0, rows) for rows in (true, predicted))
        logits = 20.0 * np.eye(5, dtype="float32")[predicted]
    tags = [[[names[n] for n in row] for row in rows] for rows in (true, predicted)]
    found = fed(EntityF1(names), true, logits, 16)
    assert found == pytest.approx(reference.f1_score(*tags), abs=1e-6)


def test_tokens_of_no_weight_are_left_out():
    names = SCHEMES["IOB2"]
    true, _, logits = made_up(names)
    weights = (np.arange(12) < np.arange(40)[:, None] % 9).astype("float32")
    metric = EntityF1(names)
    found = fed(metric, true, logits, 8, 0.5 * weights)
    metric.reset_state()
    padded = np.where(weights > 0, true, 0)
    logits[weights == 0] = [9.0, 0, 0, 0, 0]
    assert found == pytest.approx(fed(metric, padded, logits, 8))
    metric.reset_state()
    assert fed(metric, true[:1], logits[:1], 1, np.zeros(1)) == 0.0


def test_names_that_are_no_tags():
    with pytest.raises(ConfigError, match="class_names are NOUN, VERB; expected tags"):
        EntityF1(["NOUN", "VERB"])
