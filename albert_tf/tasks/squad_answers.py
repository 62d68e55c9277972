"""SQuAD for a model: its questions as texts and targets, and a model's answers as predictions to be judged."""

import math
from collections.abc import Sequence

import numpy as np

from albert_tf.answers import QuestionAnswer
from albert_tf.errors import DataError
from albert_tf.tasks.squad import SquadQuestion, question_scores, squad_metrics

Span = tuple[int, int]


def squad_examples(
    questions: Sequence[SquadQuestion],
) -> tuple[tuple[list[str], list[str]], list[Span | None]]:
    """Returns questions as `fit` and `answer` of a question answerer take them.

    Args:
        questions: as `read_squad` gives them.

    Returns:
        `((questions, contexts), spans)`: texts, and for each question the characters `(start, end)` of its context that
        are its first answer; None where there is none.

    Example:
    ```python
    from albert_tf.tasks import SquadQuestion, squad_examples

    question = SquadQuestion("1", "Rome", "It was in Rome.", "Where was it?", ("Rome",), (10,))
    x, y = squad_examples([question])  # ((["Where was it?"], ["It was in Rome."]), [(10, 14)])
    ```
    """
    spans = [
        (q.answer_starts[0], q.answer_starts[0] + len(q.answers[0])) if q.answers else None
        for q in questions
    ]
    return ([q.question for q in questions], [q.context for q in questions]), spans


def squad_scores(
    answers: Sequence[QuestionAnswer], questions: Sequence[SquadQuestion]
) -> dict[str, float]:
    """Judges a model's answers; see `squad_metrics`.

    Args:
        answers: one for each question, as `answer` of a model or a `TFLiteRunner` gives them.
        questions: the questions, in the same order.

    Returns:
        The metrics of the answers as they are given. Where all of them say how probable it is that there is none, also
        `best_f1` and its kin: what the best span of each question is worth at the best threshold.

    Raises:
        DataError: when there are not as many answers as questions, or a question of version 1.1 has no answer.
    """
    _check_number(answers, questions)
    questions = list(questions)
    given = _by_id(questions, [answer.text for answer in answers])
    probabilities = _probabilities(answers, questions)
    found = squad_metrics(given, questions, probabilities)
    if probabilities is None:
        return found
    forced = squad_metrics(_by_id(questions, _best_spans(answers)), questions, probabilities)
    return found | {name: value for name, value in forced.items() if name.startswith("best_")}


def best_no_answer_threshold(
    answers: Sequence[QuestionAnswer], questions: Sequence[SquadQuestion]
) -> float:
    """Returns the `no_answer_threshold` with which a model's answers have the highest F1.

    It stands midway between the last question that is better answered and the first that is not, so that a file whose
    probabilities differ in the last digits decides alike.

    Args:
        answers: of a model with `can_be_unanswerable`, to validation questions; its present threshold does not matter.
        questions: the questions, in the same order.

    Raises:
        DataError: when there are not as many answers as questions, or one does not say how probable no answer is.

    Example:
    ```python
    # answerer.no_answer_threshold = best_no_answer_threshold(answerer.answer(*x), questions)
    ```
    """
    _check_number(answers, questions)
    questions = list(questions)
    probabilities = _probabilities(answers, questions)
    if not questions or probabilities is None:
        raise DataError(
            "the answers do not say how probable it is that there is none; expected those of a model with "
            "can_be_unanswerable=True, to at least one question"
        )
    values = np.array(list(probabilities.values()))
    order = np.argsort(values, kind="stable")
    answered, silent = (
        np.array(question_scores(texts, questions)[1])[order]
        for texts in (_best_spans(answers), [""] * len(questions))
    )
    total = np.concatenate(
        [[0.0], np.cumsum(answered - silent)]
    )  # what answering the first n earns
    # Questions of one probability are answered together, or not at all.
    steps = np.flatnonzero(np.diff(values[order], prepend=-1.0, append=2.0) > 0)
    best = steps[total[steps].argmax()]
    if best == len(order):
        return math.nextafter(1.0, 2.0)
    return float(values[order[best]] + (values[order[best - 1]] if best else 0.0)) / 2


def _check_number(answers, questions):
    if len(answers) != len(questions):
        raise DataError(
            f"there are {len(answers)} answers to {len(questions)} questions; give one for each question"
        )


def _by_id(questions, values) -> dict:
    return {q.id: value for q, value in zip(questions, values, strict=True)}


def _best_spans(answers) -> list[str]:
    """What each answer would be if there had to be one."""
    return [a.alternatives[0].text if a.alternatives else "" for a in answers]


def _probabilities(answers, questions) -> dict[str, float] | None:
    """The probability that there is no answer, of each question; None where one does not say."""
    values = [a.no_answer_probability for a in answers]
    return None if None in values else _by_id(questions, values)
