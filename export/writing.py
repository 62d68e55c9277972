"""The file on the disk: whether it can be written, what is described in it, and its report beside it."""

import dataclasses
import importlib.metadata
import json
import os
from pathlib import Path

from albert_tf.atomic_files import write_files
from albert_tf.errors import CheckpointError, ExportError
from albert_tf.export.card import card_json, card_markdown
from albert_tf.export.exit_loop import controls_of
from albert_tf.export.inspection import TFLiteSummary
from albert_tf.export.lowering import input_names, output_names
from albert_tf.export.parity import ParityReport
from albert_tf.export.runtime_versions import RESIZING_LOOP_RUNTIME
from albert_tf.export.settings import ExportSettings
from albert_tf.runtime.bundle import Bundle
from albert_tf.version import __version__


def check_writable(path: Path) -> None:
    """Raises an `ExportError` when `path` cannot be written: before a minute of conversion, not after it."""
    if path.is_dir():
        raise ExportError(
            f"{path} is a folder; expected the name of a file, e.g. {path / 'model.tflite'}"
        )
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise ExportError(
            f"cannot write {path}: {folder} is not a folder that you may write to; choose another"
        )


def describe(model, settings: ExportSettings, summary: TFLiteSummary) -> Bundle:
    """Returns what travels inside the file beside the graph.

    Args:
        model: what is exported.
        settings: of the export.
        summary: of the converted graph.
    """
    form = settings.form
    preprocessor = getattr(model, "preprocessor", None)
    tokenizer = None if preprocessor is None else preprocessor.tokenizer
    head_config = {} if model.head is None else model.head_config()
    metadata = {
        "albert_tf": __version__,
        "head": model.head,
        "num_classes": head_config.get("num_classes"),
        "multi_label": head_config.get("multi_label", False),
        "head_config": {k: v for k, v in head_config.items() if k != "class_names"},
        "quantization": settings.quantization,
        "form": form,
        "length": settings.length,
        "lengths": list(settings.lengths(model)) if form == "signatures" else None,
        "batch": settings.batch,
        "runtime": {
            "lowest": summary.lowest_runtime,
            "resizes_since": RESIZING_LOOP_RUNTIME if form == "loop" else None,
        },
        "inputs": list(input_names(model, form)),
        "outputs": list(output_names(model, form)),
        "controls": [dataclasses.asdict(c) for c in controls_of(model, form)],
        "config": model.config.to_dict(),
        "tokenizer": None if tokenizer is None else tokenizer.get_config(),
        "sequence_length": None if preprocessor is None else preprocessor.sequence_length,
        "truncate": getattr(preprocessor, "truncate", None),
        "preprocessor": None if preprocessor is None else preprocessor.settings(),
        "versions": {name: importlib.metadata.version(name) for name in ("tensorflow", "keras")},
    }
    labels = getattr(model, "class_names", None)
    return Bundle(
        metadata=metadata,
        tokenizer=None if tokenizer is None else tokenizer.model_bytes,
        labels=None if labels is None else tuple(labels),
    )


def write_checked(
    path: Path, file: bytes, parity: ParityReport, card: dict
) -> tuple[Path, Path, Path]:
    """Writes the file, and beside it the parity report and the model card.

    Args:
        path: of the file.
        file: its content.
        parity: the report.
        card: as `model_card` returns it.

    Returns:
        The paths of the file, the report, and the card for people.

    Raises:
        ExportError: when they cannot be written; or when the report missed its limits: then all are
            written under another name.
    """
    if not parity.passed:
        path = path.with_name(f"{path.stem}.failed{path.suffix}")
    parity_path, card_path, card_json_path = (
        path.with_name(path.stem + ending) for ending in (".parity.json", ".card.md", ".card.json")
    )
    report = json.dumps({"file": path.name, "size": len(file), **parity.to_dict()}, indent=2) + "\n"
    card = {**card, "file": path.name}
    files = {
        parity_path.name: report,
        card_json_path.name: card_json(card),
        card_path.name: card_markdown(card),
        path.name: file,
    }
    try:
        write_files(path.parent, files)
    except CheckpointError as error:
        reason = error.__cause__ or error
        raise ExportError(
            f"cannot write {path}: {reason}; nothing that stood there was changed: free some space "
            "or choose another folder"
        ) from error
    if not parity.passed:
        raise ExportError(
            "the exported file differs too much from the Keras model: "
            f"{'; '.join(parity.failures)} ({parity.source}); it is kept as {path} with its report "
            f"{parity_path.name}: try quantization fp16 or none, or pass limits"
        )
    return path, parity_path, card_path
