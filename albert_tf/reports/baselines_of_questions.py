"""What a model that answers questions must beat: the sentence with most in common, and never answering."""

import re
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np

from albert_tf.reports.baselines import BaselineResult
from albert_tf.tasks.squad import SquadQuestion, squad_metrics

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")
WORD = re.compile(r"\w+")


def question_baselines(validation: Sequence[SquadQuestion]) -> list[BaselineResult]:
    """Returns `overlap_baseline`, and `silent_baseline` where some questions have no answer."""
    found = [overlap_baseline(validation)]
    if any(question.is_impossible for question in validation):
        found.append(silent_baseline(validation))
    return found


def overlap_baseline(validation: Sequence[SquadQuestion]) -> BaselineResult:
    """Answers with the sentence of the context that shares most words with the question, rare ones counting more.

    How rare a word is, is counted in the sentences of all contexts. Of equal sentences the first is taken.
    """
    start = time.perf_counter()
    sentences = {question.context: _sentences(question.context) for question in validation}
    seen = Counter(word for own in sentences.values() for words, _ in own for word in words)
    number = sum(map(len, sentences.values()))
    weights = {word: np.log(number / count) for word, count in seen.items()}

    def best(question):
        asked = _words(question.question)
        shares = [
            sum(weights[word] for word in words & asked) for words, _ in sentences[question.context]
        ]
        return sentences[question.context][int(np.argmax(shares))][1] if shares else ""

    return _result("sentence with most overlap", validation, map(best, validation), start)


def silent_baseline(validation: Sequence[SquadQuestion]) -> BaselineResult:
    """Answers no question, which is right where the context does not hold an answer."""
    start = time.perf_counter()
    return _result("never an answer", validation, [""] * len(validation), start)


def _sentences(context) -> list[tuple[set[str], str]]:
    """The words and the text of each sentence."""
    return [(_words(text), text) for text in SENTENCE_END.split(context) if text.strip()]


def _words(text) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


def _result(name, validation, texts, start) -> BaselineResult:
    texts = list(texts)
    seconds = time.perf_counter() - start
    given = {question.id: text for question, text in zip(validation, texts, strict=True)}
    metrics = squad_metrics(given, list(validation))
    return BaselineResult(name, metrics, np.array(texts, object), None, seconds)
