"""The tables of the model card, from the logs."""

from collections import defaultdict
from pathlib import Path
from statistics import mean

from albert_tf.reports.markdown import table
from bundled_model.data import ROWS
from bundled_model.fine_tuning import PRESET, read_lines, read_log

CARD = PRESET / "README.md"
HERE = Path(__file__).parent
ABLATION = HERE / "ablation.jsonl"
QUALITY = HERE / "quality.jsonl"
EXITS = HERE / "exits.jsonl"
FOUR_BITS = HERE / "four_bits.jsonl"
NOT_MEASURED = "Not measured with these weights yet."


def write_tables() -> str:
    """Puts what the logs hold into the model card, and returns the quality table.

    Of all but the ablation only what was measured with the present weights counts; where there are no lines,
    the card says so.
    """
    tables = {
        "quality": (quality_table, read_log(QUALITY)),
        "exits": (exits_table, read_log(EXITS)),
        "four bits": (four_bits_table, read_log(FOUR_BITS)),
        "ablation": (ablation_table, read_lines(ABLATION)),
    }
    written = {
        name: make(lines) if lines else NOT_MEASURED for name, (make, lines) in tables.items()
    }
    text = CARD.read_text("utf-8")
    for name, content in written.items():
        text = _replaced(text, name, content)
    CARD.write_text(text, "utf-8")
    return written["quality"]


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
                f"{_percent(mean(accuracies))} ({spread})",
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


def four_bits_table(lines: list[dict]) -> str:
    """Returns one row for each set: float32, an int4 file of that model, and one of a model trained for four bits."""
    columns = ("accuracy", "int4_accuracy", "trained_int4_accuracy")
    rows = [
        [
            ROWS[line["row"]].title,
            *(_percent(line[column]) for column in columns),
            f"{line['int4_bytes'] / 1e6:.1f}",
        ]
        for line in lines
    ]
    header = ["test set", "float32", "rounded afterwards", "trained with four bits", "MB"]
    return table(header, rows)


def ablation_table(lines: list[dict]) -> str:
    """Returns one row for each student of the ablation."""
    probed = [ROWS[name].title for name in lines[0]["probe"]]
    header = ["groups", "parameters", "int8 MB", "tokens", "1 − cos", *probed]
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
    body = f"\n\n{content}" if content else ""
    return f"{before}{begin}{body}\n\n{end}{after}"
