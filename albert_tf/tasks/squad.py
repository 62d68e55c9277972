"""SQuAD v1.1 (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250): reading and metrics."""

import json
import re
import string
from collections import Counter
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
    """

    id: str
    title: str
    context: str
    question: str
    answers: tuple[str, ...]
    answer_starts: tuple[int, ...]


def read_squad(path: str | Path) -> list[SquadQuestion]:
    """Read a SQuAD v1.1 JSON file, plain or .gz.

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
            )
            for article in articles
            for paragraph in article["paragraphs"]
            for entry in paragraph["qas"]
        ]
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}: broken JSON: {error.msg}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: not SQuAD v1.1 (at {error}); expected data > paragraphs > qas > answers"
        ) from None
    for question in questions:
        _check_spans(path, question)
    return questions


def _check_spans(path: Path, question: SquadQuestion) -> None:
    for answer, start in zip(question.answers, question.answer_starts, strict=True):
        found = question.context[start : start + len(answer)]
        if found != answer:
            raise DataError(
                f"{path}: question {question.id}: the context has {found!r} at character {start}, "
                f"not the answer {answer!r}; mend answer_start"
            )


def squad_metrics(predictions: dict[str, str], questions: list[SquadQuestion]) -> dict[str, float]:
    """Compute SQuAD's exact match and F1, with the normalization of its evaluation script v1.1.

    Args:
        predictions: question id to answer text.
        questions: with at least one answer each; the best-fitting one counts.

    Returns:
        `exact_match` and `f1` in percent.

    Raises:
        DataError: a question has no prediction or no answer.
    """
    exact, overlap = [], []
    for question in questions:
        if question.id not in predictions:
            raise DataError(f"question {question.id} has no prediction; predict every question")
        if not question.answers:
            raise DataError(f"question {question.id} has no answer; SQuAD v1.1 always has one")
        predicted = predictions[question.id]
        exact.append(max(normalize(predicted) == normalize(true) for true in question.answers))
        overlap.append(max(_token_f1(predicted, true) for true in question.answers))
    return {"exact_match": 100.0 * float(np.mean(exact)), "f1": 100.0 * float(np.mean(overlap))}


def normalize(answer: str) -> str:
    """Lower-case an answer and drop ASCII punctuation, English articles and extra white space."""
    return " ".join(ARTICLES.sub(" ", answer.lower().translate(PUNCTUATION)).split())


def _token_f1(predicted: str, true: str) -> float:
    predicted_words, true_words = normalize(predicted).split(), normalize(true).split()
    common = sum((Counter(predicted_words) & Counter(true_words)).values())
    return 2.0 * common / (len(predicted_words) + len(true_words)) if common else 0.0
