"""What a fine-tuning run leaves behind, as plain values for the report."""

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np

from albert_tf.errors import DataError
from albert_tf.reports.baselines import BaselineResult
from albert_tf.tables.table import TextTable
from albert_tf.tasks.labels import LabelSet, encode_targets
from albert_tf.tasks.metrics import MAIN_METRIC, MAIN_METRICS, evaluate_scores

REPORTED_PACKAGES = ("albert-tf", "tensorflow", "keras", "tensorflow-text", "numpy", "scikit-learn")


def installed_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages a run depends on; "absent" if missing."""
    versions = {"python": platform.python_version()}
    for package in REPORTED_PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "absent"
    return versions


@dataclass(kw_only=True)
class TrainingRecord:
    """What the report of any task tells about its training.

    Attributes:
        title: heading of the report.
        baselines: results on the same validation part.
        history: dicts as Keras logs them, each with `step` (optimizer steps done), `batch` (batches
            done), `epoch`, and any of `loss`, `learning_rate`, a metric, and these with the prefix
            `val_`.
        learning_rate_multipliers: part of the model to multiplier, from the embeddings up.
        application_weights: weight of the gradient of each application of the shared block, from
            the first; empty where all are one.
        config: the model's configuration.
        settings: of the training: seed, learning rate, batch size, epochs, ...
        versions: package to version.
        notes: what people should know of the data, one sentence each.
        training_notes: what people should know of the training, such as which epoch was kept, and why.
        seconds: the training took, or None.
    """

    title: str
    baselines: Sequence[BaselineResult] = ()
    history: Sequence[dict] = ()
    learning_rate_multipliers: dict[str, float] = field(default_factory=dict)
    application_weights: Sequence[float] = ()
    config: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=installed_versions)
    notes: Sequence[str] = ()
    training_notes: Sequence[str] = ()
    seconds: float | None = None


@dataclass(kw_only=True)
class RunRecord(TrainingRecord):
    """Everything the report tells about a run whose answers are labels or values.

    Attributes:
        train: the training table.
        validation: the validation table, with labels.
        labels: the known labels; None for regression.
        scores: the model's answers on `validation`: probabilities (rows, classes), or values
            (rows,) for regression.
        token_lengths: tokens a row with special ones, under the keys `"train"`, `"validation"`.
        main_metric: the metric that decided which epoch was kept, by which the report judges the model;
            None, or what is none of the task's main metrics (a loss), stands for `MAIN_METRIC`.
    """

    train: TextTable
    validation: TextTable
    labels: LabelSet | None
    scores: np.ndarray
    token_lengths: dict[str, Sequence[int]] = field(default_factory=dict)
    main_metric: str | None = None

    def __post_init__(self):
        if self.main_metric not in MAIN_METRICS[self.task]:
            self.main_metric = MAIN_METRIC[self.task]
        self.scores = np.asarray(self.scores, "float64")
        if self.task == "regression":
            self.scores = self.scores.reshape(-1)
        rows = len(self.validation)
        wanted = (rows,) if self.task == "regression" else (rows, len(self.labels or ()))
        if self.scores.shape != wanted:
            raise DataError(
                f"scores have shape {self.scores.shape}, but the validation table and its labels "
                f"ask for {wanted}; pass one row of probabilities (or one value) a text"
            )

    @property
    def unit(self) -> str:
        """What an example is called, in the plural."""
        return "texts"

    @property
    def validation_count(self) -> int:
        """Texts of the validation table."""
        return len(self.validation)

    @property
    def task(self) -> str:
        """The validation table's task."""
        return self.validation.task

    @property
    def targets(self) -> np.ndarray:
        """The true answers, as `encode_targets` gives them."""
        return encode_targets(self.validation, self.labels)

    @property
    def metrics(self) -> dict[str, float]:
        """The model's metrics on the validation table."""
        return evaluate_scores(self.task, self.targets, self.scores)


def read_history(path: str | Path) -> tuple[list[dict], list[str]]:
    """Read a training log of one JSON object a line.

    Args:
        path: such as `training.jsonl`.

    Returns:
        The records with a `step`, by step, one a step: where a resumed run logged a step again,
        the later values count. And notes: a last line cut off by a killed process is left out.

    Raises:
        DataError: the file cannot be read, or another line than the last is broken.
    """
    path = Path(path)
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}); check the path") from None
    lines = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    by_step: dict[int, dict] = {}
    notes = []
    for number, line in lines:
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            if number != lines[-1][0]:
                raise DataError(f"{path}:{number}: broken JSON: {error.msg}") from None
            notes.append(f"{path.name}: the last line was cut off and is left out")
            continue
        if isinstance(record, dict) and isinstance(record.get("step"), int):
            by_step[record["step"]] = by_step.get(record["step"], {}) | record
    return [by_step[step] for step in sorted(by_step)], notes
