"""The report's pictures. Needs matplotlib (the extra `plots`); no display and no pyplot state."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albert_tf.errors import MissingExtraError

# Okabe and Ito's colors, which people with any color vision tell apart.
BLUE, ORANGE, GREEN, GRAY = "#0072B2", "#D55E00", "#009E73", "#666666"
STYLE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.formatter.useoffset": False,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 150,
}
# A confusion matrix of more classes shows only those confused most.
SHOWN_CLASSES = 16
SHOWN_NAME = 26
# Training metrics that are means over examples; a correlation, say, is none.
MEANS = ("loss", "accuracy")
# Parts of metrics' names that are written in capitals.
ACRONYMS = ("mlm", "sop", "mse", "rmse", "mae", "f1")


def matplotlib_with_figures():
    """Returns matplotlib with what the pictures need; raises MissingExtraError without it."""
    try:
        import matplotlib
        import matplotlib.figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plots", "drawing the report's plots") from None
    return matplotlib


def plot_learning_curves(
    path: Path,
    history: Sequence[dict],
    metric: str | None = None,
    baselines: dict[str, float] | None = None,
    loss_unit: str = "nats",
) -> None:
    """Draw loss and metric of the training and the validation part against optimizer steps.

    Args:
        path: the PNG to write.
        history: as in `RunRecord`.
        metric: a key of the records, such as `"accuracy"`; drawn with its `val_` twin.
        baselines: name to value of `metric`, drawn as horizontal lines.
        loss_unit: for the label of the loss axis.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    keys = {key for record in history for key in record}
    panels = ["loss"]
    if metric and keys & {metric, f"val_{metric}"}:
        panels.append(metric)
    levels = {metric: baselines or {}} if metric else {}
    plot_curves(path, history, panels, levels, loss_unit)


def plot_curves(
    path: Path,
    history: Sequence[dict],
    panels: Sequence[str],
    levels: dict[str, dict[str, float]] | None = None,
    loss_unit: str = "nats",
) -> None:
    """Draw some metrics of the training and the validation part against optimizer steps.

    Args:
        path: the PNG to write.
        history: as in `RunRecord`.
        panels: keys of the records, one picture each side by side, drawn with their `val_` twins.
        levels: for a panel, name to value of horizontal lines.
        loss_unit: for the label of the axis of losses.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    matplotlib = matplotlib_with_figures()
    with matplotlib.rc_context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(4.6 * len(panels), 3.4))
        for axes, key in zip(np.atleast_1d(figure.subplots(1, len(panels))), panels, strict=True):
            _draw_curve(axes, history, key)
            _draw_levels(axes, (levels or {}).get(key, {}))
            name = " ".join(word.upper() if word in ACRONYMS else word for word in key.split("_"))
            axes.set_title(name[0].upper() + name[1:])
            axes.set_ylabel(f"{name} ({loss_unit})" if key.endswith("loss") else name)
            _label_steps(axes)
            if axes.get_legend_handles_labels()[0]:
                axes.legend()
        figure.savefig(path)


def _label_steps(axes) -> None:
    axes.set_xlabel("optimizer step")
    axes.set_xlim(left=0)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.xaxis.set_major_formatter("{x:,.0f}")


def _series(history: Sequence[dict], key: str) -> tuple[np.ndarray, np.ndarray]:
    logged = [(record["step"], record.get(key)) for record in history]
    points = [(step, v) for step, v in logged if isinstance(v, (int, float)) and np.isfinite(v)]
    return np.array([s for s, _ in points], "int64"), np.array([v for _, v in points], "float64")


def mean_since_last(history: Sequence[dict], key: str) -> list[dict]:
    """Return the records with the mean of `key` since the record before, in place of Keras's.

    Keras logs means since the epoch began: drawn as they are, a curve jumps at every epoch's start
    and hides within it what the last batches did.

    Args:
        history: as in `RunRecord`.
        key: a metric that is a mean over examples, such as `"loss"`.
    """
    records, first, before, total = [], 0, 0, 0.0
    for record in history:
        if record.get(key) is None:
            continue
        if records and record["epoch"] != records[-1]["epoch"]:
            first, total = before, 0.0
        running = record[key] * (record["batch"] - first)
        batches = record["batch"] - before
        if batches:
            records.append({**record, key: (running - total) / batches})
        before, total = record["batch"], running
    return records


def _draw_curve(axes, history: Sequence[dict], key: str) -> None:
    steps, values = _series(mean_since_last(history, key) if key in MEANS else history, key)
    if len(steps):
        smooth = len(steps) >= 60
        axes.plot(
            steps,
            values,
            color=BLUE,
            alpha=0.25 if smooth else 1.0,
            linewidth=0.8 if smooth else 1.6,
            marker="o" if len(steps) < 3 else None,  # one point alone makes no line
            markersize=4,
            label=None if smooth else "training",
        )
        if smooth:
            window = max(5, len(steps) // 25)
            means = np.convolve(values, np.ones(window) / window, "valid")
            middle = steps[window // 2 :][: len(means)]
            axes.plot(middle, means, color=BLUE, linewidth=1.8, label=f"training, mean of {window}")
    steps, values = _series(history, f"val_{key}")
    if len(steps):
        axes.plot(steps, values, color=ORANGE, marker="o", markersize=4, label="validation")
        best = int(np.argmin(values) if key.endswith("loss") else np.argmax(values))
        axes.plot(
            steps[best],
            values[best],
            "o",
            markersize=10,
            markerfacecolor="none",
            markeredgecolor=ORANGE,
            label=f"best: {values[best]:.3f} at step {steps[best]:,}",
        )


def _draw_levels(axes, levels: dict[str, float]) -> None:
    for (name, value), style in zip(levels.items(), ("--", ":", "-.") * len(levels), strict=False):
        if np.isfinite(value):
            axes.axhline(value, color=GRAY, linestyle=style, label=f"{name}: {value:.3f}")


def plot_learning_rates(
    path: Path,
    history: Sequence[dict],
    multipliers: dict[str, float],
    application_weights: Sequence[float] = (),
) -> None:
    """Draw the learning rate of each part of the model, and what each application weighs.

    Args:
        path: the PNG to write.
        history: as in `RunRecord`; its `learning_rate` is that of a part with multiplier 1.
        multipliers: part to multiplier, from the embeddings up.
        application_weights: of the applications of the shared block, from the first. One of the
            three must have something to draw.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    matplotlib = matplotlib_with_figures()
    steps, rates = _series(history, "learning_rate")
    parts = multipliers or {"all variables": 1.0}
    drawers = [_draw_schedule] if len(steps) else []
    drawers += [_draw_multipliers] if multipliers else []
    drawers += [_draw_applications] if len(application_weights) else []
    with matplotlib.rc_context(STYLE):
        height = max(3.4, 0.22 * len(parts) + 1.2, 0.22 * len(application_weights) + 1.2)
        figure = matplotlib.figure.Figure(figsize=(4.6 * len(drawers), min(height, 9)))
        colors = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, len(parts)))
        for axes, draw in zip(
            np.atleast_1d(figure.subplots(1, len(drawers))), drawers, strict=True
        ):
            if draw is _draw_schedule:
                draw(axes, steps, rates, parts, colors)
            elif draw is _draw_multipliers:
                draw(axes, parts, colors)
            else:
                draw(axes, application_weights)
        figure.savefig(path)


