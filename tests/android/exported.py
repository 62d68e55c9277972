"""Small random models of every kind that a file can hold, exported once for the tests that read them with Kotlin."""

from pathlib import Path

from albert_tf import AlbertTextClassifier, AlbertTextRegressor
from albert_tf.export import export_tflite
from tests.export.conftest import ANY, text_model
from tests.export.test_exits import exit_model

TEXTS = [
    "see you at six",
    "WIN a prize now!!",
    "Grüße aus der großen Ernte",
    "",
    "   ",
    "no",
    "one two three four five six seven " * 9,
    "well worth the money, and then some",
    "naïve 日本 🙂 𝒳",
    "\ud83d alone",
    "1,999 reasons; [MASK] is text",
    "a\u0000b\u2028c\td",
    "please call me back tomorrow morning before the meeting starts at nine",
]
"""Texts of a dozen lengths, with one that is cut."""

KINDS = {
    "int8": (text_model, {}, {"quantization": "int8"}),
    "int8_for_2.16": (text_model, {}, {"quantization": "int8", "runtime": "2.16"}),
    "int4": (text_model, {}, {"quantization": "int4"}),
    "fp16": (text_model, {}, {"quantization": "fp16"}),
    "float32": (text_model, {"labels": None}, {"quantization": "none"}),
    "multi_label": (text_model, {"multi_label": True}, {"quantization": "int8"}),
    "regression": (text_model, {"cls": AlbertTextRegressor}, {"quantization": "none"}),
    "fixed_length": (
        text_model,
        {"sequence_length": 24},
        {"quantization": "int8", "form": "unrolled", "length": 24},
    ),
    "unrolled": (text_model, {}, {"quantization": "fp16", "form": "unrolled"}),
    "signatures": (text_model, {}, {"quantization": "int8", "form": "signatures"}),
    "two_rows": (text_model, {}, {"quantization": "none", "batch": 2}),
    "exits": (
        exit_model,
        {
            "cls": AlbertTextClassifier,
            "num_classes": 3,
            "class_names": ["a", "b", "c"],
            "pooling": "mean",
        },
        {"quantization": "int8"},
    ),
    "exits_regression": (exit_model, {"cls": AlbertTextRegressor}, {"quantization": "none"}),
}
"""The function that makes the model, its arguments, and those of the export, by name."""


def export_kind(kind: str, folder: Path) -> Path:
    """Exports a model of a kind, unless the folder holds it, and returns the file's path."""
    path = folder / f"{kind}.tflite"
    if not path.exists():
        make, model, export = KINDS[kind]
        export_tflite(make(**model), path, limits=ANY, **export)
    return path
