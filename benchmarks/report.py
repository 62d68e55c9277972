"""Writes docs/benchmarks/README.md, its plots, and the README's table from the raw figures beside them.

python -m benchmarks.report
"""

import json
import re
import statistics
from pathlib import Path
from string import Template

from albert_tf.tasks.markdown import table
from benchmarks.machine import ROOT

FOLDER = ROOT / "docs" / "benchmarks"
README = ROOT / "README.md"
TEMPLATES = Path(__file__).resolve().parent / "templates"
BLOCK = re.compile(r"(?<=<!-- benchmarks -->\n).*?(?=<!-- /benchmarks -->)", re.DOTALL)
EDGE_HEADS = (
    "",
    "128 tokens, ms",
    "SST-2 texts, mean ms",
    "load, ms",
    "memory, MB",
    "file, MB",
    "logits off by",
)
PEERS = {
    "albert_tf int8": "**albert_tf** int8",
    "keras-hub int8": "keras-hub int8, TF converter, fixed 128",
    "keras-hub int8, any length": "keras-hub int8, TF converter, any length",
    "ONNX Runtime int8": "ONNX Runtime int8",
}


def read(name: str) -> dict:
    """Returns the raw figures of a benchmark."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def spread(values: list[float], places: int = 0) -> str:
    """Returns median and range."""
    return (
        f"{statistics.median(values):,.{places}f} "
        f"({min(values):,.{places}f}–{max(values):,.{places}f})"
    )


# === Tables ===


def edge_table(result: dict, names: dict[str, str]) -> str:
    """Latency, load time, memory and size of exported files, by name."""
    rows = []
    for name, shown in names.items():
        if name not in result["summary"]:
            continue
        summary, loading = result["summary"][name], result["loading"][name]
        timed = result["latency_128_ms"].get(name)
        mean = summary.get("mean_latency_sst2_ms")
        rows.append(
            [
                shown,
                spread(timed, 1) if timed else "",
                f"{mean:.1f}" if mean else "",
                spread([report["load_ms"] for report in loading], 1),
                spread([report["extra_rss_mb"] for report in loading], 1),
                f"{summary['file_mb']:.1f}",
                f"{summary['logit_difference']:.1%}" if "logit_difference" in summary else "",
            ]
        )
    return table(EDGE_HEADS, rows)


def ratio_table(result: dict) -> str:
    """The ratios that this project holds itself to."""
    rows = [
        [name, f"{ratio:.2f}", f"{result['limits'][name]:.2f}"]
        for name, ratio in result["ratios"].items()
    ]
    return table(["ratio", "measured", "wanted, at most"], rows)


def fine_tuning_table(result: dict) -> str:
    """Texts a second in training."""
    rates = result["texts_per_second"]
    ours = statistics.median(rates["albert_tf"])
    rows = [
        [
            f"**{name}**" if name.startswith("albert_tf") else name,
            spread(values),
            f"{statistics.median(values) / ours:.2f}",
        ]
        for name, values in rates.items()
    ]
    return table(["", "texts a second", "beside albert_tf"], rows)


def tokenizer_table(result: dict) -> str:
    """Texts a second, and the share of texts with the reference's ids."""
    rows = []
    for name, values in result["texts_per_second"].items():
        share = result["agreement"][name.split(",")[0]]
        shown = f"**{name}**" if name == "albert_tf" else name
        rows.append([shown, spread(values), f"{share:.2%}"])
    return table(["", "texts a second", "texts with google-research's ids"], rows)


# === Plots ===


