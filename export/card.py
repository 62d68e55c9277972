"""The model card beside an exported file: what it is, what it was trained on, how good, how large, where it runs."""

import hashlib
import json
import math

from albert_tf.export.inspection import TFLiteSummary
from albert_tf.export.parity import ParityReport
from albert_tf.heads import head_of, known_head
from albert_tf.runtime.bundle import longest_input
from albert_tf.strict_json import finite

SHOWN_LABELS = 100


def model_card(
    name: str,
    file: bytes,
    metadata: dict,
    labels: tuple[str, ...] | None,
    summary: TFLiteSummary,
    parity: ParityReport,
    training: dict | None,
) -> dict:
    """Returns the card as a JSON-able dict.

    Args:
        name: of the file.
        file: its content.
        metadata: the description inside the file.
        labels: names of the classes, or None.
        summary: of the graph.
        parity: the comparison with the Keras model.
        training: the model's `training_record`, or None.
    """
    config = metadata["config"]
    return {
        "file": name,
        "bytes": len(file),
        "sha256": hashlib.sha256(file).hexdigest(),
        "use": head_of(metadata["head"]).use,
        "head": metadata["head"],
        "labels": None if labels is None else list(labels),
        "quantization": metadata["quantization"],
        "form": metadata["form"],
        "longest_input": longest_input(metadata),
        "inputs": metadata["inputs"],
        "outputs": metadata["outputs"],
        "controls": metadata["controls"],
        "runtime": metadata["runtime"],
        "operators": dict(sorted(summary.operators.items())),
        "architecture": {
            key: config[key]
            for key in (
                "num_hidden_layers",
                "num_hidden_groups",
                "hidden_size",
                "embedding_size",
                "vocab_size",
            )
        },
        "parity": parity.to_dict(),
        "training": training,
        "versions": {"albert_tf": metadata["albert_tf"], **metadata["versions"]},
    }


def card_json(card: dict) -> str:
    """Returns the card as indented JSON text."""
    return json.dumps(finite(card), indent=2, ensure_ascii=False) + "\n"


def card_markdown(card: dict) -> str:
    """Returns the card for people."""
    shape = card["architecture"]
    layers, groups = shape["num_hidden_layers"], shape["num_hidden_groups"]
    lines = [
        f"# {card['file']}",
        "",
        f"An ALBERT that {card['use']}: {_counted(layers, 'layer')} of {_counted(groups, 'group')} of shared "
        f"weights, hidden size {shape['hidden_size']}.",
        "",
        "| | |",
        "|---|---|",
        f"| size | {card['bytes']:,} bytes |",
        f"| SHA-256 | `{card['sha256']}` |",
        f"| quantization, form | {card['quantization']}, {card['form']} |",
        f"| longest input | {card['longest_input']} tokens; longer texts are {_longer(card)} |",
        f"| runs on | {_runtime(card['runtime'])} |",
        *_cache_warning(card),
        f"| against the Keras model | {_parity(card['parity'])} |",
        f"| made by | albert_tf {card['versions']['albert_tf']}, TensorFlow "
        f"{card['versions']['tensorflow']} |",
        "",
        *_labels(card["labels"]),
        *_controls(card["controls"]),
        *_training(card["training"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _runtime(runtime):
    since = runtime["resizes_since"]
    more = f"; before {since} with XNNPACK, make a new interpreter for each length" if since else ""
    return f"TensorFlow Lite or LiteRT {runtime['lowest']} and later{more}"


def _cache_warning(card):
    if card["form"] == "loop" or card["quantization"] not in ("int8", "int4"):
        return []
    return [
        "| never with | LiteRT's XNNPACK weight cache: layers that share a matrix would get the same bias, "
        "and the answers change |"
    ]


def _parity(parity):
    agreement = parity["agreement"]
    same = "" if agreement is None else f", same label on {agreement:.1%}"
    return (
        f"largest difference {parity['relative_difference']:.2%} of the largest value{same} "
        f"({parity['texts']:,} {parity['source']})"
    )


def _labels(labels):
    if not labels:
        return []
    shown = ", ".join(f"`{label}`" for label in labels[:SHOWN_LABELS])
    more = f", and {len(labels) - SHOWN_LABELS} more" if len(labels) > SHOWN_LABELS else ""
    return ["## Labels", "", f"{shown}{more}", ""]


def _controls(controls):
    if not controls:
        return []
    rows = [f"| `{c['name']}` | {c['dtype']} | {c['meaning']} |" for c in controls]
    return [
        "## Leaving early",
        "",
        "Inputs of one number each; without them every layer runs.",
        "",
        "| input | type | meaning |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _training(training):
    if not training:
        return ["## Training", "", "Nothing about the training was recorded with the model.", ""]
    rows = [
        f"| {who} | {', '.join(f'{name} {_figure(value)}' for name, value in metrics.items())} |"
        for who, metrics in training["metrics"].items()
    ]
    data = training["data"]
    trained, held_out = (
        _counted(data[f"{part}_texts"], "text") for part in ("training", "validation")
    )
    origin = f"of `{data['file']}`" if data["file"] else "that were given in memory"
    origin += f" (SHA-256 `{data['sha256']}`)" if data["sha256"] else ""
    return [
        "## Training",
        "",
        f"Trained on {trained} {origin}, from "
        f"{training['start']}, {_counted(training['epochs'], 'epoch')}. Of {held_out} held out:",
        "",
        "| | |",
        "|---|---|",
        *rows,
        "",
    ]


def _counted(number, noun):
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _figure(value):
    return "not defined" if value is None or math.isnan(value) else f"{value:.4f}"


def _longer(card):
    return "read in windows" if known_head(card["head"]).reads_windows else "truncated"
