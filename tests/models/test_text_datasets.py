"""`tf.data` datasets of raw text: each form of element is read as what it is, and bad labels stop the training."""

import numpy as np
import pytest
import tensorflow as tf

from albert_tf.errors import AlbertError
from tests.models.odd_inputs import LABELS, NAMES, PAIRS, TEXTS, make, regressor, three_classes

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


PAIRED = (TEXTS, PAIRS)
TRAINING = {
    "text, number": ((TEXTS, LABELS), TEXTS, None),
    "text, name": ((TEXTS, NAMED), TEXTS, None),
    "text, number, weight": ((TEXTS, LABELS, WEIGHTS), TEXTS, WEIGHTS),
    "text, number in a column": ((TEXTS, np.array(LABELS)[:, None]), TEXTS, None),
    "text, whole float": ((TEXTS, np.array(LABELS, "float32")), TEXTS, None),
    "text in a column": ((np.array(TEXTS)[:, None], LABELS), TEXTS, None),
    "text, pair, number": ((TEXTS, PAIRS, LABELS), PAIRED, None),
    "text, pair, name": ((TEXTS, PAIRS, NAMED), PAIRED, None),
    "text, pair, number, weight": ((TEXTS, PAIRS, LABELS, WEIGHTS), PAIRED, WEIGHTS),
    "(text, pair), number": (((TEXTS, PAIRS), LABELS), PAIRED, None),
    "(text, pair), name, weight": (((TEXTS, PAIRS), NAMED, WEIGHTS), PAIRED, WEIGHTS),
    "rows of text and pair": ((np.stack([TEXTS, PAIRS], 1), LABELS), PAIRED, None),
    "dict": ({"text": TEXTS, "label": LABELS}, TEXTS, None),
    "dict with all": (
        {"text": TEXTS, "pair": PAIRS, "label": NAMED, "sample_weight": WEIGHTS},
        PAIRED,
        WEIGHTS,
    ),
    "dict, number": (({"text": TEXTS, "pair": PAIRS}, LABELS), PAIRED, None),
}


@pytest.mark.parametrize("form", TRAINING)
def test_forms_of_labelled_texts(model, form):
    element, x, weights = TRAINING[form]
    for use in (model.evaluate, lambda data, **options: fitted(model, data)):
        value = use(dataset(element, 4), verbose=0)
        assert np.ravel(value)[0] == pytest.approx(loss_by_hand(model, x, weights), rel=1e-4)


def fitted(model, data):
    model.optimizer.learning_rate = 0.0
    history = model.fit(data, validation_data=data, verbose=0).history
    assert history["val_loss"][0] == pytest.approx(history["loss"][0], rel=1e-4)
    return history["loss"]


PREDICTION = {
    "text": (TEXTS, TEXTS),
    "text alone in a tuple": ((TEXTS,), TEXTS),
    "text, number": ((TEXTS, LABELS), TEXTS),
    "text, number, weight": ((TEXTS, LABELS, WEIGHTS), TEXTS),
    "text, pair": ((TEXTS, PAIRS), PAIRED),
    "text, pair, number": ((TEXTS, PAIRS, LABELS), PAIRED),
    "(text, pair)": (((TEXTS, PAIRS),), PAIRED),
    "(text, pair), number": (((TEXTS, PAIRS), LABELS), PAIRED),
    "rows": (np.stack([TEXTS, PAIRS], 1), PAIRED),
    "dict": ({"text": TEXTS}, TEXTS),
    "dict of pairs": ({"text": TEXTS, "pair": PAIRS}, PAIRED),
    "dict with labels": ({"text": TEXTS, "label": LABELS}, TEXTS),
}


@pytest.mark.parametrize("form", PREDICTION)
def test_forms_of_texts_to_answer(model, form):
    element, x = PREDICTION[form]
    expected = np.asarray(model(model.preprocessor(x)))
    np.testing.assert_allclose(model.predict(dataset(element), verbose=0), expected, atol=1e-6)


def test_labels_by_name_never_pass_for_pairs(model):
    data = dataset((TEXTS, NAMED))
    with pytest.raises(AlbertError, match="second texts are names of classes; leave them out") as error:
        model.predict(data, verbose=0)
    assert "\n" not in str(error.value)
    said = dataset(((TEXTS, NAMED),))
    assert model.predict(said, verbose=0).shape == (4, 3)


