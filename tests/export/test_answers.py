"""`model.answer` and `TFLiteRunner` of the exported file: the same answers, from the same code."""

import dataclasses
import json

import numpy as np
import pytest

from albert_tf import (
    AlbertMaskedLM,
    AlbertMultipleChoice,
    AlbertTextRegressor,
    AlbertTokenClassifier,
    AlbertTokenizer,
)
from albert_tf.answers import Prediction
from albert_tf.errors import ConfigError, DataError
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.preprocessing import (
    AlbertMaskedLMPreprocessor,
    AlbertMultipleChoicePreprocessor,
    AlbertTokenClassifierPreprocessor,
)
from albert_tf.tables import entity_tags
from tests.answers_alike import alike
from tests.export.conftest import ANY, LABELS, text_model
from tests.tiny import english_model, question_model

TEXTS = [
    "Hello, World!",
    "",
    "A longer text, which is read in the same batch. " * 3,
    "\U0001f600 é",
]
PAIRS = ["one", "two", "three", "four"]
QUESTIONS = (
    ["Where is the yapok?", "Who?", "", "What is said of it, and by whom? " * 4],
    [
        "Der Yapok, a “marsupial”, lives ﬁnely in Ａｍａｚｏｎｉａ \U0001f642 — and in São Paulo, it is said. "
        * 3,
        "",
        "Nobody knows.",
        "It is said that it swims.",
    ],
)


def token_model(class_names, **settings):
    """A model that labels tokens, whose rows are shorter than the longest text."""
    own = AlbertTokenClassifierPreprocessor(AlbertTokenizer(), **settings)
    options = {"scale": 0.3, "preprocessor": own, "class_names": class_names}
    return english_model(AlbertTokenClassifier, **options)


CHOICES = [["a", "b"], ["one choice only"], ["", "\U0001f600"], list("abcdefghi")]
"""Of unequal number; a file takes four at a time."""
CONTEXTS = ["A context. " * 1000, "", "\U0001f600", "_"]


def choice_model():
    reader = AlbertMultipleChoicePreprocessor(AlbertTokenizer(), sequence_length=40)
    return english_model(AlbertMultipleChoice, scale=0.3, preprocessor=reader)


MASKED = ["A [MASK] text.", "none", "\U0001f600[MASK][MASK]", "[MASK] " + "long " * 99 + "[MASK]"]


def mask_model():
    reader = AlbertMaskedLMPreprocessor(AlbertTokenizer(), sequence_length=40)
    return english_model(AlbertMaskedLM, scale=0.3, preprocessor=reader)


HEADS = {
    "masks": (mask_model, (MASKED,)),
    "choices": (choice_model, (TEXTS, CHOICES)),
    "choices with contexts": (choice_model, (TEXTS, CHOICES, CONTEXTS)),
    "one label": (text_model, (TEXTS,)),
    "several labels": (lambda: text_model(multi_label=True), (TEXTS,)),
    "no names": (lambda: text_model(labels=None), (TEXTS, PAIRS)),
    "question": (question_model, QUESTIONS),
    "question that may have no answer": (
        lambda: question_model(can_be_unanswerable=True, no_answer_threshold=0.02),
        QUESTIONS,
    ),
    "question, end by start": (
        lambda: question_model(end_conditioned_on_start=True, start_n_top=7, end_n_top=3),
        QUESTIONS,
    ),
    "question, end by start, that may have no answer": (
        lambda: question_model(end_conditioned_on_start=True, can_be_unanswerable=True),
        QUESTIONS,
    ),
    "value": (lambda: text_model(AlbertTextRegressor), (TEXTS,)),
    "entities": (lambda: token_model(entity_tags(["A", "B"]), sequence_length=16), (TEXTS,)),
    "entities, BIOES": (
        lambda: token_model(entity_tags(["A"], "BIOES"), sequence_length=16, stride=3),
        (TEXTS,),
    ),
    "words": (lambda: token_model(["NOUN", "VERB"], sequence_length=16), (TEXTS,)),
}
"""A model for each row of the table of answers, and what it reads."""


def plain(answers):
    """Answers, and lists of them, as JSON can hold them."""
    if isinstance(answers, (list, tuple)):
        return [plain(answer) for answer in answers]
    return dataclasses.asdict(answers)


@pytest.mark.parametrize("head", HEADS)
def test_a_file_answers_as_its_model(head, tmp_path):
    make, texts = HEADS[head]
    model = make()
    runner = TFLiteRunner(export_tflite(model, tmp_path / "model.tflite", "none").path)
    answers = model.answer(*texts)
    assert len(answers) == len(texts[0])
    assert alike(answers, runner(*texts)), (answers, runner(*texts))
    assert alike(answers, model.answer(*texts, batch_size=1))
    json.dumps(plain(answers))
    assert model.answer(*([] for _ in texts)) == runner(*([] for _ in texts)) == []


@pytest.mark.parametrize(
    ("form", "length", "quantization", "conditioned"),
    [
        ("unrolled", None, "none", False),
        ("signatures", None, "none", False),
        ("loop", 16, "none", False),
        ("loop", None, "int8", False),
        ("signatures", None, "none", True),
        ("unrolled", 16, "none", True),
        ("loop", None, "int8", True),
    ],
)
def test_questions_answered_by_every_form(form, length, quantization, conditioned, tmp_path):
    options = {"can_be_unanswerable": True, "no_answer_threshold": 0.02}
    model = question_model(end_conditioned_on_start=conditioned, **options)
    path = tmp_path / "model.tflite"
    options = {"form": form, "length": length, "limits": ANY}
    file = export_tflite(model, path, quantization, **options).path
    found = TFLiteRunner(file)(*QUESTIONS)
    if length is not None:  # a file of fixed length reads shorter windows
        settings = {**model.preprocessor.settings(), "sequence_length": length}
        model.preprocessor = type(model.preprocessor)(model.preprocessor.tokenizer, **settings)
    expected = model.answer(*QUESTIONS)
    if quantization == "none":
        assert alike(found, expected)
        return
    for mine, theirs, context in zip(found, expected, QUESTIONS[1], strict=True):
        assert all(context[s.start : s.end] == s.text for s in mine.alternatives)
        assert mine.no_answer_probability == pytest.approx(theirs.no_answer_probability, abs=0.02)


def test_an_answer_is_what_the_logits_say():
    model = text_model()
    logits = model.predict(TEXTS, verbose=0).astype("float64")
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for answer, row in zip(model.answer(TEXTS), shares, strict=True):
        assert isinstance(answer, Prediction)
        assert answer.label == LABELS[row.argmax()]
        assert answer.labels == (answer.label,)
        assert list(answer.scores.values()) == pytest.approx(row, abs=1e-6)


def test_what_cannot_be_answered_is_said():
    model = text_model()
    with pytest.raises(DataError, match="single text 'Hello'"):
        model.answer("Hello")
    with pytest.raises(DataError, match="one pair for each text"):
        model.answer(TEXTS, PAIRS[:1])
    model.preprocessor = None
    with pytest.raises(ConfigError, match="no preprocessor for raw text"):
        model.answer(TEXTS)
