"""Targets: names and numbers of classes are taken, whatever holds them; all else is one line before the training."""

import datetime
import decimal
import tempfile

import keras
import numpy as np
import pandas
import pytest
import tensorflow as tf

from albert_tf import AlbertTextClassifier, AlbertTextEmbedder, AlbertTextRegressor
from albert_tf.errors import AlbertError
from albert_tf.training import FineTuningRecipe, fine_tune
from tests.models.odd_inputs import (
    LABELS,
    NAMES,
    SEQUENCES,
    TEXTS,
    Column,
    Series,
    Table,
    make,
    regressor,
    three_classes,
)

NAMED = [NAMES[label] for label in LABELS]
FROM_0 = r"expected a class number from 0 to 2, or one of the names 'wet', 'dry', 'worse'"

CLASSES = {
    **{f"names in {kind}": hold(NAMED) for kind, hold in SEQUENCES.items() if "keys" not in kind},
    "numbers": LABELS,
    "tuple": tuple(LABELS),
    "int8": np.array(LABELS, "int8"),
    "uint64": np.array(LABELS, "uint64"),
    "whole floats": [1.0, 0.0, 2.0, 1.0],
    "float16": np.array(LABELS, "float16"),
    "one column": np.array(LABELS)[:, None],
    "lists of one": [[label] for label in LABELS],
    "series": pandas.Series(LABELS, index=[3, 3, 1, 0]),
    "nullable": pandas.Series(LABELS, dtype="Int64"),
    "frame of one column": pandas.DataFrame({"label": LABELS}),
    "categories": pandas.Series(LABELS, dtype="category"),
    "column of a data set": Column(LABELS),
    "polars series": Series(LABELS),
    "tensor": tf.constant(LABELS),
    "scalars of numpy": [np.int32(label) for label in LABELS],
    "objects": np.array(LABELS, dtype=object),
    "string tensor": tf.constant(NAMED),
    "scalar tensors": [tf.constant(label) for label in LABELS],
    "decimals": [decimal.Decimal(label) for label in LABELS],
}
NO_CLASSES = {
    "from 1": ([2, 1, 3, 2], rf"y\[2\] is 3; {FROM_0}; they count from 1 to 3: subtract 1"),
    "beyond": ([1, 0, 7, 1], rf"y\[2\] is 7; {FROM_0}$"),
    "negative": ([1, -1, 0, 1], rf"y\[1\] is -1; {FROM_0}"),
    "fraction": ([1, 0.5, 0, 1], rf"y\[1\] is 0.5; {FROM_0}"),
    "NaN": ([1, float("nan"), 0, 1], rf"y\[1\] is nan; {FROM_0}"),
    "infinite": ([1, 0, float("inf"), 1], rf"y\[2\] is inf; {FROM_0}"),
    "None": ([1, 0, None, 1], rf"y\[2\] is None; {FROM_0}"),
    "missing": (pandas.Series([1, 0, None, 1], dtype="Int64"), rf"y\[2\] is nan; {FROM_0}"),
    "None among names": (["wet", None, "dry", "dry"], rf"y\[1\] is None; {FROM_0}"),
    "NaN among names": (["wet", float("nan"), "dry", "dry"], r"y\[1\] is nan; "),
    "empty name": (["wet", "", "dry", "dry"], rf"y\[1\] is ''; {FROM_0}"),
    "unknown name": (["wet", "sunny", "dry", "dry"], rf"y\[1\] is 'sunny'; {FROM_0}$"),
    "near name": (["wet", "Worse ", "dry", "dry"], r"y\[1\] is 'Worse '; .*; near: 'worse'"),
    "mixed": (["wet", 1, "dry", "dry"], r"y\[1\] is 1; .*: names and numbers do not mix"),
    "digits": (["1", "0", "2", "1"], rf"y\[0\] is '1'; {FROM_0}"),
    "bytes": ([b"wet"] * 4, rf"y\[0\] is b'wet'; {FROM_0}"),
    "beyond 64 bits": ([10**30, 0, 0, 1], rf"y\[0\] is 10+; {FROM_0}"),
    "missing category": (
        pandas.Categorical(["wet", None, "dry", "dry"]),
        rf"y\[1\] is nan; {FROM_0}$",
    ),
    "one-hot": (np.eye(3)[LABELS], r"row for each text, .* \[0.0, 1.0, 0.0\]; .* argmax\(axis=1\)"),
    "one-hot lists": (np.eye(3, dtype=int)[LABELS].tolist(), r"\[0, 1, 0\]; .* multi_label=True"),
    "one-hot frame": (pandas.get_dummies(pandas.Series(NAMED)), r"a row for each text"),
    "lists of names": ([["wet"], ["dry", "wet"], [], ["dry"]], "a row for each text"),
    "ragged": ([[1], [0, 1], [2], [1]], "rows of different lengths, 1 in row 0 and 2 in row 1"),
    "a row among numbers": ([1, [0], 2, 1], r"y\[0\] is 1 among rows"),
    "dates": ([datetime.date(2026, 1, 1)] * 4, r"y\[0\] is datetime.date"),
    "complex": (np.array([1j] * 4), r"y\[0\] is 1j"),
    "one number": (1, "y is 1; expected a sequence"),
    "one name": ("wet", "y is 'wet'; expected a sequence"),
    "missing altogether": (None, "y is missing; expected a class number"),
    "a set": ({0, 1, 2}, "y is a set, which has no order"),
    "a dict": ({"a": 1}, "y is a dict, which has keys instead of rows"),
    "too few": ([1, 0], "y has 2 rows for 4 texts"),
    "none": ([], "y has 0 rows for 4 texts"),
    "a frame": (pandas.DataFrame({"a": LABELS, "b": LABELS}), "a row for each text"),
    "a data set": (Table(a=LABELS, b=LABELS), "a Table with the columns 'a', 'b'"),
    "0-d": (np.array(1), "y is 1; expected a sequence"),
}