def plot(edge: dict, training: dict) -> None:
    """Draws the peers side by side."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 2.9), layout="constrained")
    axes = figure.subplots(1, 4)
    names = [n for n in PEERS if n in edge["summary"] and "," not in n]
    for axis, key, title in zip(
        axes,
        ("latency_128_ms", "load_ms", "extra_rss_mb"),
        ("128 tokens (ms)", "load (ms)", "memory (MB)"),
        strict=False,
    ):
        _bars(axis, names, [edge["summary"][name][key] for name in names], title)
    rates = {n: v for n, v in training["texts_per_second"].items() if "," not in n}
    values = [statistics.median(v) for v in rates.values()]
    _bars(axes[3], list(rates), values, "training (texts/s)")
    figure.savefig(FOLDER / "peers.png", dpi=150)


def _bars(axis, names, values, title):
    short = [name.removesuffix(" int8").removesuffix(" (PyTorch)") for name in names]
    colors = ["#0072B2" if name.startswith("albert_tf") else "#BBBBBB" for name in names]
    bars = axis.barh(short, values, color=colors)
    axis.bar_label(bars, fmt="%.0f", padding=3)
    axis.invert_yaxis()
    axis.set_title(title, fontsize=10, loc="left", fontweight="bold")
    axis.set_xticks([])
    axis.margins(x=0.22)
    axis.spines[["top", "right", "bottom"]].set_visible(False)


# === Pages ===


def fields(edge: dict, training: dict, tokenizers: dict) -> dict[str, str]:
    """Returns what the templates ask for."""
    rates = training["texts_per_second"]
    ratio = statistics.median(rates["albert_tf"]) / statistics.median(rates["keras-hub"])
    return {
        "edge_size": edge["settings"]["size"],
        "edge_threads": edge["settings"]["threads"],
        "edge_texts": f"{len(edge['latency_sst2_ms']['albert_tf int8']):,}",
        "edge_table": edge_table(edge, {n: PEERS.get(n, n) for n in edge["summary"]}),
        "edge_short_table": edge_table(edge, PEERS),
        "ratio_table": ratio_table(edge),
        "edge_skipped": _skipped(edge),
        "edge_machine": _machine(edge),
        "edge_cpu": _processor(edge["machine"]),
        "edge_date": edge["machine"]["date"],
        "edge_versions": _versions(edge["machine"]["versions"]),
        "deep_load": f"{edge['ratios']['load time of 48 layers, beside 12']:.2f}",
        "deep_memory": f"{edge['ratios']['extra memory of 48 layers, beside 12']:.2f}",
        "training_command": _command("fine_tuning", training, "size", "texts", "rounds"),
        "tokenizer_command": _command("tokenizers", tokenizers, "texts", "rounds"),
        "training_size": training["settings"]["size"],
        "training_texts": f"{training['settings']['texts']:,}",
        "training_batch": training["settings"]["batch_size"],
        "training_length": training["settings"]["sequence_length"],
        "training_table": fine_tuning_table(training),
        "training_ratio": f"{ratio:.1f}",
        "training_skipped": _skipped(training),
        "training_machine": _machine(training),
        "training_versions": _versions(*training["versions"].values()),
        "tokenizer_texts": f"{tokenizers['settings']['texts']:,}",
        "tokenizer_table": tokenizer_table(tokenizers),
        "tokenizer_skipped": _skipped(tokenizers),
        "tokenizer_machine": _machine(tokenizers),
        "tokenizer_versions": _versions(tokenizers["machine"]["versions"]),
    }


def _machine(result):
    machine = result["machine"]
    return (
        f"{_processor(machine)}, {machine['cores']} cores, {machine['system']}, {machine['date']}"
    )


def _processor(machine):
    return f"{machine['cpu']} with {', '.join(machine['instruction_sets']) or 'no vector unit'}"


def _command(name, result, *settings):
    options = " ".join(f"--{setting} {result['settings'][setting]}" for setting in settings)
    return f"python -m benchmarks.{name} {options}"


def _versions(*versions):
    merged = {name: version for part in versions for name, version in part.items() if version}
    return ", ".join(f"{name} {version}" for name, version in merged.items())


def _skipped(result):
    return "".join(
        f"{name} was left out: {why.rstrip('.')}.\n\n" for name, why in result["skipped"].items()
    )


def filled(template: str, values: dict[str, str]) -> str:
    """Returns a template with its fields filled in."""
    return Template((TEMPLATES / template).read_text("utf-8")).substitute(values)


def main():
    """Writes page, plots, and the README's table."""
    edge, training, tokenizers = (read(n) for n in ("tflite_latency", "fine_tuning", "tokenizers"))
    plot(edge, training)
    values = fields(edge, training, tokenizers)
    (FOLDER / "README.md").write_text(filled("page.md", values), "utf-8")
    block = filled("readme.md", values)
    README.write_text(BLOCK.sub(lambda _: block, README.read_text("utf-8")), "utf-8")
    print(f"written: {FOLDER / 'README.md'}, {FOLDER / 'peers.png'}, {README}")


if __name__ == "__main__":
    main()
