"""The table of a GLUE suite: means and spreads over the seeds, beside baselines and published figures."""

import json
import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from albert_tf.atomic_files import write_files
from albert_tf.finetuning.start import ModelStart
from albert_tf.reports.markdown import cell, table
from albert_tf.strict_json import finite
from albert_tf.tasks import GLUE_TASKS

if TYPE_CHECKING:
    from albert_tf.finetuning.glue_suite import GlueResults

METRIC_NAMES = {
    "accuracy": "accuracy",
    "f1": "F1",
    "matthews": "Matthews",
    "pearson": "Pearson",
    "spearman": "Spearman",
}
MISSING = "–"
CONSTANT, LINEAR = "majority class, mean value", "TF-IDF + linear model"
BASELINE_ROWS = {
    "majority class": CONSTANT,
    "mean value": CONSTANT,
    "TF-IDF + logistic regression": LINEAR,
    "TF-IDF + ridge": LINEAR,
}

PUBLISHED_SOURCE = "https://github.com/google-research/albert"
"""Its README has the figures below (commit 119ba7b, 2019-10-31; the paper is https://arxiv.org/abs/1909.11942)."""

PUBLISHED = {
    "ALBERT-base v1": {"MNLI": {"accuracy": 81.6}, "SST-2": {"accuracy": 90.3}},
    "ALBERT-large v1": {"MNLI": {"accuracy": 83.5}, "SST-2": {"accuracy": 91.7}},
    "ALBERT-xlarge v1": {"MNLI": {"accuracy": 86.4}, "SST-2": {"accuracy": 92.4}},
    "ALBERT-xxlarge v1 (1.5M steps)": {
        "MNLI": {"accuracy": 90.8},
        "QNLI": {"accuracy": 95.3},
        "QQP": {"accuracy": 92.2},
        "RTE": {"accuracy": 89.2},
        "SST-2": {"accuracy": 96.9},
        "MRPC": {"accuracy": 90.9},
        "CoLA": {"matthews": 71.4},
        "STS-B": {"pearson": 93.0},
    },
    "ALBERT-base v2": {"MNLI": {"accuracy": 84.6}, "SST-2": {"accuracy": 92.9}},
    "ALBERT-large v2": {"MNLI": {"accuracy": 86.5}, "SST-2": {"accuracy": 94.9}},
    "ALBERT-xlarge v2": {"MNLI": {"accuracy": 87.9}, "SST-2": {"accuracy": 95.4}},
    "ALBERT-xxlarge v2": {"MNLI": {"accuracy": 90.6}, "SST-2": {"accuracy": 96.8}},
}
"""What ALBERT's authors report for single models on dev, in percent. Their table names no metric: MRPC's and QQP's is
accuracy, as in RoBERTa's, whose rows they repeat beside it (Liu et al. 2019, https://arxiv.org/abs/1907.11692)."""

PUBLISHED_REMARK = (
    "Published figures are those of ALBERT's authors for single models on dev. One figure for MRPC and QQP is taken as "
    "accuracy, for STS-B as Pearson's correlation, for MNLI as that of the matched part"
)


@dataclass(frozen=True)
class GlueRun:
    """What came of one task and seed.

    Attributes:
        task: a key of `GLUE_TASKS`.
        seed: of the run.
        metrics: what GLUE reports, from 0 to 1 (correlations from -1), by the name of the part: the task's, and
            `MNLI-mismatched`.
        baselines: the same for each baseline, by its name; empty for all seeds but the first.
        texts: how many there were, by part, and under `train`.
        epochs: epochs done.
        best_epoch: the one whose weights were judged.
        seconds: of the training, all sessions.
    """

    task: str
    seed: int
    metrics: dict[str, dict[str, float]]
    baselines: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    epochs: int = 0
    best_epoch: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Spread:
    """A figure over seeds.

    Attributes:
        mean: of the runs in which it is defined; NaN where there is none.
        deviation: standard deviation of the sample; None of a single run.
        runs: how many.
    """

    mean: float
    deviation: float | None
    runs: int

    @classmethod
    def of(cls, values: Iterable[float | None]) -> "Spread":
        """Returns the spread of values; one that is not defined, None or NaN, makes the mean undefined too."""
        found = [math.nan if value is None else float(value) for value in values]
        mean = statistics.fmean(found) if found else math.nan
        deviation = statistics.stdev(found) if len(found) > 1 and math.isfinite(mean) else None
        return cls(mean, deviation, len(found))


def summarized(runs: list[GlueRun]) -> dict[str, dict[str, Spread]]:
    """Returns the spread of each metric over the seeds, by part and metric."""
    values: dict[str, dict[str, list]] = {}
    for run in runs:
        for part, metrics in run.metrics.items():
            for name, value in metrics.items():
                values.setdefault(part, {}).setdefault(name, []).append(value)
    return {
        part: {name: Spread.of(each) for name, each in metrics.items()}
        for part, metrics in values.items()
    }


