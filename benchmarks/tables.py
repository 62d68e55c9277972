"""The tables of docs/benchmarks, from the raw figures."""

import statistics

from albert_tf.reports.markdown import cell, table
from benchmarks.ratios import EXECUTORCH, HUB, HUB_ANY_LENGTH, ORT, OURS, WEIGHT_CACHE, compare

SHOWN = {  # names in the figures -> in the tables, where they say too little
    OURS: "**albert_tf** int8",
    HUB: "keras-hub int8, TF converter, fixed 128",
    HUB_ANY_LENGTH: "keras-hub int8, TF converter, any length",
    "keras-hub export(format='litert')": "keras-hub `export(format='litert')`, float32",
    ORT: "ONNX Runtime int8, fused",
}
SHORT = (
    OURS,
    HUB,
    HUB_ANY_LENGTH,
    ORT,
    "ONNX Runtime int8, plain export",
    "PyTorch int8",
    "litert-torch int8",
    "ExecuTorch int8, as it comes",
    EXECUTORCH,
    WEIGHT_CACHE,
)
"""The rows of the README's table and of the plot: what a user would pick."""


def spread(values: list[float], places: int = 0) -> str:
    """Returns median and range."""
    return (
        f"{statistics.median(values):,.{places}f} "
        f"({min(values):,.{places}f}–{max(values):,.{places}f})"
    )


def shown(name: str) -> str:
    """Returns a name as it stands in a table."""
    return SHOWN.get(name, name)


# === From the shell to the answer ===


def startup_table(result: dict) -> str:
    """Seconds and memory of a process, and megabytes of its environment."""
    rows = []
    for name, row in result["rows"].items():
        cells = [spread(row["seconds"], 2), spread(row["memory_mb"])]
        rows.append([_bold_ours(name), *cells, f"{row['environment_mb']:,.0f}"])
    return table(["", "seconds", "memory, MB", "environment, MB"], rows)


def startup_short_table(result: dict) -> str:
    """Medians, for the README."""
    rows = []
    for name, row in result["rows"].items():
        seconds, memory = (statistics.median(row[key]) for key in ("seconds", "memory_mb"))
        cells = [f"{seconds:.2f}", f"{memory:,.0f}", f"{row['environment_mb']:,.0f}"]
        rows.append([_bold_ours(name), *cells])
    return table(["", "from the shell to the answer, s", "memory, MB", "environment, MB"], rows)


def _bold_ours(name: str) -> str:
    return "**albert_tf**" if name == "albert_tf" else name


# === In a browser ===

BROWSER_FIGURES = {
    "page ready, ms": ("load_ms", 0, 1),
    "first answer, ms": ("first_answer_ms", 0, 1),
    **{f"{length} tokens, ms": (str(length), 1, 1) for length in (16, 32, 64, 128)},
    "memory of the page, MB": ("memory_mb", 0, 1),
    "memory once the browser's tools have collected garbage, MB": ("settled_memory_mb", 0, 1),
    "over the wire, MB": ("bytes", 1, 1e-6),
    "the same where the server packs, MB": ("gzip_bytes", 1, 1e-6),
}
"""Rows of the table: the name of the figure, its decimal places and its scale."""


def browser_table(result: dict) -> str:
    """What a visit of each page costs: time, memory, bytes."""
    pages = {
        name: [visit | visit.get("latency_ms", {}) for visit in visits]
        for name, visits in result["rows"].items()
    }
    rows = [
        [
            label,
            *(
                spread([visit[figure] * scale for visit in visits], places)
                if figure in visits[0]
                else ""
                for visits in pages.values()
            ),
        ]
        for label, (figure, places, scale) in BROWSER_FIGURES.items()
    ]
    return table(["", *pages], rows)


# === On the device ===


def edge_table(result: dict) -> str:
    """Latency at 128 tokens, the SST-2 texts, memory and size, of every file of the same model."""
    rows = []
    for name, row in _same_model(result).items():
        loading, texts = result["loading"][name], result["texts"].get(name)
        timed = result["latency_ms"]["1"].get(name, {}).get("128")
        cpu = texts and 1e3 * texts["cpu_seconds"] / len(texts["milliseconds"])
        rows.append(
            [
                shown(name),
                spread(timed, 1) if timed else "",
                f"{row['texts_ms']:.1f}" if texts else "",
                f"{cpu:.1f}" if texts else "",
                spread([report["load_ms"] for report in loading], 1),
                spread([report["first_answer_ms"] for report in loading]),
                spread([report["extra_rss_mb"] for report in loading], 1),
                spread([report["extra_anonymous_mb"] for report in loading], 1),
                f"{row['file_mb']:.1f}",
                f"{row['logit_difference']:.1%}" if "logit_difference" in row else "",
            ]
        )
    heads = ["", "128 tokens, ms", "SST-2 texts, mean ms", "processor, ms a text", "load, ms"]
    heads += ["closed file to first answer, ms", "memory, MB", "of it not of files, MB"]
    heads += ["file, MB", "logits off by"]
    return table(heads, rows)