BAD = {
    "beyond": ((TEXTS, [1, 0, 1, 3]), "has the target 3 in row 1; expected a class number from 0 to 2"),
    "negative": ((TEXTS, [1, 0, -1, 2]), "has the target -1 in row 0; expected a class"),
    "fraction": ((TEXTS, [1, 0.5, 1, 2]), "has the target 0.5 in row 1; expected a class"),
    "NaN": ((TEXTS, [1, 0, 1, float("nan")]), "has the target nan in row 1; expected a class"),
    "unknown name": ((TEXTS, [*NAMED[:3], "sunny"]), "has the target sunny in row 1; expected a class"),
    "NaN as weight": ((TEXTS, LABELS, [1, 1, 1, float("nan")]), "has the sample_weight nan in row 1"),
}
MISSHAPEN = {
    "one-hot": ((TEXTS, np.eye(3)[LABELS]), r"targets have the shape \(None, 3\); expected a class"),
    "text alone": (TEXTS, r"elements are \(text\), without targets; expected"),
    "text and pair": (((TEXTS, PAIRS),), "without targets; expected"),
    "other keys": ({"review": TEXTS, "stars": LABELS}, "dicts with the keys 'review', 'stars'; expected"),
    "HF's keys": (
        {"text": TEXTS, "label": LABELS, "idx": LABELS},
        "dicts with the keys 'text', 'label', 'idx'; expected .* dataset.map",
    ),
    "label twice": (({"text": TEXTS, "label": LABELS}, LABELS), "dicts with the keys"),
    "weight without label": ({"text": TEXTS, "sample_weight": WEIGHTS}, "dicts with the keys"),
    "too many": ((TEXTS, PAIRS, LABELS, WEIGHTS, LABELS), r"elements are \(text, text, int32"),
    "three texts": (((TEXTS, PAIRS, PAIRS), LABELS), r"elements are \(a tuple, int32\)"),
    "numbers": ((LABELS, LABELS), r"elements are \(int32, int32\); expected texts"),
    "name or pair": ((TEXTS, NAMED, WEIGHTS), r"may be a text, the name of its class and a sample"),
    "ragged": (tf.ragged.constant([["a"], ["b", "c"]]), "elements are"),
    "wide": ((np.stack([TEXTS] * 3, 1), LABELS), r"texts have the shape \(None, 3\)"),
}


@pytest.mark.parametrize("kind", {**BAD, **MISSHAPEN})
@pytest.mark.parametrize("use", ["fit", "evaluate", "validation"])
def test_what_cannot_be_a_label_is_one_line(model, kind, use):
    element, message = {**BAD, **MISSHAPEN}[kind]
    data = dataset(element)
    with pytest.raises(AlbertError, match=message) as error:
        if use == "fit":
            model.fit(data, verbose=0)
        elif use == "evaluate":
            model.evaluate(data, verbose=0)
        else:
            model.fit(TEXTS, LABELS, validation_data=data, verbose=0)
    assert "\n" not in str(error.value)


def test_datasets_that_are_not_batched(model):
    single = tf.data.Dataset.from_tensor_slices
    for data in (single(TEXTS), single((TEXTS, PAIRS)), single({"text": TEXTS})):
        with pytest.raises(AlbertError, match="single texts; batch it"):
            model.predict(data, verbose=0)
    with pytest.raises(AlbertError, match="single texts; batch it"):
        model.fit(single((TEXTS, LABELS)), verbose=0)


def test_names_for_a_model_without_names():
    with pytest.raises(AlbertError, match="targets are texts; .* has no class names"):
        make(num_classes=3).fit(dataset((TEXTS, NAMED)), verbose=0)


def test_numbers_of_a_regressor():
    model = regressor()
    assert np.isfinite(model.evaluate(dataset((TEXTS, PAIRS, WEIGHTS)), verbose=0)[0])
    for bad in (float("nan"), float("inf")):
        with pytest.raises(AlbertError, match=f"the target {bad} in row 0; expected one finite"):
            model.fit(dataset((TEXTS, [1.0, 2.0, bad, 1.0])), verbose=0)
    with pytest.raises(AlbertError, match=r"targets have the shape \(None, 3\); expected one finite"):
        model.fit(dataset((TEXTS, np.ones((4, 3)))), verbose=0)


def test_vectors_of_several_labels():
    model = make(labels=NAMES, multi_label=True)
    vectors = np.eye(4)[:, :3]
    in_memory = model.evaluate(TEXTS, vectors, verbose=0)
    from_dataset = model.evaluate(dataset((TEXTS, vectors)), verbose=0)
    np.testing.assert_allclose(from_dataset, in_memory, rtol=1e-5)
    with pytest.raises(AlbertError, match="has the target 2 in row 0; expected a row of 3"):
        model.fit(dataset((TEXTS, 2 * vectors)), verbose=0)
    with pytest.raises(AlbertError, match=r"targets have the shape \(None,\); expected a row of 3"):
        model.fit(dataset((TEXTS, LABELS)), verbose=0)


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