@pytest.fixture(scope="module")
def model():
    return three_classes()


@pytest.fixture(scope="module")
def loss(model):
    """The loss of the right classes, from the logits by hand."""
    logits = np.asarray(model.predict(TEXTS, verbose=0), "float64")
    return np.mean(np.log(np.exp(logits).sum(-1)) - logits[np.arange(4), LABELS])


@pytest.mark.parametrize("kind", CLASSES)
def test_names_and_numbers_of_classes(model, loss, kind):
    y = CLASSES[kind]
    if hasattr(y, "__next__"):
        y = list(y)
    assert model.checked_targets(y).tolist() == LABELS
    assert model.evaluate(TEXTS, y, verbose=0)[0] == pytest.approx(loss, rel=1e-5)
    assert model.test_on_batch(TEXTS, y)[0] == pytest.approx(loss, rel=1e-5)


USES = {
    "fit": lambda model, y: model.fit(TEXTS, y, verbose=0),
    "evaluate": lambda model, y: model.evaluate(TEXTS, y, verbose=0),
    "train_on_batch": lambda model, y: model.train_on_batch(TEXTS, y),
    "test_on_batch": lambda model, y: model.test_on_batch(TEXTS, y),
    "token ids": lambda model, y: model.fit(model.preprocessor(TEXTS), y, verbose=0),
    "validation": lambda model, y: model.fit(TEXTS, LABELS, validation_data=(TEXTS, y), verbose=0),
    "validation split": lambda model, y: model.fit(TEXTS, y, validation_split=0.5, verbose=0),
    "fine_tune": lambda model, y: tuned(model, (TEXTS, y)),
    "fine_tune's validation": lambda model, y: tuned(model, (TEXTS, LABELS), (TEXTS, y)),
}


def tuned(model, *data):
    with tempfile.TemporaryDirectory() as folder:
        fine_tune(model, *data, recipe=FineTuningRecipe(epochs=1), run_dir=folder, verbose=0)


def refuses(use, model, y, message):
    before = [np.asarray(weight) for weight in model.trainable_weights]
    with pytest.raises(AlbertError, match=message) as error:
        use(model, y)
    assert "\n" not in str(error.value)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)


@pytest.mark.parametrize("kind", NO_CLASSES)
@pytest.mark.parametrize("use", ["evaluate", "train_on_batch", "token ids"])
def test_what_is_no_class_is_one_line(model, kind, use):
    refuses(USES[use], model, *NO_CLASSES[kind])


@pytest.mark.parametrize("use", USES)
def test_wherever_targets_are_given(model, use):
    refuses(USES[use], model, *NO_CLASSES["from 1"])


@pytest.mark.parametrize("use", ["fit", "evaluate", "fine_tune"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e300, 10**400, None, "high", "4.5"])
def test_a_regressor_refuses_what_would_make_its_weights_nan(use, bad):
    y = [1.0, 0.5, bad, 2.0]
    refuses(USES[use], regressor(), y, r"y\[2\] is .*; expected one finite number for each text")


