"""Texts, or pairs of texts, with labels or values: the steps of classification, multi-label and regression."""

import dataclasses
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np

from albert_tf.errors import DataError
from albert_tf.finetuning.in_memory import table_of
from albert_tf.finetuning.start import ModelStart
from albert_tf.finetuning.task import Evaluation, FineTuningTask, Parts, TrainedRun, not_readable
from albert_tf.models import AlbertTask, AlbertTextClassifier, AlbertTextRegressor
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
from albert_tf.reports import (
    BaselineResult,
    Report,
    RunRecord,
    run_baselines,
    write_report,
)
from albert_tf.tables import TextTable, read_table
from albert_tf.tasks import (
    LabelSet,
    check_labels,
    check_overlap,
    encode_targets,
    evaluate_scores,
    predicted_targets,
    split_table,
)

TABLE_OPTIONS = frozenset(
    {
        "text_column",
        "pair_column",
        "label_column",
        "label_separator",
        "encoding",
        "delimiter",
        "header",
        "quoting",
        "skip_empty",
    }
)
"""The options of `read_table` that `finetune` takes."""

EXPECTED = "the path of a table, a TextTable, or (texts, labels)"
ANSWER_BATCH = 64


class TextTask(FineTuningTask[TextTable]):
    """Texts with labels of any kind; what these are tells which of the three tasks it is.

    Attributes:
        table_task: the task as a `TextTable` calls it; None to find it out.
    """

    name = "text"
    reading = TABLE_OPTIONS
    table_task: ClassVar[str | None] = None

    def read(self, data: Any, name: str, **options: Any) -> TextTable:
        """Returns the table of a file, or of `(texts, labels)`; see `FineTuningTask.read`."""
        if isinstance(data, (str, Path)):
            table = read_table(data, task=self.table_task, **options)
        elif options:
            first = next(iter(options))
            raise DataError(
                f"{first} says how a file is read, but {name} is in memory; leave it out"
            )
        elif isinstance(data, TextTable):
            table = data
        elif isinstance(data, tuple):
            table = table_of(data, name, self.table_task)
        else:
            raise not_readable(data, name, EXPECTED)
        if table.labels is None:
            raise DataError(f"{table.path}: the table has no labels; name the label column")
        if self.table_task not in (None, table.task):
            raise DataError(
                f"{table.path}: the labels are for {table.task}, but the task is {self.table_task}; read it with "
                f'task="{self.table_task}"'
            )
        return table

    def settled(self, train: TextTable) -> "TextTask":
        """Returns the one of the three tasks that the labels are for."""
        return {task.table_task: task for task in TextTask.__subclasses__()}[train.task]()

    def split(self, examples: TextTable, share: float, seed: int) -> Parts[TextTable]:
        """Sets a share aside, the same of every class; see `split_table`."""
        split = split_table(examples, share, seed=seed)
        return Parts(split.train, split.validation, split.notes)

    def checks(self, parts: Parts[TextTable]) -> list[str]:
        """Returns notes on labels that contradict each other or are rare, and on texts of both parts."""
        overlap = check_overlap(parts.train, parts.validation)
        return [*check_labels(parts.train), *([overlap] if overlap else [])]

    def build_model(self, start: ModelStart, train: TextTable) -> AlbertTask:
        """Returns a classifier of the labels, or a regressor."""
        if train.task == "regression":
            return start.build(AlbertTextRegressor, self.sequence_length)
        labels = LabelSet.from_table(train)
        return start.build(
            AlbertTextClassifier,
            self.sequence_length,
            num_classes=len(labels),
            class_names=list(labels.names),
            multi_label=train.task == "multi_label",
        )

    def fit_data(self, model: AlbertTask, examples: TextTable) -> tuple[Any, np.ndarray]:
        """Returns the texts, and the numbers of their labels or their values."""
        return examples.inputs, encode_targets(examples, labels_of(model))

    def evaluate(self, model: AlbertTask, validation: TextTable) -> Evaluation:
        """Returns the metrics of `evaluate_scores`, and the label, labels or value of each text."""
        scores = answer_scores(model, validation.inputs)
        labels = labels_of(model)
        targets = encode_targets(validation, labels)
        predicted = in_words(labels, predicted_targets(validation.task, scores))
        return Evaluation(evaluate_scores(validation.task, targets, scores), predicted, scores)

    def baselines(self, parts: Parts[TextTable], seed: int) -> list[BaselineResult]:
        """Returns the majority class, or mean value, and TF-IDF with a linear model."""
        return run_baselines(parts.train, parts.validation, seed=seed)

    def report(self, folder: Path, run: TrainedRun[TextTable]) -> Report:
        """Writes `report.md` and its plots."""
        train, validation = (
            dataclasses.replace(part, notes=tuple(map(run.in_words, part.notes)))
            for part in (run.parts.train, run.parts.validation)
        )
        record = run.record(
            RunRecord,
            train=train,
            validation=validation,
            labels=labels_of(run.model),
            scores=run.evaluation.scores,
            token_lengths={
                "train": _token_lengths(run.model, train),
                "validation": _token_lengths(run.model, validation),
            },
            notes=train.notes,
            main_metric=(run.training.monitor or "").removeprefix("val_"),
        )
        return write_report(folder, record)


class Classification(TextTask):
    """One class a text."""

    name, table_task = "classification", "classification"


class MultiLabel(TextTask):
    """Any number of labels a text."""

    name, table_task = "multi-label", "multi_label"


class Regression(TextTask):
    """A value a text."""

    name, table_task = "regression", "regression"


def labels_of(model: AlbertTask) -> LabelSet | None:
    """Returns the labels that a classifier knows; None of a regressor."""
    return None if model.head == "text_regressor" else LabelSet(tuple(model.class_names))


def answer_scores(model: AlbertTask, inputs: Any) -> np.ndarray:
    """Returns probabilities `(texts, classes)` of a classifier, or values `(texts,)` of a regressor."""
    logits = model.predict(inputs, batch_size=ANSWER_BATCH, verbose=0)
    return model.decoder().scores({"logits": logits})


def in_words(labels: LabelSet | None, predicted: np.ndarray) -> list:
    """Returns predictions in the words of the data: a label, a list of labels, or a value for each text."""
    if labels is None:
        return [float(value) for value in predicted]
    if predicted.ndim == 2:
        return [labels.decode(np.flatnonzero(row)) for row in predicted]
    return labels.decode(predicted)


def _token_lengths(model: AlbertTask, table: TextTable) -> list[int]:
    preprocessor = cast(AlbertPreprocessor, model.preprocessor)  # `ModelStart.build` gives one
    return preprocessor.pack(table.inputs).lengths.tolist()
