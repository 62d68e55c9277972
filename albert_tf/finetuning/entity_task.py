"""Entities in texts: the steps of token classification."""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from albert_tf.answers import Entity
from albert_tf.errors import DataError
from albert_tf.finetuning.answer_tasks import AnswerTask, ExampleList, read_rows
from albert_tf.finetuning.start import ModelStart
from albert_tf.finetuning.task import Evaluation, Parts
from albert_tf.models import AlbertTask, AlbertTokenClassifier
from albert_tf.reports import BaselineResult, entity_baselines
from albert_tf.reports.entity_mistakes import entity_mistakes
from albert_tf.tables import (
    EntityText,
    entity_tags,
    entity_types,
    read_entities,
    texts_and_entities,
)
from albert_tf.tasks import entity_metrics

EXPECTED = "the path of a file of tagged words or of JSON lines with spans, or a list of EntityText"
SHOWN_LABELS = 5


class TokenClassification(AnswerTask[EntityText]):
    """Stretches of a text with labels, such as names of people or the slots of a command."""

    name, unit = "token-classification", "texts"
    reading = frozenset({"scheme"})
    usual_changes = MappingProxyType(
        {"head_start": "random", "batch_size": 32, "learning_rate": 3e-4}
    )
    main_metric = "f1"
    remark = (
        "An entity counts when its label and both its ends are right; F1 is over all entities, macro F1 the mean of "
        "the labels' own."
    )

    def read(self, data: Any, name: str, **options: Any) -> ExampleList[EntityText]:
        """Returns the texts of a file (see `read_entities`), or those in memory."""

        def read(path: Path):
            return read_entities(path, **options)

        return read_rows(data, name, EntityText, read, EXPECTED)

    def checks(self, parts: Parts[ExampleList[EntityText]]) -> list[str]:
        """Refuses training texts without entities, and names labels that only the validation has."""
        known = entity_types(parts.train.rows)
        if not known:
            raise DataError(
                f"{parts.train.path}: no text has an entity; expected some to learn from"
            )
        unknown = [label for label in entity_types(parts.validation.rows) if label not in known]
        if unknown:
            shown = ", ".join(map(repr, unknown[:SHOWN_LABELS]))
            raise DataError(
                f"{parts.validation.path}: no training text has an entity of the label {shown}; add some, or take "
                "these entities out of the validation"
            )
        return []

    def split(
        self, examples: ExampleList[EntityText], share: float, seed: int
    ) -> Parts[ExampleList[EntityText]]:
        """Sets a share aside; texts with the only entities of a label stay in the training."""
        parts = super().split(examples, share, seed)
        known = set(entity_types(parts.train.rows))
        only = [
            text
            for text in parts.validation.rows
            if any(entity.label not in known for entity in text.entities)
        ]
        if not only:
            return parts
        kept = [text for text in parts.validation.rows if text not in only]
        train = ExampleList(examples.path, [*parts.train.rows, *only], examples.notes)
        notes = [
            *parts.notes,
            f"{len(only):,} of them went back to the training, which had no other entity of their labels",
        ]
        if not kept:
            raise DataError(
                f"{examples.path}: the labels are too rare to set texts aside; pass validation_data"
            )
        return Parts(train, ExampleList(examples.path, kept, examples.notes), notes)

    def build_model(self, start: ModelStart, train: ExampleList[EntityText]) -> AlbertTask:
        """Returns a token classifier of the tags of the labels, in IOB2."""
        names = entity_tags(entity_types(train.rows))
        return start.build(AlbertTokenClassifier, self.sequence_length, class_names=names)

    def fit_data(self, model: AlbertTask, examples: ExampleList[EntityText]) -> tuple[Any, Any]:
        """Returns the texts, and the entities of each."""
        return texts_and_entities(examples.rows)

    def evaluate(self, model: Any, validation: ExampleList[EntityText]) -> Evaluation:
        """Returns strict precision, recall and F1, and the entities of each text."""
        texts, entities = texts_and_entities(validation.rows)
        answers = model.answer(texts)
        return Evaluation(entity_metrics(answers, entities), answers, answers)

    def baselines(self, parts: Parts[ExampleList[EntityText]], seed: int) -> list[BaselineResult]:
        """Returns a dictionary of the entities of the training texts."""
        return entity_baselines(parts.train.rows, parts.validation.rows)

    def mistakes(
        self, validation: Sequence[EntityText], answers: Sequence[Sequence[Entity]]
    ) -> dict[str, list[str]]:
        """Returns F1 by label, kinds of mistakes, confused labels, and the worst mistakes in their texts."""
        return entity_mistakes(validation, answers)