def test_a_regressor_takes_numbers_and_no_rows():
    model = regressor()
    for y in ([1, 0, 2, 1], np.array([[1.0], [0.5], [2.0], [1.0]]), pandas.Series(LABELS)):
        assert np.isfinite(model.evaluate(TEXTS, y, verbose=0)[0])
    for loss in ("mse", keras.losses.Huber(), "mae"):
        model.compile("sgd", loss, run_eagerly=True)
        refuses(USES["fit"], model, np.eye(4), r"y has the shape \(4, 4\), y\[0\] = \[1.0, 0.0")


def test_several_labels_a_text():
    model = make(class_names=NAMES, multi_label=True)
    vectors = [[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1]]
    names = [["wet", "worse"], [], ("dry",), {"wet", "dry", "worse"}]
    frame = pandas.DataFrame(vectors, columns=NAMES)
    for y in (vectors, names, frame, np.array(vectors, "float32"), np.array(vectors, bool)):
        np.testing.assert_array_equal(model.checked_targets(y), vectors)
        assert np.isfinite(model.evaluate(TEXTS, y, verbose=0)[0])
    for y, message in {
        "class numbers": ([0, 1, 2, 0], r"y\[0\] is 0; expected a row of 3 numbers for each text"),
        "a class": (NAMED, r"y\[0\] is 'dry'; expected a row of 3 .*, or a list of names"),
        "too wide": (np.eye(4), r"y has the shape \(4, 4\); expected a row of 3"),
        "beyond 1": ([[0, 1, 2]] * 4, r"y\[0, 2\] is 2; expected a row"),
        "negative": ([[0, 1, -1]] * 4, r"y\[0, 2\] is -1; expected a row"),
        "NaN": ([[0, 1, float("nan")]] * 4, r"y\[0, 2\] is nan; expected a row"),
        "unknown": ([["wet"], [], ["we"], []], r"y\[2\]\[0\] is 'we'; .*; near: 'wet'"),
        "numbers of classes": ([[0, 2], [1], [], [2]], "rows of different lengths"),
    }.values():
        refuses(USES["fit"], model, y, message)


def test_vectors_for_an_embedder():
    model = make_embedder()
    good = np.ones((4, 32))
    assert np.isfinite(model.evaluate(TEXTS, good, verbose=0)[0])
    refuses(
        USES["fit"], model, LABELS, r"y has the shape \(4,\).*; expected a vector of 32 numbers"
    )
    bad = good.copy()
    bad[3, 1] = np.nan
    refuses(USES["fit"], model, bad, r"y\[3, 1\] is nan; expected a vector of 32")


def make_embedder():
    from albert_tf import AlbertBackbone, AlbertTokenizer
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
    from tests.tiny import tiny_config

    config = tiny_config(vocab_size=30000, num_hidden_layers=1, embedding_size=8)
    own = AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=16)
    model = AlbertTextEmbedder(AlbertBackbone(config), preprocessor=own)
    model.compile(run_eagerly=True)
    return model


def test_a_model_without_names_says_so():
    refuses(
        USES["fit"], make(num_classes=3), NAMED, r"y\[0\] is 'dry'; .* has no class names; give"
    )


def test_numbers_that_are_names_of_other_classes_are_a_warning():
    model = make(class_names=["1", "2", "3"])
    with pytest.warns(UserWarning, match="y holds numbers that are names of classes too"):
        assert model.checked_targets([1, 2, 1, 2]).tolist() == [1, 2, 1, 2]
    assert model.checked_targets(["1", "2", "3"]).tolist() == [0, 1, 2]
    refuses(USES["fit"], model, [1, 2, 3, 1], r"y\[2\] is 3; .* or pass names as texts")


# === Losses of one's own ===


def test_a_loss_over_vectors_takes_vectors():
    model = make(num_classes=3)
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True), run_eagerly=True)
    assert np.isfinite(model.evaluate(TEXTS, np.eye(3)[LABELS], verbose=0)[0])
    refuses(USES["fit"], model, LABELS, r"y has the shape \(4,\).*; expected a vector of 3 numbers")


def test_a_loss_of_ones_own_takes_any_numbers():
    model = make(num_classes=3)
    model.compile(
        "sgd", lambda y, logits: keras.ops.mean(logits * y), metrics=None, run_eagerly=True
    )
    assert np.isfinite(model.evaluate(TEXTS, np.full((4, 3), 0.5), verbose=0))
    refuses(USES["fit"], model, [[0.0, None, 1.0]] * 4, r"y\[0\]\[1\] is None|y\[0, 1\] is None")


