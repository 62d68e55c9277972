"""Further ways in which people hand over texts, targets, weights and options: right, or refused by one line."""

import copy
import pickle

import keras
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import tensorflow as tf

from albert_tf import (
    AlbertTextClassifier,
    AlbertTextRegressor,
    AlbertTokenizer,
)
from albert_tf.errors import AlbertError, AlbertWarning
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from tests.tiny import english_model

TEXTS = ["a lovely film", "a waste of time", "well worth it", "it broke at once"]
NUMBERS = [1, 0, 1, 0]
NAMES = ["good", "bad", "good", "bad"]
SEVERAL = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 0], [0, 1, 0]])
dataset = tf.data.Dataset.from_tensor_slices


def build(kind=AlbertTextClassifier, **head):
    sizes = {"embedding_size": 8, "hidden_size": 16, "num_attention_heads": 2}
    sizes |= {"num_hidden_layers": 1, "intermediate_size": 16}
    return english_model(kind, sizes=sizes, **head)


@pytest.fixture(scope="module")
def classifier():
    return build(class_names=["bad", "good"])


@pytest.fixture(scope="module")
def multi_label():
    return build(class_names=["a", "b", "c"], multi_label=True)


@pytest.fixture(scope="module")
def regressor():
    return build(AlbertTextRegressor)


def loss(model, y, x=TEXTS, **options):
    return model.evaluate(x, y, verbose=0, return_dict=True, **options)["loss"]


def refused(act) -> str:
    with pytest.raises(AlbertError) as error:
        act()
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "y",
    [
        tf.constant(NAMES),
        [tf.constant(name) for name in NAMES],
        [tf.constant(number) for number in NUMBERS],
    ],
    ids=["tensor of names", "list of names", "list of numbers"],
)
def test_tensors_are_targets(classifier, y):
    assert loss(classifier, y) == pytest.approx(loss(classifier, NUMBERS))


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([10**30, 0, 1, 0], "y[0] is 1000"),
        (np.ma.array(NUMBERS, mask=[0, 1, 0, 0]), "y[1] is None"),
        (tf.sparse.from_dense(NUMBERS), "y is SparseTensor"),
        (scipy.sparse.csr_matrix(np.eye(2)[NUMBERS]), "argmax"),
        (int, "expected a sequence"),
    ],
    ids=["beyond int64", "masked", "sparse tensor", "sparse one-hot", "a type"],
)
def test_odd_targets_are_named(classifier, y, said):
    assert said in refused(lambda: loss(classifier, y))


@pytest.mark.parametrize("value", [1e39, 1e300, 10**30])
def test_a_number_that_the_loss_cannot_hold_is_refused(regressor, value):
    assert "y[3] is" in refused(lambda: loss(regressor, [0.5, 1, 2, value]))
    if isinstance(value, float):
        batches = dataset((TEXTS, np.array([0.5, 1, 2, value]))).batch(4)
        assert "in row 3" in refused(lambda: loss(regressor, None, batches))


def test_a_masked_number_is_missing(regressor):
    masked = np.ma.array([0.5, 1, 2, 3], mask=[0, 0, 1, 0])
    assert "y[2] is None" in refused(lambda: loss(regressor, masked))


def test_numbers_in_a_column_after_numbers_in_a_row(regressor):
    values = np.array([0.5, 1, 2, 3])
    assert loss(regressor, values[:, None]) == pytest.approx(loss(regressor, values))


def test_sparse_rows_of_a_binarizer(multi_label):
    expected = loss(multi_label, SEVERAL)
    assert loss(multi_label, scipy.sparse.csr_matrix(SEVERAL)) == pytest.approx(expected)


def test_columns_named_after_classes_go_by_name(multi_label):
    table = pd.DataFrame(SEVERAL, columns=["a", "b", "c"])
    assert loss(multi_label, table[["c", "a", "b"]]) == pytest.approx(loss(multi_label, SEVERAL))
    assert loss(multi_label, pd.DataFrame(SEVERAL)) == pytest.approx(loss(multi_label, SEVERAL))
    with pytest.warns(AlbertWarning, match="in this order"):
        by_place = loss(multi_label, table.set_axis(["x", "y", "z"], axis=1))
    assert by_place == pytest.approx(loss(multi_label, SEVERAL))
    other = table.rename(columns={"b": "d"})
    assert "columns 'a', 'd', 'c'" in refused(lambda: loss(multi_label, other))


def test_rows_of_numbers_among_lists_of_names(multi_label):
    rows = [["a"], [1, 0, 0], ["b"], []]
    assert refused(lambda: loss(multi_label, rows)).startswith("y[1] is [1, 0, 0]")


def test_weights_in_a_column_and_weights_of_another_shape(classifier, multi_label):
    weights = np.array([1.0, 2.0, 0.0, 3.0])
    expected = loss(classifier, NUMBERS, sample_weight=weights)
    assert loss(classifier, NUMBERS, sample_weight=weights[:, None]) == pytest.approx(expected)
    inputs, square = classifier.preprocessor(TEXTS), np.ones((4, 2))
    for x in (TEXTS, inputs):
        said = refused(lambda x=x: loss(classifier, NUMBERS, x, sample_weight=square))
        assert "sample_weight has the shape (4, 2)" in said
    said = refused(lambda: loss(multi_label, SEVERAL, sample_weight=np.ones((4, 3))))
    assert "one number for each text" in said