def baselines_of(runs: list[GlueRun]) -> dict[str, dict[str, dict[str, float]]]:
    """Returns the metrics of each baseline, by its name, part and metric."""
    found: dict[str, dict] = {}
    for run in runs:
        for name, parts in run.baselines.items():
            found.setdefault(name, {}).update(parts)
    return found


def write_glue_table(results: "GlueResults", start: ModelStart) -> None:
    """Writes the table as Markdown and as JSON.

    Args:
        results: the runs so far, and where to write.
        start: from which all of them started.
    """
    order = list(GLUE_TASKS)
    runs = sorted(results.runs, key=lambda run: (order.index(run.task), run.seed))
    content = {
        "start": start.described,
        "results": {
            part: {name: vars(spread) for name, spread in metrics.items()}
            for part, metrics in summarized(runs).items()
        },
        "baselines": baselines_of(runs),
        "published": {"source": PUBLISHED_SOURCE, "unit": "percent", "rows": PUBLISHED},
        "runs": [vars(run) for run in runs],
    }
    write_files(
        results.table.parent,
        {
            results.json.name: json.dumps(finite(content), indent=2) + "\n",
            results.table.name: glue_markdown(runs, start),
        },
    )


def glue_markdown(runs: list[GlueRun], start: ModelStart) -> str:
    """Returns the table as Markdown: a row for each model, a column for each task, in percent."""
    found = summarized(runs)
    order = [name for task in GLUE_TASKS for name in found if name.split("-mis")[0] == task]
    seeds = sorted({run.seed for run in runs})
    mine = {
        part: {name: with_spread(spread) for name, spread in metrics.items()}
        for part, metrics in found.items()
    }
    rows = [_row(f"**{cell(start.described)}**", mine, order, found)]
    rows += [
        _row(cell(name), _in_percent(parts), order, found)
        for name, parts in _baseline_rows(runs).items()
    ]
    for name, parts in PUBLISHED.items():
        shown = {
            part: {n: f"{v:.1f}" for n, v in metrics.items()} for part, metrics in parts.items()
        }
        if shown.keys() & set(order):
            rows.append(_row(cell(name), shown, order, found))
    heads = [f"{part} ({'/'.join(METRIC_NAMES[n] for n in found[part])})" for part in order]
    spread = (
        f"mean ± standard deviation where a task has several seeds ({', '.join(map(str, seeds))})"
    )
    if len(seeds) == 1:
        spread = f"one run, seed {seeds[0]}"
    took = _duration(sum(run.seconds for run in runs))
    blocks = [
        f"# GLUE, {cell(start.described)}",
        f"Dev sets, in percent; {spread}. Training took {took} in all.",
        table(["model", *map(cell, heads)], rows),
        f"{PUBLISHED_REMARK} (<{PUBLISHED_SOURCE}>, README of 2019-10-31).",
        _runs_table(runs),
    ]
    return "\n\n".join(blocks) + "\n"


def _row(name: str, parts: dict, order: list[str], found: dict) -> list[str]:
    cells = [name]
    for part in order:
        figures = parts.get(part, {})
        shown = [figures.get(metric, MISSING) for metric in found[part]]
        cells.append(MISSING if not figures else " / ".join(shown))
    return cells


def _baseline_rows(runs: list[GlueRun]) -> dict[str, dict]:
    """One row for what a baseline is called with classes, and with values."""
    rows: dict[str, dict] = {}
    for name, parts in baselines_of(runs).items():
        rows.setdefault(BASELINE_ROWS.get(name, name), {}).update(parts)
    return rows


def _in_percent(parts: dict) -> dict:
    return {
        part: {name: percent(value) for name, value in metrics.items()}
        for part, metrics in parts.items()
    }


def percent(value: float | None) -> str:
    """Formats a share or correlation in percent; "n/a" where it is not defined."""
    return "n/a" if value is None or not math.isfinite(value) else f"{100 * value:.1f}"


def with_spread(spread: Spread) -> str:
    """Formats a mean in percent, with its deviation where there is one."""
    deviation = "" if spread.deviation is None else f" ± {100 * spread.deviation:.1f}"
    return percent(spread.mean) + deviation


def best_baseline(runs: list[GlueRun], part: str, metric: str) -> float | None:
    """Returns the highest figure of a baseline for a part, or None where there is none."""
    found = [parts[part][metric] for parts in baselines_of(runs).values() if part in parts]
    return max((v for v in found if v is not None and math.isfinite(v)), default=None)


def _runs_table(runs: list[GlueRun]) -> str:
    rows = [
        [
            cell(run.task),
            str(run.seed),
            f"{run.texts.get('train', 0):,}",
            f"{run.texts.get(run.task, 0):,}",
            f"{run.best_epoch} of {run.epochs}",
            _duration(run.seconds),
        ]
        for run in runs
    ]
    return table(["task", "seed", "training texts", "dev texts", "epoch kept", "training"], rows)


def _duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    if hours >= 2:
        return f"{hours:.1f} h"
    return f"{minutes:.0f} min" if minutes >= 2 else f"{seconds:.0f} s"
