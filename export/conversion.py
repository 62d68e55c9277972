"""Running TensorFlow's converter, and checking what came out of it."""

from albert_tf.errors import ExportError
from albert_tf.export.flatbuffer import (
    add_signature,
    read_model,
    share_constants,
    shorten_names,
    write_model,
)
from albert_tf.export.inspection import TFLiteSummary, inspect_tflite
from albert_tf.export.quiet import quiet

SIGNATURE = "serving_default"
QUANTIZATIONS = ("none", "fp16", "int8")
"""Accepted values of `quantization`: float32, float16 weights, int8 weights with dynamically
quantized inputs."""


def convert(
    function, inputs: list[str], outputs: list[str], quantization: str, description: str
) -> bytes:
    """Converts a traced function with TFLite's built-in operators alone.

    Args:
        function: a `ConcreteFunction`, as `inference_function` returns it.
        inputs: names of its inputs, in order.
        outputs: names of its outputs, in order.
        quantization: one of `QUANTIZATIONS`.
        description: a line about the model, kept in the file.

    Returns:
        The content of a TFLite file with one signature, `serving_default`.

    Raises:
        ExportError: when the converter refuses the function.
    """
    import tensorflow as tf

    with quiet():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if quantization != "none":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if quantization == "fp16":
            converter.target_spec.supported_types = [tf.float16]
        try:
            content = converter.convert()
        except Exception as error:  # the converter raises what its passes raise, of many kinds
            reason = next(
                (line.strip() for line in str(error).splitlines() if line.strip()),
                "no reason given",
            )
            raise ExportError(
                f"TensorFlow's converter refuses this model: {reason[:300]}; try the other form, "
                "or a fixed length"
            ) from error
    model = read_model(content)
    share_constants(model)
    shorten_names(model)
    add_signature(model, inputs, outputs, SIGNATURE)
    model.description = description
    return write_model(model)


def check_graph(content: bytes, loops: int) -> TFLiteSummary:
    """Checks that a converted file runs on a plain TFLite runtime and keeps its blocks shared.

    Args:
        content: of the file.
        loops: number of WHILE operators that there must be.

    Returns:
        The file's summary.

    Raises:
        ExportError: when an operator is not built in, or a loop is missing or superfluous.
    """
    summary = inspect_tflite(content)
    if summary.custom_operators:
        raise ExportError(
            "the converted file needs operators that a plain TFLite runtime does not have: "
            f"{', '.join(summary.custom_operators)}; please report this with the model's "
            "configuration"
        )
    if summary.while_operators != loops:
        raise ExportError(
            f"the converted file holds {summary.while_operators} loops instead of {loops}, so its "
            "blocks are not shared; please report this with the model's configuration"
        )
    return summary
