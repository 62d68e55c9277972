"""A task of another kind is one class and a line in the table: questions with choices, by the least of code."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import albert_tf
from albert_tf import AlbertMultipleChoice
from albert_tf.errors import ConfigError
from albert_tf.finetuning import Evaluation, FineTuningTask, ModelStart, Parts, TaskEntry
from albert_tf.finetuning.recognition import holds_choices
from albert_tf.finetuning.task_table import TASKS
from albert_tf.reports import BaselineResult, Report
from albert_tf.tables import ChoiceQuestion, read_choices
from tests.finetuning.conftest import QUICK


@dataclass(frozen=True)
class Questions:
    """Questions of a file."""

    path: Path
    questions: list[ChoiceQuestion]
    notes: tuple[str, ...] = ()

    def __len__(self):
        return len(self.questions)

    @property
    def inputs(self):
        return [q.question for q in self.questions], [list(q.choices) for q in self.questions]

    @property
    def answers(self):
        return np.array([q.answer for q in self.questions])


class Choosing(FineTuningTask[Questions]):
    """Multiple choice without frills."""

    name, unit, sequence_length = "multiple-choice", "questions", 24
    reading = frozenset({"answer_column"})

    def read(self, data, name, **options):
        return Questions(Path(data), read_choices(data, **options))

    def split(self, examples, share, seed):
        held_out = round(share * len(examples))
        parts = examples.questions[held_out:], examples.questions[:held_out]
        return Parts(
            *(Questions(examples.path, part) for part in parts), ("the first are held out",)
        )

    def build_model(self, start, train):
        return start.build(AlbertMultipleChoice, self.sequence_length)

    def fit_data(self, model, examples):
        return examples.inputs, examples.answers

    def evaluate(self, model, validation):
        chosen = [answer.index for answer in model.answer(*validation.inputs)]
        return Evaluation({"accuracy": float(np.mean(validation.answers == chosen))}, chosen)

    def baselines(self, parts, seed):
        first = np.zeros(len(parts.validation), int)
        metrics = {"accuracy": float(np.mean(parts.validation.answers == first))}
        return [BaselineResult("first choice", metrics, first, first, 0.0)]

    def report(self, folder, run):
        path = folder / "report.md"
        path.write_text(f"{run.training.kept} {run.evaluation.metrics}", "utf-8")
        return Report(path, [], ["no pictures"])


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A file of questions, in whose table of tasks the class above stands."""
    entry = TaskEntry(f"{__name__}:Choosing", holds_choices)
    monkeypatch.setitem(TASKS, "multiple-choice", entry)
    rows = "".join(
        f"Which is good {n}?,it is awful {n},it is fine {n},choice2\n"
        if n % 2
        else f"Which is good {n}?,it is fine {n},it is awful {n},choice1\n"
        for n in range(40)
    )
    path = tmp_path / "questions.csv"
    path.write_text(f"question,choice1,choice2,answer\n{rows}", "utf-8")
    return path


def test_it_is_found_out_trained_judged_and_saved(table, start, tmp_path):
    start = ModelStart(preset=start.preset)
    options = {**QUICK, "sequence_length": None, "epochs": 2}
    result = albert_tf.finetune(
        table, preset=start, run_dir=tmp_path / "run", validation_split=0.2, **options
    )
    assert (result.task, result.unit) == ("multiple-choice", "questions")
    assert len(result.validation) == len(result.predictions) == 8
    right = np.mean(np.array(result.predictions) == result.validation.answers)
    assert result.metrics == {"accuracy": right}
    assert result.baselines[0].metrics == {"accuracy": 0.5}
    assert {"the first are held out", "no pictures"} <= set(result.notes)
    again = AlbertMultipleChoice.from_preset(str(result.preset))
    assert again.preprocessor.sequence_length == 24
    chosen = [answer.index for answer in again.answer(*result.validation.inputs)]
    assert chosen == result.predictions
    assert again.training_record["metrics"]["first choice"] == {"accuracy": 0.5}
    assert again.training_record["data"]["training_texts"] == 32


def test_what_it_cannot_take_is_named(table, start, tmp_path):
    early = ModelStart(preset=start.preset, early_exit=True)
    with pytest.raises(ConfigError, match="AlbertMultipleChoice has no early exits; leave it out"):
        albert_tf.finetune(table, preset=early, run_dir=tmp_path / "run", **QUICK)
    with pytest.raises(ConfigError, match="^multiple-choice takes no skip_empty; leave it out$"):
        albert_tf.finetune(table, preset=start, run_dir=tmp_path / "run", skip_empty=True)
    assert not (tmp_path / "run").exists()
