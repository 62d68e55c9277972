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
from albert_tf.export.litert_quantizer import quantize_int4, quantize_static
from albert_tf.export.quiet import quiet

SIGNATURE = "serving_default"
QUANTIZATIONS = ("none", "fp16", "int8", "int4", "int8-static")
"""Accepted values of `quantization`: float32, float16 weights, int8 or int4 weights with dynamically
quantized inputs, int8 weights and activations."""

TABLE_BITS = {"int8": 8, "int4": 4, "int8-static": 8}
"""Bits of the embedding tables, where these are integers."""

MASK_FLOOR = {"int8-static": -20.0}
"""Where scores have 256 steps from least to largest: -10000 for padding would leave them but one. exp(-20) is 2e-9."""


def convert(
    function,
    inputs: list[str],
    outputs: list[str],
    quantization: str,
    description: str,
    *,
    calibration: list[dict] | None = None,
    per_channel: bool = True,
) -> bytes:
    """Converts a traced function with TFLite's built-in operators alone.

    Args:
        function: a `ConcreteFunction`, as `inference_function` returns it.
        inputs: names of its inputs, in order.
        outputs: names of its outputs, in order.
        quantization: one of `QUANTIZATIONS`.
        description: a line about the model, kept in the file.
        calibration: inputs by name, for `"int8-static"`.
        per_channel: whether int8 weights have a scale for each output, or one for each matrix.

    Returns:
        The content of a TFLite file with one signature, `serving_default`.

    Raises:
        ExportError: when the converter or the quantizer refuses the function.
        MissingExtraError: when the quantizer is needed and not installed.
    """
    model = read_model(_converted(function, quantization, per_channel))
    share_constants(model)
    shorten_names(model)
    add_signature(model, inputs, outputs, SIGNATURE)
    if quantization in ("int4", "int8-static"):
        content = write_model(model)
        if quantization == "int4":
            content = quantize_int4(content)
        else:
            content = quantize_static(content, calibration, SIGNATURE)
        model = read_model(content)
        share_constants(model)
        shorten_names(model)
        add_signature(model, inputs, outputs, SIGNATURE)
    model.description = description
    return write_model(model)


def _converted(function, quantization, per_channel) -> bytes:
    import tensorflow as tf

    with quiet():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if quantization in ("int8", "fp16"):
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if quantization == "fp16":
            converter.target_spec.supported_types = [tf.float16]
        converter._experimental_disable_per_channel_quantization_for_dense_layers = not per_channel
        try:
            return converter.convert()
        except Exception as error:  # the converter raises what its passes raise, of many kinds
            reason = next(
                (line.strip() for line in str(error).splitlines() if line.strip()),
                "no reason given",
            )
            raise ExportError(
                f"TensorFlow's converter refuses this model: {reason[:300]}; try the other form, "
                "or a fixed length"
            ) from error


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
