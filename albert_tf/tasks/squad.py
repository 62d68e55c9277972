"""SQuAD v1.1 and v2.0: reading, and the metrics of their evaluation scripts.

Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250, and 2018, https://arxiv.org/abs/1806.03822.
"""

import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from albert_tf.errors import DataError
from albert_tf.tables.files import read_decoded

PUNCTUATION = str.maketrans("", "", string.punctuation)
ARTICLES = re.compile(r"\b(a|an|the)\b")


@dataclass(frozen=True)
class SquadQuestion:
    """A question on a paragraph.

    Attributes:
        id: identifier, unique in the file.
        title: of the article.
        context: the paragraph.
        question: the question.
        answers: what annotators marked; several may be the same.
        answer_starts: the character of `context` at which each answer begins.
        is_impossible: whether the paragraph does not answer the question (v2.0); then there are no answers.
    """

    id: str
    title: str
    context: str
    question: str
    answers: tuple[str, ...]
    answer_starts: tuple[int, ...]
    is_impossible: bool = False


def read_squad(path: str | Path) -> list[SquadQuestion]:
    """Read a SQuAD JSON file of version 1.1 or 2.0, plain or .gz.

    Returns:
        The questions in the order of the file.

    Raises:
        DataError: the file cannot be read, is not SQuAD's JSON, or an answer does not stand in its
            paragraph where it should.
    """
    path = Path(path)
    try:
        articles = json.loads(read_decoded(path, "utf-8").text)["data"]
        questions = [
            SquadQuestion(
                id=entry["id"],
                title=article.get("title", ""),
                context=paragraph["context"],
                question=entry["question"],
                answers=tuple(answer["text"] for answer in entry["answers"]),
                answer_starts=tuple(answer["answer_start"] for answer in entry["answers"]),
                is_impossible=bool(entry.get("is_impossible", False)),
            )
            for article in articles
            for paragraph in article["paragraphs"]
            for entry in paragraph["qas"]
        ]
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}: broken JSON: {error.msg}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: not SQuAD (at {error}); expected data > paragraphs > qas > answers"
        ) from None
    for question in questions:
        _check_spans(path, question)
    return questions


def _check_spans(path: Path, question: SquadQuestion) -> None:
    if question.is_impossible and question.answers:
        raise DataError(
            f"{path}: question {question.id} is impossible, and has the answer {question.answers[0]!r}; remove one"
        )
    for answer, start in zip(question.answers, question.answer_starts, strict=True):
        found = question.context[start : start + len(answer)]
        if found != answer:
            raise DataError(
                f"{path}: question {question.id}: the context has {found!r} at character {start}, "
                f"not the answer {answer!r}; mend answer_start"
            )


def squad_metrics(
    predictions: dict[str, str],
    questions: list[SquadQuestion],
    no_answer_probabilities: dict[str, float] | None = None,
) -> dict[str, float]:
    """Compute SQuAD's exact match and F1, as the evaluation script of version 1.1 or 2.0 does.

    It is version 2.0 where a question is impossible, or probabilities of no answer are given.

    Args:
        predictions: question id to answer text; `""` for no answer.
        questions: those of version 1.1 with at least one answer each; the best-fitting one counts.
        no_answer_probabilities: question id to the probability that there is no answer, or to any score that
            rises with it; from these the best threshold is found.

    Returns:
        `exact_match` and `f1` in percent. For version 2.0 also the values of its script by their names: `exact` (the
        same as `exact_match`), `total`, and with the prefixes `HasAns_` and `NoAns_` those of the questions with and
        without an answer; with probabilities `best_exact`, `best_f1`, and their `_thresh`: the probability above
        which to answer nothing, and what that gives.

    Raises:
        DataError: a question has no prediction, no probability, or in version 1.1 no answer.
    """
    for given, what in ((predictions, "prediction"), (no_answer_probabilities, "probability")):
        missing = next((q.id for q in questions if given is not None and q.id not in given), None)
        if missing is not None:
            raise DataError(f"question {missing} has no {what}; give one for every question")
    if no_answer_probabilities is not None or any(q.is_impossible for q in questions):
        return _metrics_of_version_2(predictions, questions, no_answer_probabilities)
    without = next((question.id for question in questions if not question.answers), None)
    if without is not None:
        raise DataError(f"question {without} has no answer; SQuAD v1.1 always has one")
    scores = question_scores([predictions[question.id] for question in questions], questions)
    return {"exact_match": _percent(scores[0]), "f1": _percent(scores[1])}


