"""Models fed by `tf.data` datasets; the forms of their elements are tested with the preprocessing."""

import numpy as np
import pytest
import tensorflow as tf

from albert_tf.errors import AlbertError
from tests.models.odd_inputs import LABELS, NAMES, PAIRS, TEXTS, three_classes

NAMED = [NAMES[label] for label in LABELS]
WEIGHTS = [1.0, 2.0, 0.5, 1.0]


@pytest.fixture(scope="module")
def model():
    return three_classes()


def dataset(element, batch_size=2):
    return tf.data.Dataset.from_tensor_slices(element).batch(batch_size)


def loss_by_hand(model, x, weights=None):
    logits = np.asarray(model(model.preprocessor(x)), "float64")
    each = np.log(np.exp(logits).sum(-1)) - logits[np.arange(4), LABELS]
    return np.mean(each * (1.0 if weights is None else np.array(weights)))


def test_pairs_are_trained_answered_and_checked(model):
    expected = np.asarray(model(model.preprocessor((TEXTS, PAIRS))))
    np.testing.assert_allclose(
        model.predict(dataset((TEXTS, PAIRS)), verbose=0), expected, atol=1e-6
    )
    model.optimizer.learning_rate = 0.0
    data = dataset((TEXTS, PAIRS, NAMED), 4)
    history = model.fit(data, validation_data=data, verbose=0).history
    loss = loss_by_hand(model, (TEXTS, PAIRS))
    assert history["loss"][0] == pytest.approx(loss, rel=1e-4)
    assert history["val_loss"][0] == pytest.approx(loss, rel=1e-4)
    with pytest.raises(AlbertError, match="names of classes; leave them out"):
        model.predict(dataset((TEXTS, NAMED)), verbose=0)


def test_a_bad_label_stops_fit_evaluate_and_validation(model):
    data = dataset((TEXTS, [1, 0, 1, 3]))
    for use in (
        lambda: model.fit(data, verbose=0),
        lambda: model.evaluate(data, verbose=0),
        lambda: model.fit(TEXTS, LABELS, validation_data=data, verbose=0),
    ):
        with pytest.raises(
            AlbertError, match="the target 3 in row 1; expected a class number"
        ) as error:
            use()
        assert "\n" not in str(error.value)


def test_token_ids_with_bad_labels(model):
    inputs = model.preprocessor(TEXTS)
    with pytest.raises(AlbertError, match="has the target 3 in row 1; expected a class"):
        model.fit(dataset((inputs, [1, 0, 1, 3])), verbose=0)
    good = model.evaluate(dataset((inputs, NAMED), 4), verbose=0)[0]
    assert good == pytest.approx(loss_by_hand(model, TEXTS), rel=1e-5)


def test_class_weight_beside_a_dataset(model):
    weights = {"wet": 2.0, "worse": 0.5}
    model.optimizer.learning_rate = 0.0
    loss = model.fit(dataset((TEXTS, NAMED), 4), class_weight=weights, verbose=0).history["loss"][0]
    each = np.array([2.0, 1.0, 0.5])[LABELS]
    assert loss == pytest.approx(loss_by_hand(model, TEXTS, each), rel=1e-4)
    with pytest.raises(AlbertError, match="'balanced' counts the classes, and a dataset's are not"):
        model.fit(dataset((TEXTS, LABELS)), class_weight="balanced", verbose=0)


def test_targets_beside_a_dataset(model):
    with pytest.raises(AlbertError, match="y was given beside .*, whose elements hold it"):
        model.fit(dataset((TEXTS, LABELS)), LABELS, verbose=0)
    with pytest.raises(AlbertError, match="validation_split needs the data in memory"):
        model.fit(dataset((TEXTS, LABELS)), validation_split=0.5, verbose=0)
