"""What people know from Keras works here: its methods, its arguments, its conventions."""

import inspect
import random
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertBackbone, AlbertPretrainer, AlbertTextRegressor
from albert_tf.errors import AlbertError
from albert_tf.training import FineTuningRecipe, fine_tune
from tests.models.odd_inputs import LABELS, NAMES, PAIRS, TEXTS, make, three_classes
from tests.tiny import tiny_config


@pytest.fixture(scope="module")
def model():
    return three_classes()


def by_hand(model, x=TEXTS):
    return np.asarray(model(model.preprocessor(x)))


# === Raw text ===


def test_the_model_itself_takes_text(model):
    np.testing.assert_allclose(model(TEXTS), by_hand(model), atol=1e-6)
    np.testing.assert_allclose(model((TEXTS, PAIRS)), by_hand(model, (TEXTS, PAIRS)), atol=1e-6)
    np.testing.assert_allclose(model(tf.constant(TEXTS)), by_hand(model), atol=1e-6)


def test_the_model_itself_takes_no_single_text(model):
    with pytest.raises(AlbertError, match="got the single text 'rain'; expected a list of texts"):
        model("rain")
    with pytest.raises(AlbertError, match="got one text; expected a list of texts"):
        model(tf.constant("rain"))


def test_one_batch_of_text(model):
    np.testing.assert_allclose(model.predict_on_batch(TEXTS), by_hand(model), atol=1e-6)
    loss = model.evaluate(TEXTS, LABELS, verbose=0)[0]
    assert model.test_on_batch(TEXTS, LABELS)[0] == pytest.approx(loss, rel=1e-5)
    trained = three_classes()
    before = [np.asarray(weight) for weight in trained.trainable_weights]
    logs = trained.train_on_batch(TEXTS, LABELS, class_weight=[1, 2, 3], return_dict=True)
    assert set(logs) == {"loss", "accuracy"}
    assert any(
        np.abs(w - b).max() > 0 for w, b in zip(trained.trainable_weights, before, strict=True)
    )


BATCHES = {
    "list": TEXTS,
    "array": np.array(TEXTS),
    "pairs": (TEXTS, PAIRS),
    "rows": list(zip(TEXTS, PAIRS, strict=True)),
    "tensor": tf.constant(TEXTS),
}


@pytest.mark.parametrize("form", BATCHES)
def test_one_batch_of_text_in_each_form(form):
    x, weights = BATCHES[form], np.array([1.0, 0.0, 2.0, 1.0])
    model = three_classes()
    inputs = {name: np.asarray(rows) for name, rows in model.preprocessor(x).items()}
    np.testing.assert_allclose(model.predict_on_batch(x), model.predict_on_batch(inputs), atol=1e-6)
    names = [NAMES[label] for label in LABELS]
    for method in ("test_on_batch", "train_on_batch"):
        found, expected = [], []
        for values, given, y in ((found, x, names), (expected, inputs, LABELS)):
            model = three_classes()
            values += getattr(model, method)(given, y, weights)
            values += np.asarray(model.classifier.kernel).ravel().tolist()
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_validation_split_holds_out_the_last_texts(model):
    model.optimizer.learning_rate = 0.0
    for x, last in ((TEXTS, TEXTS[3:]), ((TEXTS, PAIRS), (TEXTS[3:], PAIRS[3:]))):
        weights = [1.0, 1.0, 1.0, 3.0]
        logs = model.fit(x, LABELS, sample_weight=weights, validation_split=0.25, verbose=0).history
        held_out = model.evaluate(last, LABELS[3:], sample_weight=weights[3:], verbose=0)
        assert logs["val_loss"][0] == pytest.approx(held_out[0], rel=1e-5)
    as_ids = model.fit(model.preprocessor(TEXTS), LABELS, validation_split=0.25, verbose=0).history
    as_text = model.fit(TEXTS, LABELS, validation_split=0.25, verbose=0).history
    assert as_ids["val_loss"][0] == pytest.approx(as_text["val_loss"][0], rel=1e-5)
    given = model.fit(
        TEXTS, LABELS, validation_split=0.25, validation_data=(TEXTS, LABELS), verbose=0
    )
    assert given.history["val_loss"][0] == pytest.approx(given.history["loss"][0], rel=1e-4)


@pytest.mark.parametrize("share", [1.0, -0.5, "half", 0.9])
def test_impossible_validation_split(model, share):
    with pytest.raises(AlbertError, match="validation_split"):
        model.fit(TEXTS, LABELS, validation_split=share, verbose=0)


def test_arguments_of_kerass_own_order(model):
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch))
    epochs = []
    model.fit(TEXTS, LABELS, 2, 3, 0, callback)
    assert epochs == [0, 1, 2]
    model.fit(model.preprocessor(TEXTS), LABELS, None, 1, 0, callbacks=callback)
    assert len(model.evaluate(TEXTS, LABELS, None, 0)) == 2
    assert model.predict(TEXTS, None, 0).shape == (4, 3)
    assert model.predict(TEXTS, 2, 0, 1).shape == (2, 3), "steps=1 answers the first batch"
    np.testing.assert_allclose(model.predict(TEXTS, 2, 0, 1), by_hand(model)[:2], atol=1e-6)


def test_one_callback_outside_a_list(model, tmp_path):
    seen = []
    one = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))
    model.fit(TEXTS, LABELS, callbacks=one, verbose=0)
    model.fit(TEXTS, LABELS, callbacks=(one,), verbose=0)
    own = keras.callbacks.CallbackList([one], add_history=True, model=model)
    model.fit(TEXTS, LABELS, callbacks=own, verbose=0)
    recipe = FineTuningRecipe(epochs=1)
    fine_tune(
        three_classes(), (TEXTS, LABELS), recipe=recipe, run_dir=tmp_path, callbacks=one, verbose=0
    )
    assert seen == [0] * 4


