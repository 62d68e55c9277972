"""The plots of docs/benchmarks, from the raw figures."""

import statistics
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.ratios import EXECUTORCH, HUB, HUB_ANY_LENGTH, ORT, OURS, WEIGHT_CACHE
from benchmarks.tables import SHORT, depths

OUR_COLOR = "#0072B2"
PEER_COLOR = "#BBBBBB"
COLORS = ("#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#666666", "#A6761D", "#882255")
LABELS = {  # shorter, for the axes
    HUB: "keras-hub, fixed 128",
    HUB_ANY_LENGTH: "keras-hub",
    ORT: "ONNX Runtime, fused",
    "ONNX Runtime int8, plain export": "ONNX Runtime, plain",
    EXECUTORCH: "ExecuTorch, tuned",
    WEIGHT_CACHE: "ExecuTorch, tuned, C++ cache",
}


def label(name: str) -> str:
    """Returns a short name of a file that is int8 anyway."""
    return LABELS.get(name, name.replace(" int8", "").replace(" (PyTorch)", ""))


def plot_peers(edge: dict, training: dict, path: Path) -> None:
    """Draws what a user would pick, side by side."""
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    axes = figure.subplots(1, 4, width_ratios=(1, 1, 1, 0.8))
    names = [name for name in SHORT if name in edge["summary"]]
    measures = {
        "latency_ms": "128 tokens (ms)",
        "first_answer_ms": "first answer (ms)",
        "extra_rss_mb": "memory (MB)",
    }
    for position, (axis, (key, title)) in enumerate(zip(axes, measures.items(), strict=False)):
        _bars(axis, names, [edge["summary"][name].get(key) for name in names], title)
        if position:
            axis.set_yticks([])
    rates = {n: v for n, v in training["texts_per_second"].items() if "," not in n}
    values = [statistics.median(v) for v in rates.values()]
    _bars(axes[3], list(rates), values, "training (texts/s)")
    axes[3].set_ylim(len(names) - 0.5, -0.7)  # bars as thick as the others
    figure.savefig(path, dpi=150)


def _bars(axis, names, values, title):
    colors = [OUR_COLOR if name.startswith("albert_tf") else PEER_COLOR for name in names]
    bars = axis.barh([label(n) for n in names], [v or 0 for v in values], color=colors)
    texts = ["" if value is None else f"{value:,.0f}" for value in values]
    axis.bar_label(bars, texts, padding=3, fontsize=9)
    axis.invert_yaxis()
    axis.set_title(title, fontsize=10, loc="left", fontweight="bold")
    axis.set_xticks([])
    axis.tick_params(axis="y", labelsize=9, length=0)
    axis.margins(x=0.22)
    axis.spines[["top", "right", "bottom"]].set_visible(False)


def plot_lengths(edge: dict, path: Path) -> None:
    """Draws latency by length, relative to this package's int8 file: the lines would coincide otherwise."""
    threads = list(edge["latency_ms"])
    figure = Figure(figsize=(4.6 * len(threads) + 1.8, 3.4), layout="constrained")
    for axis, count in zip(
        figure.subplots(1, len(threads), squeeze=False)[0], threads, strict=True
    ):
        found = edge["latency_ms"][count]
        ours = _medians(found[OURS])
        names = [n for n in SHORT if n in found and len(_medians(found[n])) > 1]
        colors = iter(COLORS)
        for name in names:
            medians = _medians(found[name])
            color = OUR_COLOR if name == OURS else next(colors)
            width = 2.5 if name == OURS else 1.5
            ratios = [medians[n] / ours[n] for n in medians]
            axis.plot(
                list(medians), ratios, marker="o", ms=4, lw=width, color=color, label=label(name)
            )
        axis.set_xscale("log", base=2)
        axis.set_xticks(list(ours), [str(n) for n in ours])
        axis.set_ylim(bottom=0)
        axis.set_xlabel("tokens")
        axis.set_title(
            f"latency beside albert_tf's, {count} thread{'s' if count != '1' else ''}",
            fontsize=10,
            loc="left",
            fontweight="bold",
        )
        axis.grid(axis="y", alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
        if count == threads[-1]:
            axis.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.02, 1))
    figure.savefig(path, dpi=150)


def _medians(row):
    return {int(n): statistics.median(values) for n, values in row.items() if values}


def plot_layers(edge: dict, path: Path) -> None:
    """Draws load time and memory by number of layers."""
    figure = Figure(figsize=(8, 3), layout="constrained")
    keys = {"load_ms": "load (ms)", "extra_rss_mb": "memory (MB)"}
    for axis, (key, title) in zip(figure.subplots(1, 2), keys.items(), strict=True):
        for family, rows in depths(edge).items():
            color = OUR_COLOR if family == OURS else "#666666"
            values = [row[key] for row in rows.values()]
            axis.plot(list(rows), values, marker="o", color=color, label=label(family))
            axis.annotate(
                f"{values[-1]:,.0f}",
                (list(rows)[-1], values[-1]),
                xytext=(5, 3),
                textcoords="offset points",
                fontsize=9,
                color=color,
            )
        axis.set_ylim(bottom=0)
        axis.margins(x=0.12)
        axis.set_xlabel("layers")
        axis.set_xticks(sorted({n for rows in depths(edge).values() for n in rows}))
        axis.set_title(title, fontsize=10, loc="left", fontweight="bold")
        axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=9, frameon=False)
    figure.savefig(path, dpi=150)