def test_a_dataset_that_tells_no_shapes(classifier):
    """As `from_generator` with `output_types` gives it."""

    def batches(y):
        return tf.data.Dataset.from_generator(lambda: iter([(TEXTS, y)]), (tf.string, tf.int32))

    assert loss(classifier, None, batches(NUMBERS)) == pytest.approx(loss(classifier, NUMBERS))
    said = refused(lambda: loss(classifier, None, batches(np.eye(2, dtype=int)[NUMBERS])))
    assert "tf.ensure_shape" in said


@pytest.mark.parametrize("weights", [pd.Series([3.0, 1.0], ["good", "bad"]), [1.0, 3.0]])
def test_a_series_of_class_weights_goes_by_its_index(weights):
    model = build(class_names=["bad", "good"])
    model.compile(keras.optimizers.SGD(0.0))
    weighted = model.fit(TEXTS, NAMES, class_weight=weights, verbose=0).history["loss"][0]
    by_name = model.fit(TEXTS, NAMES, class_weight={"bad": 1.0, "good": 3.0}, verbose=0)
    # Dropout makes the two differ a little; the weights the other way round would by far.
    assert weighted == pytest.approx(by_name.history["loss"][0], rel=0.2)


def test_two_weights_of_one_class():
    model = build(class_names=["1", "2"])
    said = refused(lambda: model.fit(TEXTS, NUMBERS, class_weight={0: 1.0, 1: 3.0}))
    assert "two weights for one class" in said


@pytest.mark.parametrize(
    "x",
    [
        (text for text in []),
        dataset((TEXTS, NUMBERS)).batch(4).take(0),
        str,
        pd.DataFrame({"t": TEXTS}).groupby("t"),
    ],
    ids=["empty generator", "empty dataset", "a type", "groups"],
)
def test_what_holds_no_texts(classifier, x):
    refused(lambda: classifier.predict(x, verbose=0))


@pytest.mark.parametrize(
    "act",
    [
        lambda m: m([]),
        lambda m: m.predict_on_batch(dataset(TEXTS).batch(4)),
        lambda m: m.train_on_batch(dataset((TEXTS, NUMBERS)).batch(4)),
        lambda m: m.predict(TEXTS, batch_size=0),
        lambda m: m.evaluate(TEXTS, NUMBERS, batch_size=0),
        lambda m: m.fit(m.preprocessor(TEXTS), NUMBERS, batch_size=-1),
        lambda m: m.fit(TEXTS, NUMBERS, epochs=2.5),
        lambda m: m.fit(TEXTS, NUMBERS, epochs="3"),
        lambda m: m.fit(TEXTS, NUMBERS, callbacks="early"),
        lambda m: m.fit(TEXTS, NUMBERS, callbacks=keras.callbacks.EarlyStopping),
        lambda m: m.fit(m.preprocessor(TEXTS), NUMBERS, validation_split=0.99),
        lambda m: m({"token_ids": [[2, 3], [2]], "padding_mask": [[1, 1], [1]]}),
        lambda m: m.predict({"token_ids": [[10**6]], "padding_mask": [[1]]}),
        lambda m: m.predict({"token_ids": np.ones((1, 900)), "padding_mask": np.ones((1, 900))}),
    ],
)
def test_arguments_that_cannot_be(classifier, act):
    refused(lambda: act(classifier))


def test_lists_of_token_ids(classifier):
    lists = {"token_ids": [[2, 5, 3]], "padding_mask": [[1, 1, 1]]}
    arrays = {name: np.array(rows) for name, rows in lists.items()}
    expected = classifier.predict(arrays, verbose=0)
    np.testing.assert_allclose(classifier.predict(lists, verbose=0), expected, atol=1e-6)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(classifier(lists)), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["mse", "MAE", "binary_crossentropy", "hinge", "kld"])
def test_losses_over_vectors_take_one_hot_targets_only(name):
    """Class numbers of a batch as long as there are classes would be broadcast to another loss in silence."""
    model = build(class_names=["bad", "good"])
    model.compile("adam", name)
    assert "vector of 2 numbers" in refused(lambda: loss(model, NUMBERS[:2], TEXTS[:2]))
    assert np.isfinite(loss(model, np.eye(2)[NUMBERS]))


def test_names_of_losses_and_metrics_as_people_write_them():
    model = build(class_names=["bad", "good"])
    expected = loss(model, NUMBERS)
    for written in ("crossentropy", ["sparse_categorical_crossentropy"]):
        model.compile("adam", written, metrics="accuracy")
        assert loss(model, NAMES) == pytest.approx(expected)
    for metric in ("AUC", "precision", keras.metrics.F1Score()):
        assert "class numbers" in refused(lambda m=metric: model.compile("adam", metrics=[m]))


def test_the_right_name_of_an_argument_is_told():
    assert "did you mean num_classes?" in refused(lambda: build(num_labels=3))


def test_labels_out_of_a_tensor():
    assert build(class_names=tf.constant(["bad", "good"])).class_names == ["bad", "good"]


def test_a_preprocessor_that_was_used_in_a_graph_can_be_copied():
    preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=16)
    expected = preprocessor(tf.constant(TEXTS))["token_ids"].numpy()
    for again in (pickle.loads(pickle.dumps(preprocessor)), copy.deepcopy(preprocessor)):
        np.testing.assert_array_equal(again(tf.constant(TEXTS))["token_ids"], expected)
