"""What a multiple-choice model must beat: the place that is right most often, and the choice with most common words."""

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from albert_tf.reports.baselines import BaselineResult
from albert_tf.tables.choices import ChoiceQuestion, choice_examples


def choice_baselines(
    train: Sequence[ChoiceQuestion], validation: Sequence[ChoiceQuestion]
) -> list[BaselineResult]:
    """Returns `frequent_choice_baseline` and `overlap_baseline` of one split."""
    return [
        baseline(train, validation) for baseline in (frequent_choice_baseline, overlap_baseline)
    ]


def frequent_choice_baseline(
    train: Sequence[ChoiceQuestion], validation: Sequence[ChoiceQuestion]
) -> BaselineResult:
    """Answers every question with the place that is right most often in training, of those that it has.

    Args:
        train: questions with answers.
        validation: likewise.

    Returns:
        A `BaselineResult`, whose scores are the places' shares of the training questions.

    Raises:
        DataError: when an answer is missing.
    """
    start = time.perf_counter()
    _, right = choice_examples(train, with_answers=True)
    shares = Counter(right)
    rows = [
        [shares[place] / len(right) for place in range(len(question.choices))]
        for question in validation
    ]
    return _result("most frequent place", validation, rows, start)


def overlap_baseline(
    train: Sequence[ChoiceQuestion], validation: Sequence[ChoiceQuestion]
) -> BaselineResult:
    """Answers with the choice that has most in common with question and context: the cosine of their TF-IDF.

    How rare words are is counted in both parts: no answer is read, and words that only the validation has count too. Of
    equal choices the first is taken.

    Args:
        train: questions.
        validation: questions with answers.

    Returns:
        A `BaselineResult`, whose scores are the cosines.

    Raises:
        DataError: when an answer is missing.
    """
    start = time.perf_counter()
    # Runs of marks count as words, so that a choice of emoji alone has features.
    encoder = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+|[^\w\s]+")
    texts = [
        text for question in (*train, *validation) for text in (_read(question), *question.choices)
    ]
    encoder.fit([*texts, "_"])  # for choices without any word
    read = encoder.transform([_read(question) for question in validation])
    choices = encoder.transform([choice for q in validation for choice in q.choices])
    counts = [len(question.choices) for question in validation]
    cosines = np.asarray(read[np.repeat(np.arange(len(counts)), counts)].multiply(choices).sum(1))
    rows = np.split(cosines.reshape(-1), np.cumsum(counts)[:-1])
    return _result("TF-IDF overlap", validation, rows, start)


def _read(question: ChoiceQuestion) -> str:
    return f"{question.context or ''} {question.question}"


def _result(name, validation, rows, start) -> BaselineResult:
    seconds = time.perf_counter() - start
    _, right = choice_examples(validation, with_answers=True)
    scores = np.zeros((len(rows), max(map(len, rows))))
    for number, row in enumerate(rows):
        scores[number, : len(row)] = row
    predictions = np.array([int(np.argmax(row)) for row in rows])
    metrics = {"accuracy": float(np.mean(predictions == right))}
    return BaselineResult(name, metrics, predictions, scores, seconds)
