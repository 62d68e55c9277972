"""What a model keeps of its training, for the card of a file that is exported from it."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from albert_tf.strict_json import finite

if TYPE_CHECKING:
    from albert_tf.finetuning.start import ModelStart
    from albert_tf.finetuning.task import TrainedRun

ORIGIN = "recipe"
"""In the record of a model's training: name of the recipe that suits what it started from."""

MAIN_FIGURES = (
    "accuracy",
    "macro_f1",
    "micro_f1",
    "exact_match",
    "f1",
    "precision",
    "recall",
    "matthews",
    "pearson",
    "spearman",
    "mae",
)
"""Names of the metrics that are shown and kept, in their order, where a task has them."""


def training_record(start: "ModelStart", path: Path | None, run: "TrainedRun") -> dict:
    """Returns what the model card of an exported file says of the training.

    Args:
        start: from which the model started.
        path: of the data's file; None for data in memory.
        run: what came of it.
    """
    figures = {"this model": run.evaluation.metrics}
    figures |= {baseline.name: baseline.metrics for baseline in run.baselines}
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path and path.is_file() else None
    record = record_of(
        start=start.described,
        epochs=run.training.epochs,
        # The name of a file may hold bytes that are no UTF-8, and so no text.
        file=path.name.encode("utf-8", "backslashreplace").decode() if path else None,
        sha256=digest,
        training_texts=len(run.parts.train),
        validation_texts=len(run.parts.validation),
        figures=figures,
    )
    return {**record, ORIGIN: start.recipe}


def record_of(
    *,
    start: str,
    epochs: int,
    file: str | None,
    sha256: str | None,
    training_texts: int,
    validation_texts: int,
    figures: dict[str, dict[str, float]],
) -> dict:
    """Returns a record in the form that a model card reads.

    Args:
        start: what the model started from.
        epochs: of the training.
        file: what the data are called; None for data in memory.
        sha256: of the file; None where there is no one file.
        training_texts: how many there were.
        validation_texts: how many the figures are of.
        figures: metrics, by who has reached them.
    """
    return {
        "start": start,
        "epochs": epochs,
        "data": {
            "file": file,
            "sha256": sha256,
            "training_texts": training_texts,
            "validation_texts": validation_texts,
        },
        "metrics": {who: main_figures(found) for who, found in figures.items()},
    }


def main_figures(metrics: dict[str, float]) -> dict:
    """Returns the main ones of some metrics by name; one that is not defined becomes None."""
    return finite({name: float(metrics[name]) for name in MAIN_FIGURES if name in metrics})
