"""Metrics of multiple choice, where questions may have different numbers of choices."""

from collections.abc import Sequence

import numpy as np

from albert_tf.answers import Choice


def choice_metrics(answers: Sequence[Choice], right: Sequence[int]) -> dict[str, float]:
    """Computes how many questions are answered right, and how surely.

    Args:
        answers: of `AlbertMultipleChoice.answer`, one for each question.
        right: the number of the right choice of each question, from 0.

    Returns:
        `accuracy`; `cross_entropy`, the mean of -log(probability of the right choice), in nats; and
        `accuracy_of_guessing`, what drawing any of the choices gives on average.
    """
    pairs = list(zip(answers, right, strict=True))
    hits = [answer.index == number for answer, number in pairs]
    given = np.array([answer.scores[number] for answer, number in pairs])
    with np.errstate(divide="ignore"):  # of a choice that was ruled out: infinite
        losses = -np.log(given)
    return {
        "accuracy": float(np.mean(hits)),
        "cross_entropy": float(losses.mean()),
        "accuracy_of_guessing": float(np.mean([1 / len(answer.scores) for answer in answers])),
    }