def _draw_schedule(axes, steps, rates, parts: dict[str, float], colors) -> None:
    # Parts with the same multiplier share a line, named by the first and the last of them.
    lines: dict[float, list[int]] = {}
    for number, multiplier in enumerate(parts.values()):
        lines.setdefault(multiplier, []).append(number)
    names = list(parts)
    highest = float(rates.max() * max(parts.values()))
    exponent = int(np.floor(np.log10(highest))) if highest > 0 else 0
    for multiplier, numbers in sorted(lines.items(), reverse=True):
        first, last = names[numbers[0]], names[numbers[-1]]
        label = first if first == last else f"{first} to {last}"
        values = rates * multiplier / 10.0**exponent
        marker = "o" if len(steps) < 3 else None
        axes.plot(
            steps, values, color=colors[numbers[-1]], linewidth=1.8, marker=marker, label=label
        )
    axes.set_ylabel(f"learning rate ($\\times 10^{{{exponent}}}$)")
    axes.set_ylim(bottom=0)
    axes.set_title("Learning rate over the run")
    _label_steps(axes)
    if 1 < len(lines) <= 8:  # more are told by the colors of the bars beside them
        axes.legend()


def _draw_multipliers(axes, parts: dict[str, float], colors) -> None:
    values = list(parts.values())
    bars = axes.barh(range(len(parts)), values, height=min(0.8, 0.15 * len(parts)), color=colors)
    axes.bar_label(bars, [f"{value:.3g}" for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(parts)), list(parts))
    axes.set_xlim(0, max(values) * 1.15)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("multiplier of the learning rate")
    axes.set_title("Learning rates by depth")


def _draw_applications(axes, weights: Sequence[float]) -> None:
    depth = np.arange(1, len(weights) + 1)
    bars = axes.barh(depth, weights, color=GREEN)
    axes.bar_label(bars, [f"{weight:.3g}" for weight in weights], padding=3, fontsize=8)
    axes.set_yticks(depth)
    axes.set_xlim(0, max(weights) * 1.15)
    axes.grid(visible=False, axis="y")
    axes.set_ylabel("application of the shared block")
    axes.set_xlabel("weight of its gradient")
    axes.set_title("Gradient weights by application")


