"""Pieces of every report: its page, the verdict, tables of results and settings, curves of the training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from scipy.stats import binomtest

from albert_tf.errors import AlbertError, MissingExtraError
from albert_tf.operating_system import move_file
from albert_tf.reports import plots
from albert_tf.reports.baselines import BaselineResult
from albert_tf.reports.markdown import cell, number, table

LOWER_IS_BETTER = {"cross_entropy", "calibration_error", "mse", "mae", "hamming_loss"}
METRIC_NAMES = {
    "macro_f1": "macro F1",
    "micro_f1": "micro F1",
    "matthews": "Matthews correlation",
    "pearson": "Pearson correlation",
    "spearman": "Spearman correlation",
    "mse": "mean squared error",
    "mae": "mean absolute error",
}
Pictures = Mapping[str, Callable[[Path], None]]
"""What draws each picture into a file, by the file's name."""


class Run(Protocol):
    """What the pieces need to know of a run; see `RunRecord`."""

    main_metric: Any
    baselines: Sequence[BaselineResult]
    history: Sequence[dict]
    learning_rate_multipliers: dict[str, float]
    application_weights: Sequence[float]
    seconds: float | None

    @property
    def unit(self) -> str:
        """What an example is called, in the plural."""

    @property
    def metrics(self) -> dict[str, float]:
        """The model's metrics on the validation part."""

    @property
    def validation_count(self) -> int:
        """Examples of the validation part."""


@dataclass(frozen=True)
class Report:
    """Where the report is, and what could not be done.

    Attributes:
        path: report.md.
        plots: the PNG files beside it.
        notes: to be shown to people, such as the pip line that adds the plots.
    """

    path: Path
    plots: list[Path]
    notes: list[str]


def write_pages(
    folder: str | Path, pictures: Pictures, compose: Callable[[list[str], list[str]], str]
) -> Report:
    """Write `report.md` and its plots into a folder.

    Args:
        folder: made if it does not exist.
        pictures: what draws them.
        compose: from the names of the pictures that are drawn, and notes on those that are not, to the page.

    Returns:
        A `Report`.

    Raises:
        AlbertError: the folder cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drawn, notes = _draw(folder, pictures)
        path = folder / "report.md"
        partial = path.with_suffix(".md.tmp")
        # The name of a file may hold bytes that are no UTF-8, and so no text.
        partial.write_text(compose(drawn, notes), "utf-8", "backslashreplace", "\n")
        move_file(partial, path)
    except OSError as error:
        raise AlbertError(
            f"{folder}: the report cannot be written ({error.strerror}); free space there or "
            "choose another folder"
        ) from None
    return Report(path, [folder / name for name in drawn], notes)


def _draw(folder: Path, pictures: Pictures) -> tuple[list[str], list[str]]:
    """Draw; return the file names, and notes on what is missing."""
    drawn, notes = [], []
    for name, draw in pictures.items():
        try:
            draw(folder / name)
        except MissingExtraError as error:
            return drawn, [*notes, str(error)]
        drawn.append(name)
    return drawn, notes


def training_pictures(run: Run, loss_unit: str = "nats") -> dict[str, Callable[[Path], None]]:
    """Return what draws the curves of the training, as far as there are any."""
    metric = run.main_metric
    levels = {
        result.name: result.metrics[metric] for result in run.baselines if metric in result.metrics
    }
    pictures: dict[str, Callable[[Path], None]] = {}
    keys = {key for logged in run.history for key in logged}
    if keys & {"loss", "val_loss"}:
        pictures["learning_curves.png"] = lambda path: plots.plot_learning_curves(
            path, run.history, metric, levels, loss_unit=loss_unit
        )
    if "learning_rate" in keys or run.learning_rate_multipliers or run.application_weights:
        pictures["learning_rates.png"] = lambda path: plots.plot_learning_rates(
            path, run.history, run.learning_rate_multipliers, run.application_weights
        )
    return pictures


def page(sections: Mapping[str, Sequence[str]]) -> str:
    """Return a page of sections, without those that have nothing to say."""
    filled = [[title, *filter(None, blocks)] for title, blocks in sections.items() if any(blocks)]
    return "\n\n".join(block for blocks in filled for block in blocks) + "\n"


def shown_picture(drawn: Sequence[str], name: str, alternative: str) -> list[str]:
    """Return the picture as Markdown; nothing if it was not drawn."""
    return [f"![{alternative}]({name})"] if name in drawn else []


def listed(notes: Sequence[str]) -> str:
    """Return notes as a list."""
    return "\n".join(f"- {cell(note)}" for note in notes)


def verdict(run: Run) -> str:
    """Return how good the model is beside the best baseline, in a sentence or three."""
    metric = run.main_metric
    value, rows = run.metrics[metric], run.validation_count
    interval = ""
    if metric == "accuracy":
        low, high = binomtest(round(value * rows), rows).proportion_ci(method="wilson")
        interval = f" (95 % interval {low:.3f} to {high:.3f})"
    words = (
        f"Validation {metric_title(metric)} **{number(value)}**{interval} on {rows:,} {run.unit}."
    )
    rivals = [result for result in run.baselines if np.isfinite(result.metrics.get(metric, np.nan))]
    if rivals:
        best = max(rivals, key=lambda result: result.metrics[metric])
        gap = value - best.metrics[metric]
        relation = "above" if gap > 0 else "below" if gap < 0 else "level with"
        distance = f"{number(abs(gap))} {relation}" if gap else relation
        words += f" This is {distance} the best baseline, {best.name}."
    if run.seconds is not None:
        words += f" Training took {duration(run.seconds)}."
    return words


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def metric_title(metric: str) -> str:
    """Return the name of a metric as people write it."""
    return METRIC_NAMES.get(metric, metric.replace("_", " "))


def results_table(run: Run) -> str:
    """Return the metrics of the model and of the baselines, the best of each in bold."""
    metrics = run.metrics
    rows = [("this model", metrics, run.seconds)]
    rows += [(result.name, result.metrics, result.seconds) for result in run.baselines]
    best = {}
    for name in metrics:
        values = [row[1][name] for row in rows if np.isfinite(row[1].get(name, np.nan))]
        if values and len(rows) > 1 and name != "calibration_error":  # a constant answer has none
            best[name] = min(values) if name in LOWER_IS_BETTER else max(values)
    body = []
    for label, values, seconds in rows:
        shown = [_shown(values.get(name), best.get(name)) for name in metrics]
        body.append([label, *shown, "" if seconds is None else duration(seconds)])
    return table(["method", *map(metric_title, metrics), "time"], body)


def _shown(value: float | None, best: float | None) -> str:
    if value is None:  # a metric that this method does not have
        return ""
    return f"**{number(value)}**" if value == best else number(value)


def pairs_table(heading: str, pairs: dict) -> str:
    """Return a table of names and values; nothing for none."""
    if not pairs:
        return ""
    return table([heading, "value"], [[cell(name), cell(value)] for name, value in pairs.items()])
