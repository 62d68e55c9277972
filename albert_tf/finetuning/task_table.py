"""The table of tasks: which there are, how data of each are recognized, and which file has its steps."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from albert_tf.errors import ConfigError
from albert_tf.finetuning import recognition

if TYPE_CHECKING:
    from albert_tf.finetuning.task import FineTuningTask


@dataclass(frozen=True)
class TaskEntry:
    """A line of the table.

    Attributes:
        steps: module and name of its `FineTuningTask`.
        recognizes: whether a file holds examples of the task and of no other; None where its labels tell.
    """

    steps: str
    recognizes: Callable[[Path], bool] | None = None


TASKS = {
    "classification": TaskEntry("albert_tf.finetuning.text_tasks:Classification"),
    "multi-label": TaskEntry("albert_tf.finetuning.text_tasks:MultiLabel"),
    "regression": TaskEntry("albert_tf.finetuning.text_tasks:Regression"),
    "question-answering": TaskEntry(
        "albert_tf.finetuning.question_task:QuestionAnswering", recognition.holds_questions
    ),
    "token-classification": TaskEntry(
        "albert_tf.finetuning.entity_task:TokenClassification", recognition.holds_entities
    ),
    "multiple-choice": TaskEntry(
        "albert_tf.finetuning.choice_task:MultipleChoice", recognition.holds_choices
    ),
}
"""The tasks by name. A new one is one file with a `FineTuningTask`, and its line here."""

OF_HEADS = {
    "question_answerer": "question-answering",
    "token_classifier": "token-classification",
    "multiple_choice": "multiple-choice",
}
"""The task of each head that has just one."""

BY_LABELS = "albert_tf.finetuning.text_tasks:TextTask"
"""The steps of a table of texts whose labels tell the task."""


def canonical(task: str) -> str:
    """Returns a task's name as it stands in the table; `multi_label`, as tables call it, is `multi-label`.

    Raises:
        ConfigError: there is no such task.
    """
    name = str(task).replace("_", "-")
    if name not in TASKS:
        raise ConfigError(f"task is {task!r}; expected one of {', '.join(TASKS)}")
    return name


def find_task(task: str | None, path: Path | None) -> "FineTuningTask":
    """Returns the steps of a task, or those of the one that a file holds.

    Args:
        task: its name, or None to find it out.
        path: of the data, where they are a file that may hold any task.

    Raises:
        ConfigError: there is no such task.
    """
    if task is not None:
        return _steps(TASKS[canonical(task)].steps)
    if path is not None:
        for entry in TASKS.values():
            if entry.recognizes is not None and entry.recognizes(path):
                return _steps(entry.steps)
    return _steps(BY_LABELS)


def _steps(place: str) -> "FineTuningTask":
    module, name = place.split(":")
    return getattr(importlib.import_module(module), name)()
