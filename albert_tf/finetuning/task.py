"""`FineTuningTask`: the steps of a fine-tuning that differ from task to task, in their order."""

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from albert_tf.errors import DataError
from albert_tf.finetuning.start import ModelStart
from albert_tf.models import AlbertTask
from albert_tf.reports import BaselineResult, Report, TrainingRecord
from albert_tf.training import FineTuningRecipe, FineTuningResult
from albert_tf.type_names import Targets


class Examples(Protocol):
    """What a task reads: examples with their answers, such as a `TextTable`."""

    def __len__(self) -> int:
        """Returns how many examples there are."""

    @property
    def path(self) -> Path:
        """Where they came from; for examples in memory, the name of the argument."""

    @property
    def notes(self) -> Sequence[str]:
        """What was guessed or noticed while they were read."""


E = TypeVar("E", bound=Examples)
"""The kind of examples of a task."""
R = TypeVar("R", bound=TrainingRecord)
"""The kind of record that a task's report is made of."""


@dataclass(frozen=True)
class Parts(Generic[E]):
    """The examples in two parts.

    Attributes:
        train: what the model learns from.
        validation: what it is judged by.
        notes: on how they were parted.
    """

    train: E
    validation: E
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on the validation examples.

    Attributes:
        metrics: numbers by name.
        predictions: what the model answers to each example, in the words of the data.
        scores: what the task's own report needs, such as probabilities.
    """

    metrics: dict[str, float]
    predictions: list
    scores: Any = None


@dataclass(frozen=True, kw_only=True)
class TrainedRun(Generic[E]):
    """All that the report of a run tells, for `FineTuningTask.report`.

    Attributes:
        model: with the weights that were kept.
        parts: the examples.
        evaluation: of the model.
        baselines: of the same validation examples.
        training: what `fine_tune` returned.
        recipe: by which it trained.
        in_words: what makes of a note what the report says; see `Watcher`.
    """

    model: AlbertTask
    parts: Parts[E]
    evaluation: Evaluation
    baselines: list[BaselineResult] = field(default_factory=list)
    training: FineTuningResult
    recipe: FineTuningRecipe
    in_words: Callable[[str], str]

    def record(self, kind: type[R], **told: Any) -> R:
        """Returns what the report of any task tells of its training, and `told`, as a record of the class `kind`."""
        training = self.training
        return kind(
            title=f"Fine-tuning on {self.parts.train.path.name}",
            baselines=self.baselines,
            history=training.history,
            learning_rate_multipliers=training.multipliers,
            application_weights=training.application_weights,
            config=self.model.config.to_dict(),
            settings=self.recipe.to_dict(),
            training_notes=[*filter(None, [training.kept]), *map(self.in_words, training.notes)],
            seconds=training.seconds,
            **told,
        )


class FineTuningTask(abc.ABC, Generic[E]):
    """How one task is read, trained and judged. A new task is a subclass in a file of its own, and its line in `TASKS`.

    `finetune` calls the methods in the order in which they stand here. An instance keeps nothing of a run: what was
    learned from the data, as the names of classes, is in the model. The loss and the metrics of the training are the
    model's (`default_loss`, `default_metrics`).

    Attributes:
        name: of the task, a key of `TASKS`.
        unit: what an example is called, in the plural.
        sequence_length: longest example in tokens, where the user names none.
        reading: names of the options of `read`.
        usual_changes: what this task changes in the recipe that suits a start, where the user names no recipe.
    """

    name: ClassVar[str]
    unit: ClassVar[str] = "texts"
    sequence_length: ClassVar[int] = 128
    reading: ClassVar[frozenset[str]] = frozenset()
    usual_changes: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    @abc.abstractmethod
    def read(self, data: Any, name: str, **options: Any) -> E:
        """Returns the examples of a file or in memory, with their answers.

        Args:
            data: the path of a file, or what the task takes in memory.
            name: what messages call data in memory, `"data"` or `"validation_data"`.
            **options: of `reading`.

        Raises:
            DataError: in one line, with the place.
        """

    def settled(self, train: E) -> "FineTuningTask[E]":
        """Returns the task that the examples are for, where that depends on them: this one."""
        return self

    @abc.abstractmethod
    def split(self, examples: E, share: float, seed: int) -> Parts[E]:
        """Returns the examples in two parts, the validation part with a share of them."""

    def checks(self, parts: Parts[E]) -> list[str]:
        """Returns notes on what no model can learn from the examples, or what flatters the scores.

        Raises:
            DataError: the examples of the validation cannot be judged.
        """
        return []

    @abc.abstractmethod
    def build_model(self, start: ModelStart, train: E) -> AlbertTask:
        """Returns the model to train, by `start.build`."""

    @abc.abstractmethod
    def fit_data(self, model: AlbertTask, examples: E) -> tuple[Any, Targets]:
        """Returns `(x, y)` of examples as the model's `fit` takes them."""

    @abc.abstractmethod
    def evaluate(self, model: Any, validation: E) -> Evaluation:
        """Returns how good a model is, or whatever else has its `answer`, such as an exported file."""

    def tuned(self, model: AlbertTask, validation: E) -> Evaluation:
        """Returns how good a trained model is, once what training leaves open is decided on the validation examples.

        By default nothing is. A task whose model has a threshold sets it here.
        """
        return self.evaluate(model, validation)

    @abc.abstractmethod
    def baselines(self, parts: Parts[E], seed: int) -> list[BaselineResult]:
        """Returns what the model must beat, on the same validation examples."""

    @abc.abstractmethod
    def report(self, folder: Path, run: TrainedRun[E]) -> Report:
        """Writes the report of a run into its folder."""


def not_readable(data: Any, name: str, expected: str) -> DataError:
    """Returns the error for data in memory that a task does not take."""
    return DataError(f"{name} is of type {type(data).__name__}; expected {expected}")