# === Compiled by XLA ===


def test_no_bad_label_goes_silently_through_xla():
    model = make(AlbertTextClassifier, num_classes=2)
    model.compile(jit_compile=True)
    refuses(USES["fit"], model, [0, 1, 2, 1], r"y\[2\] is 2; expected a class number from 0 to 1")
    dataset = tf.data.Dataset.from_tensor_slices((TEXTS, [0, 1, 2, 1])).batch(4)
    with pytest.raises(AlbertError, match="has the target 2 in row 2; expected a class number"):
        model.fit(dataset, verbose=0)


# === Weights ===


@pytest.mark.parametrize(
    "weights",
    [[2.0, 1.0, 0.5], {"wet": 2, "worse": 0.5}, {0: 2.0, 1: 1.0, 2: 0.5}, np.array([2, 1, 0.5])],
)
def test_class_weight(model, weights):
    keras.utils.set_random_seed(1)
    logits = np.asarray(model.predict(TEXTS, verbose=0), "float64")
    each = np.log(np.exp(logits).sum(-1)) - logits[np.arange(4), LABELS]
    expected = np.mean(each * np.array([2.0, 1.0, 0.5])[LABELS])
    for x in (TEXTS, model.preprocessor(TEXTS)):
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        copy.compile("sgd", run_eagerly=True)
        assert copy.fit(x, LABELS, class_weight=weights, verbose=0).history["loss"][
            0
        ] == pytest.approx(expected, rel=1e-4)
    assert model.__class__ is AlbertTextClassifier


def test_balanced_weights_are_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_class_weight

    from albert_tf.models.class_weight import weight_by_class

    y = np.array([0, 0, 0, 1, 2, 2])
    ours = weight_by_class("balanced", three_classes(), y)
    np.testing.assert_allclose(ours, compute_class_weight("balanced", classes=np.arange(3), y=y))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("equal", "class_weight is 'equal'; expected 'balanced', or weights"),
        ([1.0, 2.0], "class_weight holds 2 weights; expected 3"),
        ({"sunny": 1.0}, "names the class 'sunny'; the model's are wet, dry, worse"),
        ({3: 1.0}, "names the class '3'"),
        ({-1: 1.0}, "names the class '-1'"),
        ({"wet": float("nan")}, r"class_weight\['wet'\] is nan"),
        ([1.0, None, 2.0], r"class_weight\[1\] is None"),
        ([1.0, -2.0, 2.0], r"class_weight\[1\] is -2.0"),
        (2.0, "class_weight is 2.0; expected 'balanced'"),
    ],
)
def test_impossible_class_weight(model, weights, message):
    for use in (
        lambda: model.fit(TEXTS, LABELS, class_weight=weights, verbose=0),
        lambda: model.train_on_batch(TEXTS, LABELS, class_weight=weights),
        lambda: model.fit(model.preprocessor(TEXTS), LABELS, class_weight=weights, verbose=0),
    ):
        with pytest.raises(AlbertError, match=message) as error:
            use()
        assert "\n" not in str(error.value)


def test_class_weight_needs_one_class_a_text():
    for model in (make(AlbertTextRegressor), make(multi_label=True)):
        y = np.eye(4)[:, :2] if hasattr(model, "multi_label") else LABELS
        with pytest.raises(
            AlbertError, match="class_weight needs a text classifier with one class"
        ):
            model.fit(TEXTS, y, class_weight="balanced", verbose=0)


def test_class_weight_and_sample_weight_multiply(model):
    batches = model._batches(
        TEXTS, LABELS, Column([1.0, 2.0, 4.0, 8.0]), 4, class_weight=[2.0, 1.0, 0.5], order="given"
    )
    assert batches.sample_weight.tolist() == [1.0, 4.0, 2.0, 8.0]


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0, None, 1.0, 1.0], r"sample_weight\[1\] is None"),
        ([1.0, float("nan"), 1.0, 1.0], r"sample_weight\[1\] is nan"),
        ([1.0], "sample_weight has 1 rows for 4 texts"),
        ("heavy", "sample_weight is 'heavy'"),
    ],
)
def test_impossible_sample_weight(model, weight, message):
    for x in (TEXTS, model.preprocessor(TEXTS)):
        with pytest.raises(AlbertError, match=message):
            model.fit(x, LABELS, sample_weight=weight, verbose=0)
