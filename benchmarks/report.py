"""Writes docs/benchmarks/README.md, its plots, and the README's table from the raw figures beside them.

python -m benchmarks.report
python -m benchmarks.report --folder /tmp/quick  # page and plots of other figures; the README stays
"""

import argparse
import itertools
import json
import re
import statistics
from pathlib import Path
from string import Template

from benchmarks import plots, tables
from benchmarks.machine import ROOT

FOLDER = ROOT / "docs" / "benchmarks"
README = ROOT / "README.md"
TEMPLATES = Path(__file__).resolve().parent / "templates"
BLOCK = re.compile(r"(?<=<!-- benchmarks -->\n).*?(?=<!-- /benchmarks -->)", re.DOTALL)
FIGURES = {
    name: name for name in ("startup", "on_device", "browser", "profile_ops", "fine_tuning")
} | {"tokenizers": "tokenizers", "tokenizers_zh": "tokenizers --language zh"}
"""What measures the figures of each file, after `python -m benchmarks.`."""


def read(folder: Path, name: str) -> dict:
    """Returns the raw figures of a benchmark.

    Raises:
        SystemExit: when there are none, saying which command makes them.
    """
    path = folder / f"{name}.json"
    if not path.is_file():
        raise SystemExit(
            f"no figures in {path}: python -m benchmarks.{FIGURES[name]} measures them"
        )
    return json.loads(path.read_text("utf-8"))


# === Pages ===


def fields(
    startup: dict,
    edge: dict,
    browser: dict,
    profile: dict,
    training: dict,
    tokenizers: dict,
    tokenizers_zh: dict,
) -> dict[str, str]:
    """Returns what the templates ask for, of the figures in the order of `FIGURES`."""
    rates = training["texts_per_second"]
    ratio = statistics.median(rates["albert_tf"]) / statistics.median(rates["keras-hub"])
    return {
        "startup_table": tables.startup_table(startup),
        "startup_short_table": tables.startup_short_table(startup),
        "startup_size": startup["settings"]["size"],
        "startup_file": f"{startup['settings']['file_mb']:.1f}",
        "startup_text": startup["settings"]["text"],
        "startup_rounds": str(startup["settings"]["rounds"]),
        "startup_skipped": _skipped(startup),
        "startup_machine": _machine(startup),
        "startup_versions": ", ".join(itertools.chain(*startup["requirements"].values())),
        **_edge_fields(edge),
        "browser_rounds": str(browser["settings"]["rounds"]),
        "browser_table": tables.browser_table(browser),
        "browser_machine": _machine(browser),
        "browser_versions": ", ".join([browser["browser"], _versions(browser["versions"])]),
        "profile_size": profile["settings"]["size"],
        "profile_operators": tables.operator_table(profile),
        "profile_peaks": tables.peak_table(profile),
        "profile_machine": _machine(profile),
        "training_command": _command("fine_tuning", training, "size", "texts", "rounds"),
        "training_size": training["settings"]["size"],
        "training_texts": f"{training['settings']['texts']:,}",
        "training_batch": training["settings"]["batch_size"],
        "training_length": training["settings"]["sequence_length"],
        "training_table": tables.fine_tuning_table(training),
        "training_ratio": f"{ratio:.1f}",
        "training_skipped": _skipped(training),
        "training_machine": _machine(training),
        "training_cpu": _processor(training["machine"]),
        "training_date": training["machine"]["date"],
        "training_versions": _versions(*training["versions"].values()),
        **_tokenizer_fields(tokenizers, "tokenizer"),
        **_tokenizer_fields(tokenizers_zh, "tokenizer_zh"),
        "tokenizer_zh_characters": f"{tokenizers_zh['settings']['characters']:.0f}",
    }


def _tokenizer_fields(result, prefix):
    found = {
        "command": _command("tokenizers", result, "language", "texts", "rounds"),
        "texts": f"{result['settings']['texts']:,}",
        "table": tables.tokenizer_table(result),
        "skipped": _skipped(result),
        "machine": _machine(result),
        "versions": _versions(result["machine"]["versions"]),
    }
    return {f"{prefix}_{name}": value for name, value in found.items()}


def _edge_fields(edge):
    latency = "\n\n".join(
        f"{threads} thread{'s' if threads != '1' else ''}:\n\n{tables.latency_table(edge, threads)}"
        for threads in edge["latency_ms"]
    )
    ours = next(iter(tables.depths(edge).values()))
    shallow, deep = ours[min(ours)], ours[max(ours)]
    return {
        "edge_size": edge["settings"]["size"],
        "edge_texts": f"{edge['settings']['texts']:,}",
        "edge_exit": tables.exit_text(edge),
        "edge_table": tables.edge_table(edge),
        "edge_short_table": tables.short_table(edge),
        "edge_latency": latency,
        "edge_depths": tables.depth_table(edge),
        "ratio_table": tables.ratio_table(edge),
        "edge_skipped": _skipped(edge),
        "edge_machine": _machine(edge),
        "edge_cpu": _processor(edge["machine"]),
        "edge_date": edge["machine"]["date"],
        "edge_versions": _versions(edge["machine"]["versions"]),
        "peer_versions": _versions(edge["peer_versions"]) or "none",
        "fewest_layers": str(min(ours)),
        "most_layers": str(max(ours)),
        "deep_load": f"{deep['load_ms'] / shallow['load_ms']:.2f}",
        "deep_memory": f"{deep['extra_rss_mb'] / shallow['extra_rss_mb']:.2f}",
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the figures and the page")
    folder = parser.parse_args().folder.resolve()
    figures = {name: read(folder, name) for name in FIGURES}
    edge, training = figures["on_device"], figures["fine_tuning"]
    plots.plot_peers(edge, training, folder / "peers.png")
    plots.plot_lengths(edge, folder / "lengths.png")
    plots.plot_layers(edge, folder / "layers.png")
    values = fields(*figures.values())
    (folder / "README.md").write_text(filled("page.md", values), "utf-8")
    block = filled("readme.md", values)
    written = [folder / "README.md", *(folder / f"{n}.png" for n in ("peers", "lengths", "layers"))]
    if folder == FOLDER:
        README.write_text(BLOCK.sub(lambda _: block, README.read_text("utf-8")), "utf-8")
        written.append(README)
    else:
        (folder / "readme_block.md").write_text(block, "utf-8")
    print(f"written: {', '.join(map(str, written))}")


if __name__ == "__main__":
    main()
