"""The elements of `tf.data` datasets: each form is read as what it is, and wrong values stop the pipeline."""

import numpy as np
import pytest
import tensorflow as tf

from albert_tf.errors import AlbertError
from albert_tf.preprocessing.graph_errors import one_line_errors
from albert_tf.preprocessing.targets import ClassNumbers, Numbers, YesOrNo
from albert_tf.preprocessing.text_datasets import prepared_dataset

TEXTS = ["a fine day", "rain", "more rain and rain", "fine"]
PAIRS = ["it is", "is it?", "no", "what a day"]
LABELS = [1, 0, 2, 1]
NAMES = ["wet", "dry", "worse"]
NAMED = [NAMES[label] for label in LABELS]
WEIGHTS = [1.0, 2.0, 0.5, 1.0]
PAIRED = (TEXTS, PAIRS)
CLASSES = ClassNumbers(3, tuple(NAMES))


def dataset(element, batch_size=2):
    return tf.data.Dataset.from_tensor_slices(element).batch(batch_size)


def read(data, rule=CLASSES, with_targets=True):
    """All batches of a prepared dataset; its preprocessor gives the texts back."""
    texts = prepared_dataset(data, lambda x: {"texts": x}, rule, with_targets)
    with one_line_errors():
        batches = list(texts.as_numpy_iterator())
    return [
        tf.nest.map_structure(lambda *rows: np.concatenate(rows).tolist(), *part)
        for part in zip(*batches, strict=True)
    ]


def decoded(x):
    x = x["texts"]
    return (
        tf.nest.map_structure(lambda text: text.decode(), x)
        if isinstance(x, tuple)
        else [t.decode() for t in x]
    )


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
def test_forms_of_labelled_texts(form):
    element, texts, weights = TRAINING[form]
    x, y, *rest = read(dataset(element))
    assert decoded(x) == texts
    assert y == LABELS
    assert rest == ([] if weights is None else [weights])


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
def test_forms_of_texts_to_answer(form):
    element, texts = PREDICTION[form]
    (x,) = read(dataset(element), with_targets=False)
    assert decoded(x) == texts


def test_labels_by_name_never_pass_for_pairs():
    for element in ((TEXTS, NAMED), (TEXTS, NAMED, WEIGHTS)):
        with pytest.raises(
            AlbertError, match="second texts are names of classes; leave them out"
        ) as error:
            read(dataset(element), with_targets=False)
        assert "\n" not in str(error.value)
    (x,) = read(dataset(((TEXTS, NAMED),)), with_targets=False)
    assert decoded(x) == (TEXTS, NAMED)


BAD = {
    "beyond": (
        (TEXTS, [1, 0, 1, 3]),
        "has the target 3 in row 1; expected a class number from 0 to 2",
    ),
    "negative": ((TEXTS, [1, 0, -1, 2]), "has the target -1 in row 0; expected a class"),
    "fraction": ((TEXTS, [1, 0.5, 1, 2]), "has the target 0.5 in row 1; expected a class"),
    "NaN": ((TEXTS, [1, 0, 1, float("nan")]), "has the target nan in row 1; expected a class"),
    "unknown name": (
        (TEXTS, [*NAMED[:3], "schön'"]),
        "has the target schön' in row 1; expected a class number from 0 to 2, or one of the names 'wet'",
    ),
    "NaN as weight": (
        (TEXTS, LABELS, [1, 1, 1, float("nan")]),
        "has the sample_weight nan in row 1",
    ),
}
MISSHAPEN = {
    "one-hot": (
        (TEXTS, np.eye(3)[LABELS]),
        r"targets have the shape \(None, 3\); expected a class",
    ),
    "text alone": (TEXTS, r"elements are \(text\), without targets; expected"),
    "text and pair": (((TEXTS, PAIRS),), "without targets; expected"),
    "other keys": (
        {"review": TEXTS, "stars": LABELS},
        "dicts with the keys 'review', 'stars'; expected",
    ),
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
def test_what_cannot_be_a_label_is_one_line(kind):
    element, message = {**BAD, **MISSHAPEN}[kind]
    with pytest.raises(AlbertError, match=message) as error:
        read(dataset(element))
    assert "\n" not in str(error.value)


def test_datasets_that_are_not_batched():
    single = tf.data.Dataset.from_tensor_slices
    for data in (single(TEXTS), single((TEXTS, PAIRS)), single({"text": TEXTS})):
        with pytest.raises(AlbertError, match="single texts; batch it"):
            read(data, with_targets=False)
    with pytest.raises(AlbertError, match="single texts; batch it"):
        read(single((TEXTS, LABELS)))


def test_names_for_a_model_without_names():
    with pytest.raises(AlbertError, match="targets are texts; .* has no class names"):
        read(dataset((TEXTS, NAMED)), ClassNumbers(3))


def test_numbers():
    for element in ((TEXTS, WEIGHTS), (TEXTS, PAIRS, WEIGHTS), (TEXTS, np.array(WEIGHTS)[:, None])):
        assert np.ravel(read(dataset(element), Numbers())[1]).tolist() == WEIGHTS
    for bad in (float("nan"), float("inf")):
        with pytest.raises(AlbertError, match=f"the target {bad} in row 0; expected one finite"):
            read(dataset((TEXTS, [1.0, 2.0, bad, 1.0])), Numbers())
    with pytest.raises(
        AlbertError, match=r"targets have the shape \(None, 3\); expected one finite"
    ):
        read(dataset((TEXTS, np.ones((4, 3)))), Numbers())
    with pytest.raises(AlbertError, match="targets are string; expected one finite"):
        read(dataset(((TEXTS, PAIRS), NAMED)), Numbers())


def test_vectors():
    vectors = np.eye(4)[:, :3]
    assert read(dataset((TEXTS, vectors)), YesOrNo(3))[1] == vectors.tolist()
    with pytest.raises(AlbertError, match="has the target 2 in row 0; expected a row of 3"):
        read(dataset((TEXTS, 2 * vectors)), YesOrNo(3))
    with pytest.raises(AlbertError, match=r"targets have the shape \(None,\); expected a row of 3"):
        read(dataset((TEXTS, LABELS)), YesOrNo(3))


def test_axes_of_unknown_length():
    data = dataset((TEXTS, np.eye(3)[LABELS])).map(
        lambda x, y: (x, tf.reshape(y, tf.concat([tf.shape(y)[:1], [-1]], 0)))
    )
    assert data.element_spec[1].shape.as_list() == [None, None]
    with pytest.raises(
        AlbertError, match=r"targets have the shape \(None, None\); expected a class"
    ):
        read(data)
    assert read(data, YesOrNo(3))[1] == np.eye(3)[LABELS].tolist()


def test_no_rows():
    assert read(dataset((TEXTS, LABELS)).map(lambda x, y: (x[:0], y[:0])))[1] == []
