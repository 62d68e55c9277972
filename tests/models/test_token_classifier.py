"""`AlbertTokenClassifier` from raw text: everything that Keras does with a model, and what it answers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertTextClassifier, AlbertTokenClassifier, AlbertTokenizer
from albert_tf.answers import Entity
from albert_tf.errors import ConfigError, DataError
from albert_tf.preprocessing import (
    AlbertTextClassifierPreprocessor,
    AlbertTokenClassifierPreprocessor,
)
from albert_tf.tables import entity_tags
from albert_tf.training import FineTuningRecipe, fine_tune
from tests.tiny import english_model

NAMES = entity_tags(["PER", "LOC"])
TEXTS = ["Ada lives in Rome", "Rome saw rain, and more rain, and Ada", "It rains", "Ada", ""]
SPANS = [
    [(0, 3, "PER"), (13, 17, "LOC")],
    [(0, 4, "LOC"), (34, 37, "PER")],
    [],
    [(0, 3, "PER")],
    [],
]
TAGS = [
    ["B-PER", "O", "O", "B-LOC"],
    ["B-LOC", "O", "O", "O", "O", "O", "O", "B-PER"],
    ["O", "O"],
    ["B-PER"],
    [],
]


def token_model(class_names=NAMES, sequence_length=8, stride=None, **options):
    own = AlbertTokenClassifierPreprocessor(AlbertTokenizer(), sequence_length, stride)
    options = {"dropout": 0.0, "sizes": {"num_hidden_layers": 1, "embedding_size": 8}, **options}
    return english_model(
        AlbertTokenClassifier, preprocessor=own, class_names=class_names, **options
    )


@pytest.fixture(scope="module")
def model():
    """A compiled model that never changes: its learning rate is 0."""
    model = token_model()
    model.compile(keras.optimizers.SGD(0.0))
    return model


def rows_of(model, y, sample_weight=None):
    """Token ids, class numbers and weights of all rows, as a person who knew them would pass them."""
    y = model.text_targets(y)
    batches = model.preprocessor.batches(TEXTS, y, sample_weight, batch_size=20, order="given")
    return batches.collate(np.arange(batches.num_examples))


def loss_of(model, y, sample_weight=None):
    inputs, numbers, weights = rows_of(model, y, sample_weight)
    logits = keras.ops.convert_to_numpy(model(inputs)).astype("float64")
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    losses = -np.take_along_axis(logs, numbers[..., None], -1)[..., 0]
    right = (logits.argmax(-1) == numbers) * weights
    return (losses * weights).sum() / weights.sum(), right.sum() / weights.sum()


@pytest.mark.parametrize("y", [SPANS, TAGS])
def test_fit_and_evaluate_count_the_tokens_of_the_texts_alone(model, y):
    assert sum(model.preprocessor.pack(TEXTS).lengths > 2) > 4, "a text has several rows"
    loss, accuracy = loss_of(model, y)
    logs = model.fit(TEXTS, y, batch_size=20, validation_data=(TEXTS, y), verbose=0).history
    for name in ("loss", "val_loss"):
        assert logs[name][0] == pytest.approx(loss, rel=1e-5)
    for name in ("accuracy", "val_accuracy"):
        assert logs[name][0] == pytest.approx(accuracy, rel=1e-5)
    found = model.evaluate(TEXTS, y, batch_size=20, verbose=0, return_dict=True)
    assert 0.0 <= found.pop("entity_f1") < 1.0
    assert found == pytest.approx({"loss": loss, "accuracy": accuracy}, rel=1e-5)


def test_batches_and_weights_of_texts(model):
    weights = np.array([1.0, 2.0, 0.0, 0.5, 1.0])
    loss, _ = loss_of(model, SPANS, weights)
    for method in (model.train_on_batch, model.test_on_batch):
        model.reset_metrics()  # they are means since then, over what the tests before have shown it too
        logs = method(TEXTS, SPANS, sample_weight=weights, return_dict=True)
        assert logs["loss"] == pytest.approx(loss, rel=1e-5)
    logs = model.evaluate(
        TEXTS, SPANS, batch_size=20, sample_weight=weights, verbose=0, return_dict=True
    )
    assert logs["loss"] == pytest.approx(loss, rel=1e-5)
    inputs, numbers, token_weights = rows_of(model, SPANS, weights)
    logs = model.evaluate(
        inputs, numbers, sample_weight=token_weights, verbose=0, return_dict=True, batch_size=20
    )
    assert logs["loss"] == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("y", [SPANS, TAGS])
def test_validation_split_holds_out_texts(model, y):
    logs = model.fit(TEXTS, y, validation_split=0.4, verbose=0).history
    held_out = model.evaluate(TEXTS[3:], y[3:], verbose=0, return_dict=True)
    assert logs["val_loss"][0] == pytest.approx(held_out["loss"], rel=1e-5)
    wrong = [*y[:3], [(0, 9, "PER")], []]
    with pytest.raises(DataError, match=r"y\[3\] has the span 0 to 9"):
        model.fit(TEXTS, wrong, validation_split=0.4, verbose=0)


def test_predict_gives_a_row_for_each_row_of_tokens(model):
    packed = model.preprocessor.pack(TEXTS)
    logits = model.predict(TEXTS, batch_size=2, verbose=0)
    assert logits.shape == (len(packed), 8, 5)
    inputs = packed.batch(range(len(packed)), 0)
    expected = keras.ops.convert_to_numpy(model(inputs))
    mask = inputs["padding_mask"].astype(bool)
    assert np.allclose(logits[:, : mask.shape[1]][mask], expected[mask], atol=1e-5)
    assert np.allclose(model.predict_on_batch(TEXTS)[mask], expected[mask], atol=1e-5)
    assert np.allclose(keras.ops.convert_to_numpy(model(TEXTS))[mask], expected[mask], atol=1e-5)


def test_what_was_learned_is_answered(tmp_path):
    model = token_model(scale=0.05, sequence_length=12)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(TEXTS, SPANS, epochs=60, verbose=0)
    answers = model.answer(TEXTS)
    found = [[(e.start, e.end, e.label) for e in entities] for entities in answers]
    assert found == SPANS
    assert all(
        isinstance(e, Entity) and e.probability > 0.5 for entities in answers for e in entities
    )
    # Answers are targets too.
    found = model.evaluate(TEXTS, answers, verbose=0, return_dict=True)
    assert found["accuracy"] == found["entity_f1"] == 1.0
    model.save(tmp_path / "model.keras")
    assert_same(keras.models.load_model(tmp_path / "model.keras").answer(TEXTS), answers)
    model.save_to_preset(tmp_path / "preset")
    loaded = AlbertTokenClassifier.from_preset(tmp_path / "preset")
    assert_same(loaded.answer(TEXTS), answers)
    assert loaded.preprocessor.settings() == {"sequence_length": 12, "stride": None}


def assert_same(mine, theirs):
    for entities, others in zip(mine, theirs, strict=True):
        assert [(e.label, e.start, e.end) for e in entities] == [
            (e.label, e.start, e.end) for e in others
        ]
        assert [e.probability for e in entities] == pytest.approx(
            [e.probability for e in others], abs=1e-5
        )


def test_presets_of_another_head(tmp_path):
    classifier = english_model(sequence_length=20)
    classifier.preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), 20, "only_first")
    classifier.save_to_preset(tmp_path / "texts")
    options = {"class_names": NAMES, "stride": 5}
    model = AlbertTokenClassifier.from_preset(tmp_path / "texts", **options)
    assert model.preprocessor.settings() == {"sequence_length": 20, "stride": 5}
    assert len(model.answer(TEXTS)) == 5
    model.save_to_preset(tmp_path / "tokens")
    back = AlbertTextClassifier.from_preset(tmp_path / "tokens", num_classes=3)
    assert back.preprocessor.settings() == {"sequence_length": 20, "truncate": "longest_first"}


def test_a_text_of_20000_characters(model):
    text = "Ada lives in Rome, and \U0001f600 caf\u00e9s. " * 700
    assert len(text) > 20_000
    (entities,) = model.answer([text])
    assert entities
    assert entities[-1].end > 19_000
    assert all(e.text == text[e.start : e.end] for e in entities)
    model.fit([text], [entities], verbose=0)


def test_labels_of_words():
    model = token_model(["NOUN", "VERB", "OTHER"], scale=0.05)
    model.compile(keras.optimizers.Adam(0.01))
    texts, y = ["rain falls", "it rains"], [["NOUN", "VERB"], [2, 1]]
    model.fit(texts, [*y[:1], ["OTHER", "VERB"]], epochs=40, verbose=0)
    answers = model.answer(texts)
    assert [[(w.text, w.label) for w in words] for words in answers] == [
        [("rain", "NOUN"), ("falls", "VERB")],
        [("it", "OTHER"), ("rains", "VERB")],
    ]
    model.evaluate(texts, y, verbose=0)


def test_fine_tuning(tmp_path):
    model = token_model(scale=0.05, sequence_length=12)
    before = model.evaluate(TEXTS, SPANS, verbose=0, return_dict=True)
    recipe = FineTuningRecipe(epochs=2, learning_rate=0.01, batch_size=4)
    data = TEXTS, SPANS
    result = fine_tune(model, data, data, recipe=recipe, run_dir=tmp_path / "run", verbose=0)
    after = model.evaluate(TEXTS, SPANS, verbose=0, return_dict=True)
    assert result.monitor == "val_entity_f1"
    assert result.best_value == pytest.approx(after["entity_f1"])
    assert after["loss"] < before["loss"]


def test_what_cannot_be_is_said(model):
    for y, message in (
        (None, "y is missing; expected for each text a list"),
        (np.zeros((5, 8), int), r"y\[0\] has 8 tags for the 4 words"),
        ([*SPANS[:4], [(0, 1, "PER")]], r"y\[4\] has the span 0 to 1"),
        ([*SPANS[:4], [(0, 1, "per")]], r"y\[4\]\[0\] has the label 'per'.*near: 'PER'"),
        (SPANS[:4], "y has 4 rows for 5 texts"),
    ):
        for method in (model.fit, model.evaluate):
            with pytest.raises(DataError, match=message):
                method(TEXTS, y, verbose=0)
        with pytest.raises(DataError, match=message):
            model.train_on_batch(TEXTS, y)
    with pytest.raises(DataError, match="the validation y has 1 rows for 5 texts"):
        model.fit(TEXTS, SPANS, validation_data=(TEXTS, SPANS[:1]), verbose=0)
    with pytest.raises(DataError, match="sample_weight has 2 rows for 5 texts"):
        model.fit(TEXTS, SPANS, sample_weight=[1.0, 2.0], verbose=0)
    with pytest.raises(DataError, match="pairs of texts; expected texts alone"):
        model.answer((TEXTS, TEXTS))
    with pytest.raises(ConfigError, match="class_weight needs a text classifier"):
        model.fit(TEXTS, SPANS, class_weight="balanced", verbose=0)
    with pytest.raises(ConfigError, match="stride is 0; expected at least 1 token, or None"):
        AlbertTokenClassifierPreprocessor(AlbertTokenizer(), stride=0)
    assert model.answer([]) == []


def test_datasets_of_texts(model):
    numbers = [[NAMES.index(tag) for tag in row] for row in TAGS]
    weights = np.array([1.0, 2.0, 0.0, 0.5, 1.0], "float32")
    expected = model.evaluate(
        TEXTS, TAGS, sample_weight=weights, batch_size=20, verbose=0, return_dict=True
    )
    for y in (tf.ragged.constant(TAGS), tf.ragged.constant(numbers)):
        parts = (TEXTS, y, weights)
        dataset = tf.data.Dataset.from_tensor_slices(parts).batch(5)
        assert model.evaluate(dataset, verbose=0, return_dict=True) == pytest.approx(expected)
        logs = model.fit(dataset, verbose=0).history
        assert logs["loss"][0] == pytest.approx(expected["loss"], rel=1e-5)
    logits = model.predict(tf.data.Dataset.from_tensor_slices(TEXTS).batch(2), verbose=0)
    mask = model.preprocessor.pack(TEXTS).batch(range(len(logits)), 0, 8)["padding_mask"] == 1
    assert np.allclose(logits[mask], model.predict(TEXTS, verbose=0)[mask], atol=1e-5)
    wrong = tf.data.Dataset.from_tensor_slices((TEXTS[:1], [["O", "O"]])).batch(1)
    with pytest.raises(
        DataError, match=r"y\[0\] has 2 tags for the 4 words of 'Ada lives in Rome'"
    ):
        model.fit(wrong, verbose=0)
    with pytest.raises(DataError, match="y is of type list; expected what text_targets"):
        model.preprocessor(TEXTS, SPANS)


def test_token_ids_stay_as_they_were(model):
    inputs, numbers, _ = rows_of(model, SPANS)
    logs = model.evaluate(inputs, numbers, batch_size=20, verbose=0, return_dict=True)
    logits = keras.ops.convert_to_numpy(model(inputs))
    assert logs["accuracy"] == pytest.approx((logits.argmax(-1) == numbers).mean(), rel=1e-5)
    with pytest.raises(DataError, match=r"y\[0, 0\] is 7; expected a class number from 0 to 4"):
        model.fit(inputs, numbers + 7, verbose=0)
