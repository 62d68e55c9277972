"""Questions with choices: the steps of multiple choice."""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from albert_tf.answers import Choice
from albert_tf.finetuning.answer_tasks import AnswerTask, ExampleList, read_rows
from albert_tf.finetuning.start import ModelStart
from albert_tf.finetuning.task import Evaluation, Parts
from albert_tf.models import AlbertMultipleChoice, AlbertTask
from albert_tf.reports import BaselineResult, choice_baselines
from albert_tf.reports.choice_mistakes import choice_mistakes
from albert_tf.tables import ChoiceQuestion, choice_examples, read_choices
from albert_tf.tasks.choice_scores import choice_metrics

EXPECTED = "the path of a file of questions with choices, or a list of ChoiceQuestion"


class MultipleChoice(AnswerTask[ChoiceQuestion]):
    """One right choice of several, whose number may differ from question to question."""

    name, unit, sequence_length = "multiple-choice", "questions", 256
    reading = frozenset(
        {
            "question_column",
            "choice_columns",
            "context_column",
            "answer_column",
            "encoding",
            "delimiter",
            "quoting",
        }
    )
    usual_changes = MappingProxyType({"head_start": "random"})
    main_metric = "accuracy"
    remark = "Cross entropy is in nats; accuracy of guessing is what drawing any choice gives."

    def read(self, data: Any, name: str, **options: Any) -> ExampleList[ChoiceQuestion]:
        """Returns the questions of a file (see `read_choices`), or those in memory."""

        def read(path: Path):
            return read_choices(path, **options)

        return read_rows(data, name, ChoiceQuestion, read, EXPECTED)

    def group_of(self, row: ChoiceQuestion) -> str | None:
        """Questions on one context are set aside together."""
        return row.context or None

    def build_model(self, start: ModelStart, train: ExampleList[ChoiceQuestion]) -> AlbertTask:
        """Returns a multiple-choice model."""
        return start.build(AlbertMultipleChoice, self.sequence_length)

    def fit_data(self, model: AlbertTask, examples: ExampleList[ChoiceQuestion]) -> tuple[Any, Any]:
        """Returns questions, choices and contexts, and the number of the right choice of each."""
        return choice_examples(examples.rows, with_answers=True)

    def evaluate(self, model: Any, validation: ExampleList[ChoiceQuestion]) -> Evaluation:
        """Returns accuracy and cross entropy, and the text of each chosen choice."""
        texts, right = choice_examples(validation.rows, with_answers=True)
        answers = model.answer(*texts)
        chosen = [row.choices[a.index] for row, a in zip(validation.rows, answers, strict=True)]
        return Evaluation(choice_metrics(answers, right or []), chosen, answers)

    def baselines(
        self, parts: Parts[ExampleList[ChoiceQuestion]], seed: int
    ) -> list[BaselineResult]:
        """Returns the most frequent place, and the choice with most overlap."""
        return choice_baselines(parts.train.rows, parts.validation.rows)

    def mistakes(
        self, validation: Sequence[ChoiceQuestion], answers: Sequence[Choice]
    ) -> dict[str, list[str]]:
        """Returns accuracy by number of choices, and the worst mistakes."""
        return choice_mistakes(validation, answers)