def most_confused(counts: np.ndarray, shown: int = SHOWN_CLASSES) -> list[int]:
    """Return the numbers of the classes in the largest confusions, partners side by side.

    Pairs of classes are taken by the number of texts of one taken for the other, largest first,
    until `shown` classes are found or no confusion is left.

    Args:
        counts: (classes, classes), true by predicted.
        shown: how many at most.
    """
    both_ways = np.triu(counts + counts.T, k=1)
    chosen: dict[int, None] = {}
    for position in np.argsort(-both_ways, axis=None, kind="stable"):
        pair = divmod(int(position), len(counts))
        new = [number for number in pair if number not in chosen]
        if not both_ways[pair] or len(chosen) + len(new) > shown:
            break
        chosen |= dict.fromkeys(new)
    return list(chosen)


def plot_confusion(path: Path, counts: np.ndarray, names: Sequence[str]) -> None:
    """Draw a confusion matrix, or of many classes the block of those confused most.

    Args:
        path: the PNG to write.
        counts: (classes, classes), true by predicted. Colors show shares of the true class.
        names: of the classes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    matplotlib = matplotlib_with_figures()
    everything = list(range(len(names)))
    chosen = everything if len(names) <= SHOWN_CLASSES else most_confused(counts)
    chosen = chosen or everything[:SHOWN_CLASSES]  # no mistake at all: any classes show it
    block = counts[np.ix_(chosen, chosen)]
    shares = block / np.maximum(counts.sum(1)[chosen], 1)[:, None]
    shown = [_clip(names[number]) for number in chosen]
    size = 2.4 + 0.42 * len(chosen)
    with matplotlib.rc_context(STYLE | {"axes.grid": False}):
        figure = matplotlib.figure.Figure(figsize=(size + 1.2, size))
        axes = figure.subplots()
        image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
        for row, column in np.argwhere(block):
            color = "white" if shares[row, column] > 0.55 else "black"
            axes.text(column, row, f"{block[row, column]:,}", ha="center", va="center", color=color)
        slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        axes.set_xticks(range(len(shown)), shown, **(slant if max(map(len, shown)) > 3 else {}))
        axes.set_yticks(range(len(shown)), shown)
        axes.spines[:].set_visible(False)
        axes.set_xticks(np.arange(len(shown) + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(shown) + 1) - 0.5, minor=True)
        axes.grid(visible=True, which="minor", color="#E4E4E4", linewidth=1)
        axes.tick_params(which="both", length=0)
        axes.set_xlabel("predicted class")
        axes.set_ylabel("true class")
        few = len(chosen) < len(names)
        what = f"the {len(chosen)} most confused of {len(names)} classes" if few else "all classes"
        axes.set_title(f"Confusion matrix in texts, {what}")
        bar = figure.colorbar(image, ax=axes, shrink=0.6, label="share of the true class")
        bar.outline.set_visible(False)
        figure.savefig(path, bbox_inches="tight")


def plot_regression(path: Path, true: np.ndarray, predicted: np.ndarray) -> None:
    """Draw predicted against true values, with the line of perfect answers."""
    matplotlib = matplotlib_with_figures()
    with matplotlib.rc_context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(4.6, 4.4))
        axes = figure.subplots()
        low, high = min(true.min(), predicted.min()), max(true.max(), predicted.max())
        axes.plot([low, high], [low, high], color=GRAY, linestyle="--", label="perfect")
        axes.plot(true, predicted, "o", color=BLUE, alpha=0.35, markersize=4, markeredgewidth=0)
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_xlabel("true value")
        axes.set_ylabel("predicted value")
        axes.set_title("Predicted against true values")
        axes.legend()
        figure.savefig(path)


def plot_label_f1(path: Path, f1: np.ndarray, support: np.ndarray, names: Sequence[str]) -> None:
    """Draw the F1 of each label of a multi-label model, the 30 most frequent ones at most."""
    matplotlib = matplotlib_with_figures()
    chosen = np.argsort(-support, kind="stable")[:30][::-1]
    with matplotlib.rc_context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(6, 1.2 + 0.26 * len(chosen)))
        axes = figure.subplots()
        bars = axes.barh(range(len(chosen)), f1[chosen], color=BLUE)
        axes.bar_label(
            bars, [f"{f1[n]:.2f}  ({support[n]:,})" for n in chosen], padding=3, fontsize=8
        )
        axes.set_yticks(range(len(chosen)), [_clip(names[n]) for n in chosen])
        axes.set_xlim(0, 1.15)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("F1 (in brackets: texts with the label)")
        axes.set_title("F1 by label, most frequent first")
        figure.savefig(path)


def _clip(name: str) -> str:
    name = " ".join(name.split())
    name = name if len(name) <= SHOWN_NAME else name[: SHOWN_NAME - 1] + "…"
    return name.replace("$", r"\$")  # matplotlib would take it for mathematics
