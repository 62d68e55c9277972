"""keras-hub's files: TensorFlow's converter by hand, with the length fixed and open, and its own `export`."""

from pathlib import Path

from benchmarks.engines.inputs import NAMES


def make(model, folder: Path, length: int) -> list[dict]:
    """Writes the files of the same weights; returns their descriptions."""
    theirs = _keras_hub(model)
    made = []
    for name, fixed in (
        ("keras-hub int8", length),
        ("keras-hub int8, any length", None),
    ):
        path = folder / f"keras_hub_int8_{fixed or 'any'}.tflite"
        path.write_bytes(_converted(theirs, fixed))
        made.append({"name": name, "engine": "litert", "path": str(path), "fixed": fixed})
    return made


def make_own_export(model, folder: Path) -> list[dict]:
    """Writes the file of keras-hub's own `export(format="litert")`, with nothing set: float32."""
    path = folder / "keras_hub_export.tflite"
    _keras_hub(model).export(path, format="litert")
    return [
        {
            "name": "keras-hub export(format='litert')",
            "engine": "litert",
            "path": str(path),
            "fixed": None,
        }
    ]


def make_depths(folder: Path, size: str, depths: list[int]) -> list[dict]:
    """Converts models of more layers."""
    from benchmarks.files.model import make_model

    made = []
    for layers in depths:
        path = folder / f"keras_hub_{layers}_layers.tflite"
        path.write_bytes(_converted(_keras_hub(make_model(size, layers)), None))
        name = f"keras-hub int8, any length, {layers} layers"
        made.append(
            {"name": name, "engine": "litert", "path": str(path), "fixed": None, "layers": layers}
        )
    return made


def _keras_hub(model):
    from albert_tf.weights import to_keras_hub

    return to_keras_hub(model.to_checkpoint())


def _converted(theirs, length):
    import tensorflow as tf

    @tf.function(autograph=False)
    def infer(token_ids, segment_ids, padding_mask):
        inputs = dict(zip(NAMES, (token_ids, segment_ids, padding_mask), strict=True))
        return theirs(inputs, training=False)

    specs = [tf.TensorSpec((1, length), tf.int32, name=part) for part in NAMES]
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [infer.get_concrete_function(*specs)]
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return converter.convert()
