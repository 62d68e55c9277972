"""Answers to questions, entities and labels of words: Kotlin's are Python's, from the same files on the same texts."""

import pytest

from albert_tf import AlbertTokenClassifier, AlbertTokenizer
from albert_tf.export import export_tflite
from albert_tf.preprocessing import AlbertTokenClassifierPreprocessor
from albert_tf.tables import entity_tags
from albert_tf.tasks import read_entities, read_squad
from tests.android.answer_checks import check_entities, check_questions
from tests.android.exported import ANY
from tests.android.exported import TEXTS as PLAIN_TEXTS
from tests.android.host_tools import needs_java
from tests.tiny import english_model, question_model

pytestmark = [pytest.mark.slow, needs_java]

COUNT = 500

TEXTS = [
    *PLAIN_TEXTS,
    "\U0001f600\U0001f680 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Caf\u00e9 cafe\u0301 \u00bd \ufb01ne \u2160\u2161",
    "\u5317\u4eac\u662f\u4e2d\u56fd\u7684\u9996\u90fd \u0e01\u0e23\u0e38\u0e07\u0e40\u0e17\u0e1e",
    "tabs\tand\nlines\u00a0and\u200bnothing\u0085more\u180e\u3000\u2028",
    "a-b.c@d #e's 1,000,000.5 x \U0001d4b3y\U0001f642z \u0301" * 3,
]
"""Few words, and all that makes counting characters hard."""


# === Questions ===


@pytest.fixture(scope="module")
def question_file(tmp_path_factory):
    """In windows of 24 tokens; about half of the questions have no answer."""
    model = question_model(can_be_unanswerable=True, no_answer_threshold=0.003)
    return export_tflite(model, tmp_path_factory.mktemp("q") / "q.tflite", "none", limits=ANY).path


def test_500_questions_of_squad(shared, question_file):
    questions = read_squad(shared / "data" / "squad" / "dev-v1.1.json.gz")[::21][:COUNT]
    assert len(questions) == COUNT
    answers = check_questions(
        question_file, [q.question for q in questions], [q.context for q in questions]
    )
    assert any(a.start is None for a in answers)
    assert any(a.start is not None for a in answers)


@pytest.mark.parametrize(
    ("model", "export"),
    [
        ({}, {"quantization": "int8"}),
        ({"max_answer_tokens": 3}, {"form": "unrolled", "length": 24, "quantization": "none"}),
        ({"can_be_unanswerable": True}, {"form": "signatures", "quantization": "int8"}),
    ],
)
def test_odd_passages(tmp_path, model, export):
    file = export_tflite(question_model(**model), tmp_path / "q.tflite", limits=ANY, **export).path
    questions = ["Where was it?", "", "\U0001f642 why?", "who " * 60]
    contexts = [text for text in TEXTS for _ in questions]
    check_questions(file, questions * len(TEXTS), contexts)


def test_a_passage_of_20000_characters(question_file):
    context = ("The harbour of Z\u00fcrich \U0001f6a2 was dug in 1,834 by 120 men. " * 400)[:20_000]
    (answer,) = check_questions(question_file, ["Who dug the harbour?"], [context])
    assert answer.alternatives


# === Entities and words ===


def token_file(folder, names, quantization="none", **options):
    reader = AlbertTokenClassifierPreprocessor(AlbertTokenizer(), sequence_length=24, **options)
    model = english_model(
        AlbertTokenClassifier,
        num_classes=len(names),
        class_names=names,
        preprocessor=reader,
        scale=0.5,
    )
    return export_tflite(model, folder / "t.tflite", quantization, limits=ANY).path


def test_500_commands_of_snips(shared, tmp_path):
    texts = [row.text for row in read_entities(shared / "data" / "snips" / "validate.jsonl")]
    types = {
        entity.label
        for row in read_entities(shared / "data" / "snips" / "train.jsonl")
        for entity in row.entities
    }
    answers = check_entities(token_file(tmp_path, entity_tags(sorted(types))), texts[:COUNT])
    assert sum(map(len, answers)) > COUNT


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (entity_tags(["PER", "LOC"]), {}),
        (entity_tags(["PER", "LOC"], "BIOES")[::-1], {"stride": 5}),
        (["I-PER", "O", "I-LOC"], {}),
        (["NOUN", "VERB", "PUNCT"], {}),
    ],
)
def test_odd_texts(tmp_path, names, options):
    assert any(check_entities(token_file(tmp_path, names, "int8", **options), TEXTS))
