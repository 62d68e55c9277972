"""What the tasks share whose answers are spans, entities or choices: lists of examples, parts of them, the report."""

import abc
import dataclasses
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from albert_tf.errors import DataError
from albert_tf.finetuning.task import FineTuningTask, Parts, TrainedRun
from albert_tf.reports import AnswerRecord, Report, write_answer_report

T = TypeVar("T")
IN_MEMORY = Path("data in memory")


@dataclasses.dataclass(frozen=True)
class ExampleList(Generic[T]):
    """Examples of one kind.

    Attributes:
        path: where they came from.
        rows: the examples.
        notes: what was noticed while they were read.
    """

    path: Path
    rows: Sequence[T]
    notes: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.rows)


class AnswerTask(FineTuningTask[ExampleList[T]], Generic[T]):
    """A task that reads a list of examples, and is judged by the answers of the model.

    Attributes:
        main_metric: by which the report judges a model.
        remark: what the metrics mean, for the report.
    """

    main_metric: ClassVar[str]
    remark: ClassVar[str]

    def group_of(self, row: T) -> str | None:
        """Returns what an example shares with others, which are set aside with it; None for nothing."""
        return None

    def split(self, examples: ExampleList[T], share: float, seed: int) -> Parts[ExampleList[T]]:
        """Sets whole groups aside, drawn at random, until they hold the share."""
        if not 0 < share <= 0.5:
            raise DataError(
                f"validation_split is {share}; expected a share above 0 and at most 0.5"
            )
        groups: dict[Hashable, list[int]] = {}
        for place, row in enumerate(examples.rows):
            shared = self.group_of(row)
            groups.setdefault(place if shared is None else shared, []).append(place)
        if len(groups) < 2:
            raise DataError(
                f"{examples.path}: {len(examples)} {self.unit}, which cannot be parted; pass validation_data"
            )
        wanted, held_out = max(1, round(share * len(examples))), set[int]()
        for number in np.random.default_rng(seed).permutation(len(groups))[: len(groups) - 1]:
            if len(held_out) >= wanted:
                break
            held_out.update(list(groups.values())[number])

        def part(is_held_out):
            rows = enumerate(examples.rows)
            chosen = [row for place, row in rows if (place in held_out) == is_held_out]
            return dataclasses.replace(examples, rows=chosen)

        notes = [f"{len(held_out):,} of {len(examples):,} {self.unit} are held out for validation"]
        return Parts(part(False), part(True), notes)

    @abc.abstractmethod
    def mistakes(self, validation: Sequence[T], answers: Sequence[Any]) -> dict[str, list[str]]:
        """Returns what the report tells of the answers: Markdown blocks by heading."""

    def report(self, folder: Path, run: TrainedRun[ExampleList[T]]) -> Report:
        """Writes `report.md` and the curves of the training."""
        parts = run.parts
        record = run.record(
            AnswerRecord,
            unit=self.unit,
            parts=[
                (name, part.path.name, len(part))
                for name, part in (("train", parts.train), ("validation", parts.validation))
            ],
            metrics=run.evaluation.metrics,
            main_metric=self.main_metric,
            remark=self.remark,
            mistakes=self.mistakes(parts.validation.rows, run.evaluation.scores),
            notes=list(map(run.in_words, [*parts.train.notes, *parts.notes])),
        )
        return write_answer_report(folder, record)


def read_rows(
    data: Any, name: str, kind: type, read: Callable[[Path], Sequence], expected: str
) -> ExampleList:
    """Returns the examples of a file, or those that are in memory already.

    Args:
        data: the path of a file, or a sequence of examples.
        name: what messages call data in memory.
        kind: of the examples.
        read: reads a file.
        expected: what is expected, for messages.

    Raises:
        DataError: when it is neither, or there is none.
    """
    if isinstance(data, (str, Path)):
        return ExampleList(Path(data), read(Path(data)))
    if not isinstance(data, Sequence) or not all(isinstance(row, kind) for row in data):
        shown = f"of type {type(data).__name__}"
        raise DataError(f"{name} is {shown}; expected {expected}")
    if not data:
        raise DataError(f"{name} is empty; expected {expected}")
    return ExampleList(IN_MEMORY, data)
