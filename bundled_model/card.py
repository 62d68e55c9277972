"""The tables of the model card, from the logs."""

import json
from collections import defaultdict
from pathlib import Path
from statistics import mean

from albert_tf.tasks.markdown import table
from bundled_model.data import ROWS
from bundled_model.fine_tuning import PRESET, read_log

CARD = PRESET / "README.md"
HERE = Path(__file__).parent
ABLATION = HERE / "ablation.jsonl"
QUALITY = HERE / "quality.jsonl"
EXITS = HERE / "exits.jsonl"


def write_tables() -> str:
    """Puts what the logs hold of the present weights into the model card, and returns the quality table."""
    quality = quality_table(read_log(QUALITY))
    text = _replaced(CARD.read_text("utf-8"), "quality", quality)
    if exits := read_log(EXITS):
        text = _replaced(text, "exits", exits_table(exits))
    if ABLATION.exists():
        text = _replaced(text, "ablation", ablation_table())
    CARD.write_text(text, "utf-8")
    return quality


def quality_table(lines: list[dict]) -> str:
    """Returns one row for each set: means over the seeds, in percent."""
    by_row = defaultdict(list)
    for line in lines:
        by_row[line["row"]].append(line)
    rows = []
    for name, row in ROWS.items():
        found = by_row.get(name)
        if not found:
            continue
        accuracies = [line["accuracy"] for line in found]
        spread = f"{_percent(min(accuracies))}–{_percent(max(accuracies))}"
        rows.append(
            [
                row.title,
                _percent(mean(line["tfidf_accuracy"] for line in found)),
                f"**{_percent(mean(accuracies))}** ({spread})",
                _percent(mean(line["int8_accuracy"] for line in found)),
                _percent(mean(line["int4_accuracy"] for line in found)),
                str(len(found)),
            ]
        )
    return table(["test set", "TF-IDF", "albert_small_en", "int8 file", "int4 file", "seeds"], rows)


def exits_table(lines: list[dict]) -> str:
    """Returns one row for each set: full depth, and the setting chosen on held-out training texts."""
    rows = [
        [
            ROWS[line["row"]].title,
            _percent(line["full"]["accuracy"]),
            ", ".join(f"{name} {value:g}" for name, value in line["controls"].items()),
            _percent(line["early"]["accuracy"]),
            f"{line['early']['mean_layers']:.2f} of {line['num_layers']}",
        ]
        for line in lines
    ]
    return table(["test set", "all layers", "setting", "leaving early", "layers"], rows)


def ablation_table() -> str:
    """Returns one row for each student of the ablation."""
    lines = [json.loads(line) for line in ABLATION.read_text("utf-8").splitlines()]
    header = ["groups", "parameters", "int8 MB", "tokens", "1 − cos", *lines[0]["probe"]]
    rows = [
        [
            str(line["groups"]),
            f"{line['parameters'] / 1e6:.1f} M",
            f"{line['int8_bytes'] / 1e6:.1f}",
            f"{line['tokens'] / 1e6:.1f} M",
            f"{line['cosine_distance']:.3f}",
            *(_percent(value) for value in line["probe"].values()),
        ]
        for line in lines
    ]
    return table(header, rows)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _replaced(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"
