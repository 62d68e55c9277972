"""The files that `tflite_latency` measures: one random ALBERT classifier, exported in every way.

Every weight is random, biases and LayerNorm included: with the zeros and ones of a fresh model,
converters leave out additions and multiplications that a trained model needs.

    python -m benchmarks.tflite_models FOLDER --size base
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np

LENGTH = 128
DEPTHS = (12, 24, 48)


def make_model(size: str, layers: int | None = None):
    """Returns a classifier of two classes with random weights."""
    import keras

    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier

    changes = {} if layers is None else {"num_hidden_layers": layers}
    keras.utils.set_random_seed(0)
    model = AlbertTextClassifier(AlbertBackbone(AlbertConfig.named(size, **changes)))
    random = np.random.default_rng(0)
    for variable in model.weights:
        if variable.path.endswith("gamma"):
            variable.assign(1.0 + 0.1 * random.standard_normal(variable.shape))
        elif variable.path.endswith(("bias", "beta")):
            variable.assign(0.02 * random.standard_normal(variable.shape))
    return model


def export_ours(model, folder: Path, size: str) -> dict:
    """Exports with this package; returns the files by name."""
    from albert_tf.export import export_tflite

    ways = {
        "albert_tf int8": ("int8", "loop", None),
        "albert_tf int8, fixed 128": ("int8", "loop", LENGTH),
        "albert_tf int8, unrolled": ("int8", "unrolled", None),
        "albert_tf float32": ("none", "loop", None),
    }
    files = {}
    for name, (quantization, form, length) in ways.items():
        path = folder / f"ours_{quantization}_{form}_{length or 'any'}.tflite"
        files[name] = str(export_tflite(model, path, quantization, form, length).path)
    for layers in DEPTHS:
        path = folder / f"ours_{layers}_layers.tflite"
        deep = model if layers == model.config.num_hidden_layers else make_model(size, layers)
        files[f"albert_tf int8, {layers} layers"] = str(export_tflite(deep, path).path)
    return files


def export_keras_hub(model, folder: Path) -> dict:
    """Exports the same weights from keras-hub's model with TensorFlow's converter, int8.

    Once at the benchmark's length, and once with the length left open.
    """
    import tensorflow as tf

    from albert_tf.weights import to_keras_hub

    theirs = to_keras_hub(model.to_checkpoint())
    names = ("token_ids", "segment_ids", "padding_mask")

    @tf.function(autograph=False)
    def infer(token_ids, segment_ids, padding_mask):
        inputs = dict(zip(names, (token_ids, segment_ids, padding_mask), strict=True))
        return theirs(inputs, training=False)

    files = {}
    for name, length in (("keras-hub int8", LENGTH), ("keras-hub int8, any length", None)):
        specs = [tf.TensorSpec((1, length), tf.int32, name=part) for part in names]
        converter = tf.lite.TFLiteConverter.from_concrete_functions(
            [infer.get_concrete_function(*specs)]
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        path = folder / f"keras_hub_int8_{length or 'any'}.tflite"
        path.write_bytes(converter.convert())
        files[name] = str(path)
    return files


def export_onnx(model, folder: Path) -> dict:
    """Writes the same weights as an int8 ONNX file."""
    from benchmarks.onnx_albert import write_onnx

    path = folder / "onnxruntime_int8.onnx"
    write_onnx(model.to_checkpoint(), path)
    return {"ONNX Runtime int8": str(path)}


def main():
    """Writes all files, and `files.json` with their names and why engines were left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="base")
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    args.folder.mkdir(parents=True, exist_ok=True)
    model = make_model(args.size)
    files, skipped = export_ours(model, args.folder, args.size), {}
    for name, export in (("keras-hub int8", export_keras_hub), ("ONNX Runtime int8", export_onnx)):
        try:
            files |= export(model, args.folder)
        except ImportError as error:
            skipped[name] = str(error)
    (args.folder / "files.json").write_text(
        json.dumps({"files": files, "skipped": skipped}, indent=1)
    )


if __name__ == "__main__":
    main()
