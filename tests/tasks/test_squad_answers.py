"""SQuAD through reader and decoder: gold positions give gold answers; the best threshold against trying all."""

import dataclasses

import numpy as np
import pytest

from albert_tf import AlbertTokenizer
from albert_tf.answers import QuestionAnswer, Span
from albert_tf.answers.spans import SpanDecoder
from albert_tf.errors import DataError
from albert_tf.preprocessing import AlbertQuestionAnswererPreprocessor
from albert_tf.tasks import (
    best_no_answer_threshold,
    read_squad,
    squad_examples,
    squad_metrics,
    squad_scores,
)
from albert_tf.tasks.squad import normalize
from tests.tasks.test_squad_metrics import made_up


def answers_to(questions, predictions, probabilities, threshold=0.5):
    """What a model that always finds those predictions answers at a threshold."""
    found = []
    for question in questions:
        text, none = predictions[question.id], probabilities[question.id]
        spans = (Span(text, 0, len(text), 1.0 - none),) if text else ()
        is_none = not spans or none >= threshold
        found.append(
            QuestionAnswer("", None, None, none, spans, none)
            if is_none
            else QuestionAnswer(text, 0, len(text), 1.0 - none, spans, none)
        )
    return found


def test_texts_and_spans():
    questions, *_ = made_up(20, version=2)
    questions = [dataclasses.replace(q, context=" ".join(q.answers)) for q in questions]
    (asked, contexts), spans = squad_examples(questions)
    assert asked == [q.question for q in questions]
    assert contexts == [q.context for q in questions]
    for question, span in zip(questions, spans, strict=True):
        if not question.answers:
            assert span is None
        else:
            assert question.context[slice(*span)] == question.answers[0]
    assert None in spans


def test_an_answer_is_decided_again_at_another_threshold():
    questions, predictions, probabilities = made_up(200, 2, 0)
    answers = answers_to(questions, predictions, probabilities)
    for threshold in (0.0, 0.2, 0.5, 0.9, 2.0):
        decided = [answer.with_threshold(threshold) for answer in answers]
        assert decided == answers_to(questions, predictions, probabilities, threshold)


@pytest.mark.parametrize("seed", range(4))
def test_the_best_threshold_is_the_best_of_all(seed):
    questions, predictions, probabilities = made_up(200, 2, seed)
    answers = answers_to(questions, predictions, probabilities)
    best = best_no_answer_threshold(answers, questions)
    f1 = {
        threshold: squad_scores(
            answers_to(questions, predictions, probabilities, threshold), questions
        )["f1"]
        for threshold in (best, *np.arange(-0.005, 1.02, 0.01))
    }
    assert f1[best] == pytest.approx(max(f1.values()))
    # Probabilities that differ in the last digits decide alike.
    for shift in (-1e-4, 1e-4):
        moved = {key: p + shift for key, p in probabilities.items()}
        found = answers_to(questions, predictions, moved, best)
        assert squad_scores(found, questions)["f1"] == pytest.approx(f1[best])


@pytest.mark.parametrize("seed", range(4))
def test_the_best_threshold_is_that_of_the_script(seed):
    questions, predictions, probabilities = made_up(200, 2, seed)
    # The script takes an answer of punctuation for none in one place, and for an answer in the other; and where
    # probabilities are equal, it answers some of the questions only.
    questions = [
        q
        for q in questions
        if all(map(normalize, (*q.answers, predictions[q.id] or "no answer at all")))
    ]
    probabilities = {q.id: n / len(questions) for n, q in enumerate(questions)}
    predictions = {q.id: predictions[q.id] for q in questions}
    answers = answers_to(questions, predictions, probabilities)
    best = best_no_answer_threshold(answers, questions)
    scores = squad_scores(answers, questions)
    found = squad_scores(answers_to(questions, predictions, probabilities, best), questions)
    assert found["f1"] == pytest.approx(scores["best_f1"])


@pytest.mark.parametrize(("none", "answered"), [(0.9, True), (0.1, False)])
def test_where_all_or_nothing_is_best(none, answered):
    questions, *_ = made_up(30, 2)
    questions = [q for q in questions if bool(q.answers) == answered and "tower" not in q.answers]
    predictions = {q.id: q.answers[0] if answered else "tower" for q in questions}
    probabilities = dict.fromkeys(predictions, none)
    answers = answers_to(questions, predictions, probabilities)
    best = best_no_answer_threshold(answers, questions)
    assert (none < best) == answered
    (again,) = {a.text != "" for a in answers_to(questions, predictions, probabilities, best)}
    assert again == answered


def test_scores_of_answers_that_are_always_given():
    questions, predictions, probabilities = made_up(50, 1)
    answers = [
        dataclasses.replace(answer, text=predictions[q.id], no_answer_probability=None)
        for q, answer in zip(
            questions, answers_to(questions, predictions, probabilities), strict=True
        )
    ]
    assert squad_scores(answers, questions) == squad_metrics(predictions, questions)
    with pytest.raises(DataError, match="do not say how probable"):
        best_no_answer_threshold(answers, questions)
    for use in (squad_scores, best_no_answer_threshold):
        with pytest.raises(DataError, match="49 answers to 50 questions"):
            use(answers[1:], questions)
    with pytest.raises(DataError, match="at least one question"):
        best_no_answer_threshold([], [])


@pytest.mark.slow
def test_gold_positions_give_gold_answers_on_all_of_squad(shared):
    questions = read_squad(shared / "data" / "squad" / "dev-v1.1.json.gz")
    x, spans = squad_examples(questions)
    reader = AlbertQuestionAnswererPreprocessor(AlbertTokenizer())
    packed = reader.pack(x)
    places, _ = reader.row_targets(x, packed, spans, None)
    logits = {name: [np.zeros(n, "float32") for n in packed.lengths] for name in places}
    gold = {}  # the characters of the tokens that cover each answer
    for row, (first, last) in enumerate(zip(*places.values(), strict=True)):
        logits["start_logits"][row][first] = logits["end_logits"][row][last] = 50.0
        if first:
            offsets = packed.offsets[row]
            gold[packed.text_index[row]] = int(offsets[first, 0]), int(offsets[last, 1])
    assert sorted(gold) == list(range(10_570))  # a window holds all of each answer
    answers = SpanDecoder(max_answer_tokens=100).answers(logits, packed, x)
    at_boundaries = 0
    for number, (answer, (start, end)) in enumerate(zip(answers, spans, strict=True)):
        assert answer.start <= start < end <= answer.end
        at_boundaries += gold[number] == (start, end)
        if gold[number] == (start, end):
            assert (answer.start, answer.end) == (start, end)
            assert answer.text == questions[number].answers[0]
    # docs/fine-tuning.md says so.
    assert len(answers) - at_boundaries == 39
    scores = squad_scores(answers, questions)
    assert scores["exact_match"] == pytest.approx(99.81, abs=0.005)
    assert scores["f1"] == pytest.approx(99.86, abs=0.005)
