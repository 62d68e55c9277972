"""Questions on contexts: the steps of question answering."""

import dataclasses
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from albert_tf.answers import QuestionAnswer
from albert_tf.finetuning.answer_tasks import AnswerTask, ExampleList, read_rows
from albert_tf.finetuning.start import ModelStart
from albert_tf.finetuning.task import Evaluation, Parts
from albert_tf.models import AlbertQuestionAnswerer, AlbertTask
from albert_tf.reports import BaselineResult, question_baselines
from albert_tf.reports.question_mistakes import question_mistakes
from albert_tf.tasks import (
    SquadQuestion,
    best_no_answer_threshold,
    read_squad,
    squad_examples,
    squad_scores,
)

EXPECTED = "the path of a file in SQuAD's form, or a list of SquadQuestion"


class QuestionAnswering(AnswerTask[SquadQuestion]):
    """An answer that is a part of the context; with SQuAD v2.0, or none."""

    name, unit, sequence_length = "question-answering", "questions", 384
    usual_changes = MappingProxyType({"head_start": "random"})
    main_metric = "f1"
    remark = (
        "Exact match and F1 are SQuAD's: of the right answer that fits best, without articles, punctuation and case; "
        "HasAns and NoAns are the questions with an answer and without."
    )

    def read(self, data: Any, name: str, **options: Any) -> ExampleList[SquadQuestion]:
        """Returns the questions of a file of SQuAD's form, or those in memory."""
        return read_rows(data, name, SquadQuestion, read_squad, EXPECTED)

    def group_of(self, row: SquadQuestion) -> str | None:
        """Questions of one article are set aside together: they ask for the same things."""
        return row.title or row.context

    def build_model(self, start: ModelStart, train: ExampleList[SquadQuestion]) -> AlbertTask:
        """Returns a question answerer, which may give no answer where the questions have none."""
        has_none = any(question.is_impossible for question in train.rows)
        return start.build(
            AlbertQuestionAnswerer, self.sequence_length, can_be_unanswerable=has_none
        )

    def fit_data(self, model: AlbertTask, examples: ExampleList[SquadQuestion]) -> tuple[Any, Any]:
        """Returns questions and contexts, and the characters of the first answer of each."""
        return squad_examples(examples.rows)

    def evaluate(self, model: Any, validation: ExampleList[SquadQuestion]) -> Evaluation:
        """Returns SQuAD's metrics, as shares, and the answer to each question."""
        return _evaluation(model.answer(*squad_examples(validation.rows)[0]), validation)

    def tuned(self, model: Any, validation: ExampleList[SquadQuestion]) -> Evaluation:
        """Sets the probability of no answer from which on the model gives none to that of the best F1."""
        answers = model.answer(*squad_examples(validation.rows)[0])
        if model.can_be_unanswerable:
            threshold = best_no_answer_threshold(answers, validation.rows)
            model.no_answer_threshold = threshold
            answers = [answer.with_threshold(threshold) for answer in answers]
        return _evaluation(answers, validation)

    def baselines(
        self, parts: Parts[ExampleList[SquadQuestion]], seed: int
    ) -> list[BaselineResult]:
        """Returns the sentence with most overlap, and never answering where that may be right."""
        return [
            dataclasses.replace(baseline, metrics=_shares(baseline.metrics))
            for baseline in question_baselines(parts.validation.rows)
        ]

    def mistakes(
        self, validation: Sequence[SquadQuestion], answers: Sequence[QuestionAnswer]
    ) -> dict[str, list[str]]:
        """Returns scores by length of question and answer, and the worst answers in their contexts."""
        return question_mistakes(validation, answers)


def _evaluation(
    answers: list[QuestionAnswer], validation: ExampleList[SquadQuestion]
) -> Evaluation:
    metrics = _shares(squad_scores(answers, validation.rows))
    return Evaluation(metrics, [answer.text for answer in answers], answers)


def _shares(metrics: dict[str, float]) -> dict[str, float]:
    """The main ones of SQuAD's metrics, which are percentages, as shares."""
    names = ("exact_match", "f1", "HasAns_f1", "NoAns_f1")
    return {name: metrics[name] / 100 for name in names if name in metrics}
