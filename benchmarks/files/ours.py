"""This package's files: every form and quantization, a model with early exits, and models of more layers."""

from pathlib import Path

from benchmarks.files.model import make_model

FORMS = {  # name -> quantization, form, whether the length is fixed
    "albert_tf int8": ("int8", "loop", False),
    "albert_tf int8, fixed 128": ("int8", "loop", True),
    "albert_tf int8, unrolled": ("int8", "unrolled", False),
    "albert_tf int4": ("int4", "loop", False),
    "albert_tf fp16": ("fp16", "loop", False),
    "albert_tf float32": ("none", "loop", False),
}
EXIT_SHARE = 2 / 3
"""Share of the layers that the rows with early exit run. The weights are random, so the limit is set, not found."""


def make(model, folder: Path, length: int, size: str) -> list[dict]:
    """Exports the model in every form, and with exits; returns the files' descriptions."""
    from albert_tf.export import export_tflite

    made = []
    for name, (quantization, form, is_fixed) in FORMS.items():
        fixed = length if is_fixed else None
        path = folder / f"ours_{quantization}_{form}_{fixed or 'any'}.tflite"
        export_tflite(model, path, quantization, form, fixed)
        made.append({"name": name, "engine": "litert", "path": str(path), "fixed": fixed})
    layers = model.config.num_hidden_layers
    path = folder / "ours_exits.tflite"
    export_tflite(make_model(size, early_exit=True), path)
    run = round(EXIT_SHARE * layers)
    made.append(
        {
            "name": "albert_tf int8, exit",
            "engine": "litert",
            "path": str(path),
            "fixed": None,
            "controls": {**control_defaults(path), "num_layers": run},
            "layers_run": [run, layers],
        }
    )
    return made


def control_defaults(path: Path) -> dict:
    """Returns the values of a file's controls with which it never leaves early."""
    from albert_tf.export import TFLiteRunner

    return {c["name"]: c["default"] for c in TFLiteRunner(path).metadata["controls"]}


def make_depths(folder: Path, size: str, depths: list[int]) -> list[dict]:
    """Exports models of more layers."""
    from albert_tf.export import export_tflite

    made = []
    for layers in depths:
        path = folder / f"ours_{layers}_layers.tflite"
        export_tflite(make_model(size, layers), path)
        name = f"albert_tf int8, {layers} layers"
        made.append(
            {"name": name, "engine": "litert", "path": str(path), "fixed": None, "layers": layers}
        )
    return made