def keras_starts_its_generator_anew():
    """Keras 3.10's `set_random_seed` leaves the global generator as it is, and with it all that Keras itself draws."""

    def drawn():
        keras.utils.set_random_seed(1)
        return int(keras.random.randint((), 0, 2**31 - 1))

    return drawn() == drawn()


def test_numpys_global_seed_is_left_alone_and_keras_seeds_the_order():
    def order_of(seed):
        if seed is not None:
            keras.utils.set_random_seed(seed)
        model = three_classes()
        orders = []
        batches_of = model.preprocessor.batches_of
        model.preprocessor.batches_of = lambda *args, **options: (
            orders.append(options["seed"]) or batches_of(*args, **options)
        )
        numpy_state = np.random.get_state()[1].tolist()
        model.fit(TEXTS, LABELS, verbose=0)
        assert np.random.get_state()[1].tolist() == numpy_state
        return orders

    if keras_starts_its_generator_anew():
        assert order_of(3) == order_of(3)
    assert order_of(3) != order_of(4)
    random.seed(0)
    np.random.seed(0)
    one = order_of(None)
    np.random.seed(0)
    assert order_of(None) != one, "numpy's seed does not decide"


def test_generators_and_py_datasets(model):
    inputs = model.preprocessor(TEXTS)

    class Batches(keras.utils.PyDataset):
        def __init__(self, y):
            super().__init__()
            self.y = y

        def __len__(self):
            return 1

        def __getitem__(self, index):
            return inputs, self.y

    expected = model.evaluate(TEXTS, LABELS, verbose=0)[0]
    names = [NAMES[label] for label in LABELS]
    for data in (Batches(names), ((inputs, y) for y in [names])):
        assert model.evaluate(data, verbose=0)[0] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(model.predict(Batches(LABELS), verbose=0), by_hand(model), atol=1e-6)
    bad = [1, 0, 3, 1]
    for data in (Batches(bad), ((inputs, y) for y in [bad])):
        with pytest.raises(AlbertError, match=r"^y\[2\] is 3; expected a class") as error:
            model.fit(data, verbose=0)
        assert "\n" not in str(error.value)
    with pytest.raises(
        AlbertError, match="^a batch begins with list; expected a dict of token_ids"
    ):
        model.fit(((TEXTS, y) for y in [LABELS]), verbose=0)


@pytest.mark.parametrize("size", [0, -1, 2.5, "all"])
def test_impossible_batch_size(model, size):
    for x in (TEXTS, model.preprocessor(TEXTS)):
        for use in (model.fit, model.evaluate):
            with pytest.raises(AlbertError, match="batch_size is .*; expected a whole number"):
                use(x, LABELS, batch_size=size, verbose=0)


def test_validation_data_of_another_kind(model):
    inputs = model.preprocessor(TEXTS)
    for data, message in (
        (TEXTS, "validation_data is a list of 4; expected"),
        ((TEXTS,), r"validation_data is a tuple of 1; expected \(x, y\)"),
        (inputs, "validation_data is a dict; expected"),
        ((), "validation_data is a tuple of 0"),
    ):
        with pytest.raises(AlbertError, match=message):
            model.fit(TEXTS, LABELS, validation_data=data, verbose=0)


def test_token_ids_in_lists(model):
    inputs = model.preprocessor(TEXTS)
    lists = {name: rows.tolist() for name, rows in inputs.items()}
    np.testing.assert_allclose(model.predict(lists, verbose=0), by_hand(model), atol=1e-6)
    np.testing.assert_allclose(model(lists), by_hand(model), atol=1e-6)
    with pytest.raises(
        AlbertError, match="token_ids cannot be an array of .*; expected rows of one length"
    ):
        model.predict({**lists, "token_ids": [[2, 3], [2, 5, 3]]}, verbose=0)


# === compile ===


def test_compile_takes_every_argument_in_the_order_of_keras_model():
    theirs = inspect.signature(keras.Model.compile).parameters
    values = {
        "optimizer": "sgd",
        "loss": "sparse_categorical_crossentropy",
        "loss_weights": [2.0],
        "metrics": ["accuracy"],
        "weighted_metrics": [],
        "run_eagerly": True,
        "steps_per_execution": 1,
        "jit_compile": False,
        "auto_scale_loss": False,
    }
    assert list(values) == list(theirs)[1:]
    model = three_classes()
    model.compile(*values.values())
    assert (model.run_eagerly, model.jit_compile) == (True, False)
    by_place = model.evaluate(TEXTS, LABELS, return_dict=True, verbose=0)
    model.compile(**values)
    assert model.evaluate(TEXTS, LABELS, return_dict=True, verbose=0) == by_place
    pretrainer = AlbertPretrainer(AlbertBackbone(tiny_config()))
    pretrainer.compile("sgd", "auto", None, "auto", None, True)
    assert pretrainer.run_eagerly


def test_compile_takes_optimizer_and_loss_by_place():
    model = three_classes()
    for loss in ("sparse_categorical_crossentropy", model.default_loss()):
        model.compile("adam", loss, None, ["accuracy"], run_eagerly=True)
        values = model.evaluate(TEXTS, LABELS, verbose=0)
        logits = by_hand(model).astype("float64")
        each = np.log(np.exp(logits).sum(-1)) - logits[np.arange(4), LABELS]
        assert values[0] == pytest.approx(each.mean(), rel=1e-5), "the cross-entropy of logits"
        assert values[1] == pytest.approx((logits.argmax(-1) == LABELS).mean())
    with pytest.warns(UserWarning, match="takes probabilities, and this model gives logits"):
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(AlbertTextRegressor).compile("adam", "mse")
