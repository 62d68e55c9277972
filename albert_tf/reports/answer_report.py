"""The report of a fine-tuning whose answers are spans, entities or choices: report.md and its curves."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from albert_tf.reports.markdown import cell, table
from albert_tf.reports.pieces import (
    Report,
    listed,
    page,
    pairs_table,
    results_table,
    shown_picture,
    training_pictures,
    verdict,
    write_pages,
)
from albert_tf.reports.records import TrainingRecord


@dataclass(kw_only=True)
class AnswerRecord(TrainingRecord):
    """What the report tells about a run of any task but labels and values, which have `RunRecord`.

    Attributes:
        unit: what an example is called, in the plural.
        parts: name, file and number of examples of the training and of the validation part.
        metrics: of the model on the validation examples.
        main_metric: by which the report judges it, one of them.
        remark: a sentence on what the metrics mean.
        mistakes: what is told of the answers: Markdown blocks by heading.
    """

    unit: str
    parts: Sequence[tuple[str, str, int]]
    metrics: dict[str, float]
    main_metric: str
    remark: str
    mistakes: Mapping[str, Sequence[str]]

    @property
    def validation_count(self) -> int:
        """Examples of the validation part."""
        return self.parts[-1][-1]


def write_answer_report(folder: str | Path, record: AnswerRecord) -> Report:
    """Write `report.md` and the curves of the training into a folder; see `write_report`.

    Raises:
        AlbertError: the folder cannot be written.
    """
    return write_pages(
        folder, training_pictures(record), lambda drawn, notes: _compose(record, drawn, notes)
    )


def _compose(record: AnswerRecord, drawn: list[str], notes: list[str]) -> str:
    picture = functools.partial(shown_picture, drawn)
    data = [[name, cell(file), f"{count:,}"] for name, file, count in record.parts]
    return page(
        {
            f"# {cell(record.title)}": [verdict(record)],
            "## Results": [
                results_table(record),
                record.remark,
                *[f"*The plots are missing: {cell(note)}.*" for note in notes],
            ],
            "## Training": [
                *picture("learning_curves.png", "Loss against optimizer steps"),
                *picture("learning_rates.png", "Learning rates by depth"),
                listed(record.training_notes),
                pairs_table("setting", record.settings),
            ],
            "## Data": [table(["part", "file", record.unit], data), listed(record.notes)],
            **{f"## {heading}": blocks for heading, blocks in record.mistakes.items()},
            "## Model and versions": [
                pairs_table("configuration", record.config),
                pairs_table("package", record.versions),
            ],
        }
    )
