"""`AlbertQuestionAnswerer` on questions and contexts: everything Keras does with data, against losses by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf import (
    AlbertBackbone,
    AlbertQuestionAnswerer,
    AlbertTask,
    AlbertTextClassifier,
    AlbertTokenizer,
)
from albert_tf.errors import AlbertError
from albert_tf.preprocessing import AlbertQuestionAnswererPreprocessor
from tests.tiny import english_model, question_model, tiny_config

QUESTIONS = ["Where was it?", "When did we leave?", "Who?", "What is it?"]
CONTEXTS = [
    "It was in São Paulo, as I remember, and nobody knew \U0001f642 at that time. It was in ﬁne weather.",
    "We left on Friday.",
    "",
    "It is said that it swims, that it dives, and that it never sleeps under water.",
]
X = (QUESTIONS, CONTEXTS)
Y = [(10, 19), (11, 17), None, (19, 24)]
WEIGHTS = [1.0, 2.0, 0.5, 3.0]
OUTPUTS = ("start_logits", "end_logits")


@pytest.fixture(scope="module")
def model():
    """A model that never changes: its learning rate is 0."""
    model = question_model(can_be_unanswerable=True, sizes={"num_hidden_layers": 1})
    model.compile(keras.optimizers.SGD(0.0))
    return model


def loss_by_hand(model, rows=slice(None), weights=None):
    """The loss of each window padded by itself, to the multiple of 8 that all batches here are padded to."""
    x = QUESTIONS[rows], CONTEXTS[rows]
    packed = model.preprocessor.pack(x)
    inputs, places = model.preprocessor(x, Y[rows])
    logits = model(inputs)
    each = np.zeros(len(packed))
    for name in OUTPUTS:
        values = keras.ops.convert_to_numpy(logits[name]).astype("float64")
        each += np.log(np.exp(values).sum(-1)) - values[np.arange(len(each)), places[name]]
    if weights is not None:
        each *= np.array(weights)[packed.text_index]
    return each.mean()


def test_losses(model):
    assert len(model.preprocessor.pack(X)) > len(QUESTIONS)
    expected = loss_by_hand(model)
    whole = {"batch_size": 32, "verbose": 0}
    assert model.evaluate(X, Y, **whole)[0] == pytest.approx(expected, rel=1e-5)
    logs = model.fit(X, Y, validation_data=(X, Y), **whole).history
    assert logs["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert logs["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert model.test_on_batch(X, Y)[0] == pytest.approx(expected, rel=1e-5)
    assert model.train_on_batch(X, Y)[0] == pytest.approx(expected, rel=1e-5)


def test_weights(model):
    expected = loss_by_hand(model, weights=WEIGHTS)
    whole = {"batch_size": 32, "verbose": 0}
    logs = model.fit(X, Y, sample_weight=WEIGHTS, validation_data=(X, Y, WEIGHTS), **whole).history
    assert logs["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert logs["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(X, Y, sample_weight=WEIGHTS, **whole)[0] == pytest.approx(
        expected, rel=1e-5
    )
    assert model.train_on_batch(X, Y, WEIGHTS)[0] == pytest.approx(expected, rel=1e-5)
    assert model.test_on_batch(X, Y, WEIGHTS)[0] == pytest.approx(expected, rel=1e-5)


def test_a_split_cuts_between_questions(model):
    logs = model.fit(X, Y, validation_split=0.5, verbose=0).history
    assert logs["loss"][0] == pytest.approx(loss_by_hand(model, slice(0, 2)), rel=1e-5)
    assert logs["val_loss"][0] == pytest.approx(loss_by_hand(model, slice(2, 4)), rel=1e-5)


def test_it_learns():
    model = question_model(can_be_unanswerable=True, sequence_length=40, scale=0.02)
    model.compile(keras.optimizers.Adam(3e-3))
    model.fit(X, Y, epochs=40, verbose=0)
    answers = model.answer(*X)
    for answer, context, span in zip(answers, CONTEXTS, Y, strict=True):
        assert (answer.start, answer.end) == (span or (None, None))
        assert answer.text == ("" if span is None else context[slice(*span)])
        assert (answer.no_answer_probability >= 0.5) == (span is None)


def test_predictions_are_those_of_each_window(model):
    packed = model.preprocessor.pack(X)
    found = model.predict(X, batch_size=2, verbose=0)
    called = model(X)
    for name in OUTPUTS:
        assert found[name].shape == (len(packed), 24)
        for row, (ids, segments) in enumerate(
            zip(packed.token_ids, packed.segment_ids, strict=True)
        ):
            inputs = {"token_ids": ids[None], "segment_ids": segments[None]}
            inputs["padding_mask"] = np.ones_like(inputs["token_ids"])
            expected = np.asarray(model(inputs)[name][0])
            np.testing.assert_allclose(found[name][row][: len(ids)], expected, atol=1e-5)
            np.testing.assert_allclose(called[name][row][: len(ids)], expected, atol=1e-5)
    assert model.predict_on_batch(X)["start_logits"].shape == (len(packed), 24)


def test_datasets_of_texts(model):
    spans = [span or (-1, -1) for span in Y]
    data = tf.data.Dataset.from_tensor_slices((QUESTIONS, CONTEXTS, spans, WEIGHTS)).batch(4)
    expected = loss_by_hand(model, weights=WEIGHTS)
    logs = model.fit(data, validation_data=data, verbose=0).history
    assert logs["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert logs["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(data, verbose=0)[0] == pytest.approx(expected, rel=1e-5)
    mapped = data.map(lambda q, c, y, w: model.preprocessor((q, c), y, w))
    assert model.evaluate(mapped, verbose=0)[0] == pytest.approx(expected, rel=1e-5)
    single = tf.data.Dataset.from_tensor_slices(X).batch(1)
    found, memory = model.predict(single, verbose=0), model.predict(X, verbose=0)
    for row, length in enumerate(model.preprocessor.pack(X).lengths):
        for name in OUTPUTS:
            np.testing.assert_allclose(
                found[name][row, :length], memory[name][row, :length], atol=1e-5
            )
    bad = data.map(lambda q, c, y, w: (q, c, y + 100))
    for use in (
        lambda: model.fit(bad, verbose=0),
        lambda: model.evaluate(bad, verbose=0),
        lambda: model.fit(X, Y, validation_data=bad, verbose=0),
    ):
        with pytest.raises(
            AlbertError, match=r"a batch of the dataset: y\[2\] is \(99, 99\)"
        ) as error:
            use()
        assert "\n" not in str(error.value)


def test_what_fit_refuses(model):
    for use, message in (
        (
            lambda: model.fit(X, [*Y[:3], (19, 240)]),
            r"answer of row 3 is \(19, 240\), and its context has 78",
        ),
        (lambda: model.fit(X, Y[:3]), "y has 3 rows for 4"),
        (lambda: model.fit(X, Y[:3], validation_split=0.5), "y has 3 rows for 4"),
        (lambda: model.fit(X, [1, 2, 3, 4]), r"y\[0\] is 1; expected \(start, end\)"),
        (lambda: model.fit(X), "y is missing; expected for each question"),
        (
            lambda: model.fit(X, Y, validation_data=(X, [(3, 1)] * 4)),
            r"the validation y\[0\] is \(3, 1\)",
        ),
        (lambda: model.fit(QUESTIONS, Y), "4 texts without contexts"),
        (lambda: model.fit(X, Y, sample_weight=[1.0, float("nan"), 1, 1]), r"sample_weight\[1\]"),
        (lambda: model.fit(X, Y, sample_weight=[1.0]), "sample_weight has 1 rows for 4"),
        (lambda: model.fit(X, Y, class_weight={0: 1.0}), "class_weight"),
        (lambda: model.predict(([], [])), "there are no texts"),
        (lambda: model.fit(([], []), []), "there are no texts"),
        (lambda: model.answer("Who?", "Me."), "single question 'Who\\?' and its context"),
        (lambda: model.answer(["Who?"]), "1 texts without contexts"),
        (lambda: question_model().fit(X, Y), r"y\[2\] is no answer, and this model always gives"),
    ):
        with pytest.raises(AlbertError, match=message) as error:
            use()
        assert "\n" not in str(error.value)
    assert model.answer([], []) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_answer_tokens", 0),
        ("max_answer_tokens", 2.5),
        ("no_answer_threshold", "high"),
        ("no_answer_threshold", -0.1),
    ],
)
def test_impossible_settings(name, value):
    with pytest.raises(AlbertError, match=f"{name} is {value!r}; expected"):
        AlbertQuestionAnswerer(AlbertBackbone(tiny_config()), **{name: value})


def same_answers(first, second):
    return first.answer(*X) == second.answer(*X)


def test_saving_and_loading(tmp_path):
    options = {"no_answer_threshold": 0.01, "max_answer_tokens": 7, "can_be_unanswerable": True}
    options |= {"end_conditioned_on_start": False}
    model = question_model(**options)
    assert any(answer.text for answer in model.answer(*X))
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    for kind in (AlbertQuestionAnswerer, AlbertTask):
        again = kind.from_preset(tmp_path / "preset")
        assert again.head_config() == options
        assert again.preprocessor.settings() == model.preprocessor.settings()
        assert same_answers(model, again)
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert same_answers(model, again)
    assert again.head_config() == options
    changed = AlbertQuestionAnswerer.from_preset(
        tmp_path / "preset", stride=3, sequence_length=20, max_answer_tokens=2
    )
    assert changed.preprocessor.settings() == {
        "sequence_length": 20,
        "stride": 3,
        "max_question_length": 64,
    }
    assert changed.max_answer_tokens == 2
    assert all(len(answer.text.split()) <= 2 for answer in changed.answer(*X))


def test_from_presets_of_other_heads(tmp_path):
    model = AlbertQuestionAnswerer.from_preset("albert_small_en")
    assert model.preprocessor.settings() == {
        "sequence_length": 64,  # from no longer texts that model has learned
        "stride": 128,
        "max_question_length": 64,
    }
    classifier = english_model(AlbertTextClassifier, sequence_length=8)
    classifier.save_to_preset(tmp_path)
    model = AlbertQuestionAnswerer.from_preset(tmp_path)
    assert model.preprocessor.sequence_length == 40  # all positions that it has
    assert len(model.answer(*X)) == 4


def test_without_preprocessor():
    model = AlbertQuestionAnswerer(AlbertBackbone(tiny_config()))
    with pytest.raises(AlbertError, match="has no preprocessor for raw text"):
        model.answer(*X)
    with pytest.raises(AlbertError, match="the preprocessor's sequence_length is 384, the model"):
        AlbertQuestionAnswerer(
            AlbertBackbone(tiny_config()), AlbertQuestionAnswererPreprocessor(AlbertTokenizer())
        )


ODD = {
    "long": "Some say the otter swims at night, others that it sleeps. " * 350,
    "emoji": "\U0001f642\U0001f980\U0001f642 \U0001f468‍\U0001f469‍\U0001f467",
    "accents": "E\u0301te\u0301 à São Paulo, ﬁn — Ｔｏｋｙｏ ½ ㎏ ǅ",
    "empty": "",
    "blank": " \n\t ",
    "zero width": "\u200b\u200d\ufeff",
    "one word": "x" * 5000,
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_contexts(kind):
    model = question_model(sequence_length=40, stride=16, can_be_unanswerable=True)
    model.no_answer_threshold = 1.0
    context = ODD[kind]
    (answer,) = model.answer(["Who swims?"], [context])
    assert all(context[s.start : s.end] == s.text != "" for s in answer.alternatives)
    if answer.start is not None:
        assert context[answer.start : answer.end] == answer.text
    assert (answer.start is None) == (kind in ("empty", "blank", "zero width"))
    if kind == "long":
        assert len(context) > 20_000
        assert len(model.preprocessor.pack((["Who swims?"], [context]))) > 250