def short_table(result: dict) -> str:
    """Medians of what a user would pick, for the README."""
    keys = ("latency_ms", "texts_ms", "load_ms", "first_answer_ms", "extra_rss_mb", "file_mb")
    rows = [
        [shown(name), *(f"{row[key]:,.1f}" if key in row else "" for key in keys)]
        for name, row in result["summary"].items()
        if name in SHORT
    ]
    heads = ["", "128 tokens, ms", "SST-2 texts, mean ms", "load, ms"]
    return table([*heads, "closed file to first answer, ms", "memory, MB", "file, MB"], rows)


def latency_table(result: dict, threads: str) -> str:
    """Median milliseconds by length."""
    found = result["latency_ms"][threads]
    lengths = sorted({int(n) for row in found.values() for n in row})
    rows = [
        [shown(name), *(_median(row.get(str(length))) for length in lengths)]
        for name, row in found.items()
    ]
    return table(["tokens", *map(str, lengths)], rows)


def _median(values):
    return f"{statistics.median(values):,.1f}" if values else ""


def depth_table(result: dict) -> str:
    """Load time, memory and size by number of layers."""
    layers = depths(result)
    rows = [
        [
            f"{family}, {number} layers",
            f"{row['load_ms']:,.1f}",
            f"{row['extra_rss_mb']:,.1f}",
            f"{row['file_mb']:.1f}",
        ]
        for family, rows in layers.items()
        for number, row in rows.items()
    ]
    return table(["", "load, ms", "memory, MB", "file, MB"], rows)


def depths(result: dict) -> dict[str, dict[int, dict]]:
    """Returns the summaries of models of more layers, by family and number of layers."""
    found = {}
    for file in result["files"]:
        if "layers" in file:
            family = file["name"].rsplit(",", 1)[0]
            found.setdefault(family, {})[file["layers"]] = result["summary"][file["name"]]
    return found


def ratio_table(result: dict) -> str:
    """The ratios that this project holds itself to."""
    verdicts = {True: "yes", False: "**no**", None: ""}
    rows = [
        [
            cell(row["name"]),
            "not measured" if row["measured"] is None else f"{row['measured']:.2f}",
            f"{row['at_most']:.2f}",
            verdicts[row["kept"]],
        ]
        for row in compare(result["summary"])
    ]
    return table(["ratio", "measured", "aim, at most", "reached"], rows)


def exit_text(result: dict) -> str:
    """Says how many layers the row with early exit runs."""
    return next(
        (
            "{} of {}".format(*file["layers_run"])
            for file in result["files"]
            if "layers_run" in file
        ),
        "none of the",
    )


def _same_model(result):
    layered = {file["name"] for file in result["files"] if "layers" in file}
    return {name: row for name, row in result["summary"].items() if name not in layered}


# === Where the time goes ===


def operator_table(profile: dict) -> str:
    """Milliseconds and share of each kind of operator, at each length."""
    lengths = list(profile["operators"])
    kinds = {}
    for length in lengths:
        for kind, milliseconds in profile["operators"][length].items():
            kinds.setdefault(kind, {})[length] = milliseconds
    totals = {length: sum(profile["operators"][length].values()) for length in lengths}
    largest = sorted(kinds, key=lambda kind: -kinds[kind].get(lengths[-1], 0.0))
    rows = []
    for kind in largest:
        row = [cell(kind)]
        for length in lengths:
            value = kinds[kind].get(length, 0.0)
            row += [f"{value:,.2f}", f"{value / totals[length]:.1%}"]
        rows.append(row)
    heads = ["operator"]
    for length in lengths:
        heads += [f"{length} tokens, ms", "share"]
    return table(heads, rows)


def peak_table(profile: dict) -> str:
    """How fast the matrix products of the file are, beside what the machine multiplies at most."""
    rows = [
        [f"FULLY_CONNECTED, {length} tokens", f"{rate:,.1f}", *_shares(rate, profile["peaks"])]
        for length, rate in profile["fully_connected_gflops"].items()
    ]
    rows += [
        [f"peak: {name}", f"{rate:,.1f}", *_shares(rate, profile["peaks"])]
        for name, rate in profile["peaks"].items()
    ]
    return table(["", "10^9 operations a second", *(f"of {n}" for n in profile["peaks"])], rows)


def _shares(rate, peaks):
    return [f"{rate / peak:.0%}" for peak in peaks.values()]


# === Fine-tuning and tokenizers ===


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
        rows.append([_bold_ours(name), spread(values), f"{share:.2%}"])
    return table(["", "texts a second", "texts with the reference's ids"], rows)
