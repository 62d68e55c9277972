"""`fit` with everything that a Keras user may pass it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.tiny import english_model

TEXTS = ["a fine day", "rain", "more rain and rain", "fine", "what a day"]
LABELS = np.array([1, 0, 0, 1, 1])


@pytest.fixture(scope="module")
def model():
    """A compiled classifier of raw text that never changes: its learning rate is 0."""
    model = english_model(sizes={"num_hidden_layers": 1, "embedding_size": 8}, dropout=0.0)
    model.compile(keras.optimizers.SGD(0.0))
    return model


def dataset(*parts, batch_size=5):
    return tf.data.Dataset.from_tensor_slices(parts).batch(batch_size)


def token_ids(model):
    return model.preprocessor.batches(TEXTS, LABELS, batch_size=5).collate(np.arange(5))


VALIDATION = {
    "texts": lambda model: (TEXTS, LABELS),
    "list of both": lambda model: [TEXTS, LABELS],
    "weighted texts": lambda model: (TEXTS, LABELS, np.ones(5)),
    "dataset of texts": lambda model: dataset(TEXTS, LABELS),
    "token ids": token_ids,
    "dataset of token ids": lambda model: dataset(*token_ids(model)),
}
TRAINING = {
    "texts": lambda model: {"x": TEXTS, "y": LABELS},
    "dataset of texts": lambda model: {"x": dataset(TEXTS, LABELS)},
    "token ids": lambda model: dict(zip("xy", token_ids(model), strict=True)),
}


@pytest.mark.parametrize("kind", VALIDATION)
def test_validation_data_of_any_kind_beside_texts(model, kind):
    assert_validated(model, TRAINING["texts"](model), VALIDATION[kind](model))


@pytest.mark.parametrize("kind", TRAINING)
def test_texts_as_validation_data_beside_training_data_of_any_kind(model, kind):
    assert_validated(model, TRAINING[kind](model), (TEXTS, LABELS), validation_batch_size=5)


def assert_validated(model, training, validation, **options):
    logs = model.fit(**training, validation_data=validation, verbose=0, **options).history
    inputs, targets = token_ids(model)
    logits = keras.ops.convert_to_numpy(model(inputs)).astype("float64")
    right = logits[np.arange(5), targets]
    expected = (np.log(np.exp(logits).sum(-1)) - right).mean()
    assert logs["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert logs["loss"][0] == pytest.approx(expected, rel=1e-5)