def question_scores(
    predicted: Sequence[str], questions: Sequence[SquadQuestion]
) -> tuple[list[float], list[float]]:
    """Compute how right each answer is, as `squad_metrics` counts it.

    Args:
        predicted: an answer for each question; `""` for no answer.
        questions: of version 1.1 or 2.0, which it is where one is impossible, or has no answer.

    Returns:
        Exact match, 0 or 1, and F1, from 0 to 1, of each question: of the right answer that fits best.
    """
    is_version_2 = any(question.is_impossible or not question.answers for question in questions)
    return _scores(predicted, questions, is_version_2)


def _scores(predicted, questions, is_version_2) -> tuple[list[float], list[float]]:
    overlap = _token_f1_of_version_2 if is_version_2 else _token_f1
    exact, f1 = [], []
    for answer, question in zip(predicted, questions, strict=True):
        true: Sequence[str] = question.answers
        if is_version_2:
            # An answer of punctuation only counts as none, for which nothing is right.
            true = [each for each in true if normalize(each)] or [""]
        exact.append(float(max(normalize(answer) == normalize(each) for each in true)))
        f1.append(max(overlap(answer, each) for each in true))
    return exact, f1


def _metrics_of_version_2(predictions, questions, probabilities):
    texts = [predictions[question.id] for question in questions]
    scores = dict(zip(("exact", "f1"), _scores(texts, questions, True), strict=True))
    answerable = np.array([bool(question.answers) for question in questions])
    found = {"exact_match": _percent(scores["exact"])}
    groups = (("", np.ones_like(answerable)), ("HasAns_", answerable), ("NoAns_", ~answerable))
    for prefix, chosen in groups:
        if chosen.any():
            found |= {f"{prefix}{n}": _percent(np.array(v)[chosen]) for n, v in scores.items()}
            found[f"{prefix}total"] = int(chosen.sum())
    if probabilities is not None:
        order = np.array([probabilities[question.id] for question in questions])
        silent = np.array([not predictions[question.id] for question in questions])
        for name, values in scores.items():
            best, threshold = _best_threshold(np.array(values), order, answerable, silent)
            found |= {f"best_{name}": best, f"best_{name}_thresh": threshold}
    return found


def _best_threshold(scores, probabilities, answerable, silent) -> tuple[float, float]:
    """The percentage that the best threshold gives, and that threshold; 0 where answering nothing is best.

    Questions are answered in the order of their probabilities; one that has no answer costs what silence would have
    earned, unless its prediction is empty.
    """
    order = np.argsort(probabilities, kind="stable")
    gains = np.where(answerable, scores, np.where(silent, 0.0, -1.0))[order]
    totals = (~answerable).sum() + np.concatenate([[0.0], np.cumsum(gains)])
    best = int(totals.argmax())
    threshold = float(probabilities[order[best - 1]]) if best else 0.0
    return 100.0 * float(totals[best]) / len(scores), threshold


def _percent(values) -> float:
    return 100.0 * float(np.mean(values))


def normalize(answer: str) -> str:
    """Lower-case an answer and drop ASCII punctuation, English articles and extra white space."""
    return " ".join(ARTICLES.sub(" ", answer.lower().translate(PUNCTUATION)).split())


def _token_f1(predicted: str, true: str) -> float:
    predicted_words, true_words = normalize(predicted).split(), normalize(true).split()
    common = sum((Counter(predicted_words) & Counter(true_words)).values())
    return 2.0 * common / (len(predicted_words) + len(true_words)) if common else 0.0


def _token_f1_of_version_2(predicted: str, true: str) -> float:
    """As `_token_f1`, but two that normalize to nothing agree."""
    if not normalize(predicted) or not normalize(true):
        return float(normalize(predicted) == normalize(true))
    return _token_f1(predicted, true)
