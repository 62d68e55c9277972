"""The picture of early exits: the metric against the time that a text takes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from albert_tf.reports.plots import BLUE, GRAY, GREEN, ORANGE, STYLE, matplotlib_with_figures


def plot_exits(path: str | Path, points: Sequence, knee: Any, metric: str) -> None:
    """Draw the metric against milliseconds and against layers, one line for each rule of leaving.

    Args:
        path: the PNG to write.
        points: what `albert_tf.export.measure_exits` returns; the first is full depth.
        knee: the point to mark, one of them.
        metric: its name, for the axis.

    Raises:
        MissingExtraError: without matplotlib.
    """
    matplotlib = matplotlib_with_figures()
    full = points[0]
    with matplotlib.rc_context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(8, 3.4))
        for axes, unit, value in zip(
            figure.subplots(1, 2, sharey=True),
            ("milliseconds a text, mean", "layers a text, mean"),
            (lambda p: p.mean_ms, lambda p: p.mean_layers),
            strict=True,
        ):
            for (rule, chosen), color in zip(_rules(points).items(), (BLUE, ORANGE), strict=False):
                ordered = sorted(chosen, key=value)
                axes.plot(
                    [value(p) for p in ordered],
                    [p.metric for p in ordered],
                    "o-",
                    color=color,
                    markersize=3.5,
                    label=rule,
                )
            axes.plot(value(full), full.metric, "s", color=GRAY, label="all layers")
            axes.plot(
                value(knee), knee.metric, "o", color=GREEN, markersize=9, mfc="none", label="knee"
            )
            axes.axhline(full.metric, color=GRAY, linestyle=":", linewidth=1)
            axes.set_xlabel(unit)
            axes.set_xlim(left=0)
        figure.axes[0].set_ylabel(metric.replace("_", " "))
        figure.axes[0].set_title("Leaving early")
        figure.axes[1].legend()
        figure.savefig(path)


def _rules(points) -> dict[str, list]:
    """The points of each rule, by its first control: patience, or confidence."""
    rules: dict[str, list] = {}
    for point in points[1:]:
        rules.setdefault(next(iter(point.controls)), []).append(point)
    return rules
