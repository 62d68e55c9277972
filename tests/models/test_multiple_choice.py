"""Multiple choice: raw text of unequal numbers of choices in every method, and choices that are not there."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertBackbone, AlbertMultipleChoice, AlbertTextClassifier, AlbertTokenizer
from albert_tf.answers import Choice
from albert_tf.errors import ConfigError, DataError
from albert_tf.models.multiple_choice import ABSENT
from albert_tf.preprocessing import AlbertMultipleChoicePreprocessor
from tests.tiny import english_model, randomize, tiny_config

QUESTIONS = ["What barks?", "Is water wet?", "\U0001f600", "Which one?", "How many legs?"]
CHOICES = [["a dog", "a cat", "a tree"], ["yes", "no"], ["only this"], ["", "b"], list("abcd")]
CONTEXTS = ["A dog barks. " * 2000, "", "\U0001f600", "é", "It has _ legs."]
RIGHT = [0, 1, 0, 1, 3]
TEXT = (QUESTIONS, CHOICES)


@pytest.fixture(scope="module")
def model():
    """A compiled model of raw text that never changes: its learning rate is 0."""
    reader = AlbertMultipleChoicePreprocessor(AlbertTokenizer(), sequence_length=16)
    model = english_model(AlbertMultipleChoice, scale=0.3, preprocessor=reader, dropout=0.0)
    model.compile(keras.optimizers.SGD(0.0))
    return model


@pytest.fixture(scope="module")
def losses(model):
    """The cross-entropy of each question, alone in a batch with just its choices; with contexts and without."""
    found = {}
    for text in (TEXT, (*TEXT, CONTEXTS)):
        rows = []
        for number, own in enumerate(zip(*text, strict=True)):
            logits = keras.ops.convert_to_numpy(model(tuple([part] for part in own)))
            assert logits.shape == (1, len(CHOICES[number]))
            (logits,) = logits.astype("float64")
            rows.append(np.log(np.exp(logits).sum()) - logits[RIGHT[number]])
        found[len(text)] = np.array(rows)
    return found


@pytest.mark.parametrize("text", [TEXT, (*TEXT, CONTEXTS)], ids=["questions", "contexts"])
def test_unequal_numbers_in_every_method(model, losses, text):
    loss = pytest.approx(losses[len(text)].mean(), rel=1e-5)
    assert model.fit(text, RIGHT, batch_size=2, verbose=0).history["loss"][0] == loss
    assert model.evaluate(text, RIGHT, batch_size=2, verbose=0)[0] == loss
    assert model.test_on_batch(text, RIGHT)[0] == loss
    assert model.train_on_batch(text, RIGHT)[0] == loss
    logs = model.fit(text, RIGHT, validation_data=(text, RIGHT), verbose=0).history
    assert logs["val_loss"][0] == loss
    logits = model.predict(text, batch_size=2, verbose=0)
    assert logits.shape == (5, 4)
    np.testing.assert_allclose(model.predict_on_batch(text), logits, atol=1e-5)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(text)), logits, atol=1e-5)
    there = np.arange(4) < np.array([[len(own)] for own in CHOICES])
    assert (logits[~there] == ABSENT).all()
    assert (np.abs(logits[there]) < 100).all()


def test_texts_of_choices_are_targets_too(model, losses):
    texts = [own[number] for own, number in zip(CHOICES, RIGHT, strict=True)]
    for y in (texts, np.array(texts), np.array(texts, object), np.array(RIGHT)):
        assert model.evaluate(TEXT, y, verbose=0)[0] == pytest.approx(losses[2].mean(), rel=1e-5)


def test_the_last_part_is_held_out(model, losses):
    for y in (RIGHT, [own[n] for own, n in zip(CHOICES, RIGHT, strict=True)]):
        logs = model.fit(TEXT, y, validation_split=0.4, verbose=0).history
        assert logs["loss"][0] == pytest.approx(losses[2][:3].mean(), rel=1e-5)
        assert logs["val_loss"][0] == pytest.approx(losses[2][3:].mean(), rel=1e-5)


def test_weights_of_questions(model, losses):
    weights = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    loss = model.evaluate(TEXT, RIGHT, sample_weight=weights, batch_size=5, verbose=0)[0]
    assert loss * 5 == pytest.approx(losses[2][1], rel=1e-5)


def test_vectors_for_a_loss_of_its_own(model, losses):
    other = english_model(
        AlbertMultipleChoice, scale=0.3, preprocessor=model.preprocessor, dropout=0.0
    )
    other.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True), metrics=[])
    loss = other.evaluate(TEXT, np.eye(4)[RIGHT], verbose=0)
    assert loss == pytest.approx(losses[2].mean(), rel=1e-5)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (
            [0, 2, 0, 1, 3],
            r"y\[1\] is 2; expected a number from 0 to 1, or one of its question's choices 'yes', 'no'",
        ),
        ([0, 0, 1, 1, 3], r"y\[2\] is 1; expected 0, or one of its question's choices 'only this'"),
        ([0, -1, 0, 1, 3], r"y\[1\] is -1; expected the number of the right choice, from 0 up"),
        ([0, 0.5, 0, 1, 3], r"y\[1\] is 0.5; expected the number of the right choice"),
        ([0, None, 0, 1, 3], r"y\[1\] is None; expected the number of the right choice"),
        (["a dog", "maybe", "only this", "b", "d"], r"y\[1\] is 'maybe'; expected a number from 0"),
        (
            [0, "no", 0, 1, 3],
            r"y\[1\] is 'no' and y\[0\] is 0; expected numbers only, or texts only",
        ),
        ([0, 1], "y has 2 rows for 5 questions; give one for each question"),
        (None, "y is missing; expected the number of the right choice"),
    ],
)
def test_what_no_choice_is_right_is_said_in_one_line(model, y, message):
    with pytest.raises(DataError, match=message) as raised:
        model.fit(TEXT, y, verbose=0)
    assert "\n" not in str(raised.value)


def test_what_else_does_not_fit(model):
    with pytest.raises(ConfigError, match="class_weight needs a text classifier"):
        model.fit(TEXT, RIGHT, class_weight="balanced", verbose=0)
    with pytest.raises(DataError, match="got a list; expected the tuple"):
        model.predict(QUESTIONS, verbose=0)
    with pytest.raises(DataError, match="there are no texts"):
        model.fit(([], []), [], verbose=0)
    without = AlbertMultipleChoice(model.backbone)
    with pytest.raises(ConfigError, match="has no preprocessor for raw text; give it a preproc"):
        without.answer(*TEXT)


@pytest.mark.parametrize("contexts", [None, CONTEXTS])
def test_an_answer_is_what_each_question_alone_says(model, contexts):
    answers = model.answer(QUESTIONS, CHOICES, contexts, batch_size=2)
    for number, answer in enumerate(answers):
        own = None if contexts is None else [contexts[number]]
        (alone,) = model.answer([QUESTIONS[number]], [CHOICES[number]], own)
        assert isinstance(answer, Choice)
        assert len(answer.scores) == len(CHOICES[number])
        assert sum(answer.scores) == pytest.approx(1.0)
        assert answer.index == int(np.argmax(answer.scores))
        assert answer.scores == pytest.approx(alone.scores, abs=1e-5)
    assert model.answer([], []) == []


FORMS = {
    "places": lambda question, choices, right: (question, choices, right),
    "pair": lambda question, choices, right: ((question, choices), right),
    "keys": lambda question, choices, right: {
        "question": question,
        "choices": choices,
        "label": right,
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_datasets_of_texts(model, losses, form):
    ragged = tf.ragged.constant(CHOICES)
    dataset = tf.data.Dataset.from_tensor_slices((QUESTIONS, ragged, RIGHT)).ragged_batch(5)
    batches = dataset.map(FORMS[form])
    assert model.evaluate(batches, verbose=0)[0] == pytest.approx(losses[2].mean(), rel=1e-5)
    if form == "places":
        logits = model.predict(dataset.map(lambda question, choices, _: (question, choices)))
        np.testing.assert_allclose(logits, model.predict(TEXT, verbose=0), atol=1e-5)
        wrong = dataset.map(lambda question, choices, right: (question, choices, right + 1))
        with pytest.raises(DataError, match=r"y\[1\] is 2; expected a number from 0 to 1"):
            model.fit(wrong, verbose=0)


def test_saved_and_read_again(model, tmp_path):
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    for other in (
        AlbertMultipleChoice.from_preset(tmp_path / "preset"),
        keras.saving.load_model(tmp_path / "model.keras"),
    ):
        assert other.preprocessor.settings() == model.preprocessor.settings()
        for mine, theirs in zip(other.answer(*TEXT), model.answer(*TEXT), strict=True):
            assert mine.scores == pytest.approx(theirs.scores, abs=1e-5)
    shorter = AlbertMultipleChoice.from_preset(tmp_path / "preset", sequence_length=8)
    assert shorter.preprocessor.sequence_length == 8


def test_from_the_preset_of_another_head(tmp_path):
    classifier = english_model(AlbertTextClassifier)
    classifier.save_to_preset(tmp_path)
    model = AlbertMultipleChoice.from_preset(tmp_path)
    assert isinstance(model.preprocessor, AlbertMultipleChoicePreprocessor)
    assert model.preprocessor.sequence_length == 16
    assert len(model.answer(*TEXT)) == 5


def test_choices_that_are_all_there_score_as_they_did():
    model = AlbertMultipleChoice(AlbertBackbone(tiny_config()))
    randomize(model)
    random = np.random.default_rng(0)
    ids = random.integers(5, 120, (2, 3, 7)).astype("int32")
    mask = (np.arange(7) < random.integers(1, 8, (2, 3, 1))).astype("int32")
    inputs = {"token_ids": ids, "segment_ids": ids % 2, "padding_mask": mask}
    flat = {name: values.reshape(6, 7) for name, values in inputs.items()}
    pooled = model.backbone(flat, training=False)["pooled_output"]
    plain = keras.ops.convert_to_numpy(model.classifier(pooled)).reshape(2, 3)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(inputs)), plain)


def test_a_choice_that_is_not_there_has_no_part_in_training():
    model = AlbertMultipleChoice(AlbertBackbone(tiny_config()), dropout=0.0)
    randomize(model, scale=0.3)
    model.compile(keras.optimizers.SGD(0.1))
    weights = model.get_weights()
    ids = np.random.default_rng(0).integers(5, 120, (2, 2, 7)).astype("int32")
    inputs = {"token_ids": ids, "padding_mask": np.ones_like(ids)}
    padded = {k: np.pad(v, [(0, 0), (0, 2), (0, 0)]) for k, v in inputs.items()}
    updated = []
    for each in (inputs, padded):
        model.set_weights(weights)
        model.train_on_batch(each, np.array([1, 0]))
        updated.append(model.get_weights())
    assert any(np.abs(new - old).max() > 1e-3 for new, old in zip(updated[0], weights, strict=True))
    for mine, theirs in zip(*updated, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
