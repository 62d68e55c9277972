"""Running TensorFlow's converter, and checking what came out of it."""

from albert_tf.config import AlbertConfig
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
from albert_tf.export.runtime_versions import (
    PER_CHANNEL_RUNTIME,
    check_runtime,
    reaches,
    stamp_versions,
)
from albert_tf.runtime.quiet import quiet

SIGNATURE = "serving_default"


def convert(
    function,
    inputs: list[str],
    outputs: list[str],
    quantization: str,
    description: str,
    config: AlbertConfig,
    *,
    calibration: list[dict] | None = None,
    runtime: str | None = None,
) -> bytes:
    """Converts a traced function with TFLite's built-in operators alone.

    Args:
        function: a `ConcreteFunction`, as `inference_function` returns it.
        inputs: names of its inputs, in order.
        outputs: names of its outputs, in order.
        quantization: one of `QUANTIZATIONS` of `albert_tf.export.settings`.
        description: a line about the model, kept in the file.
        config: the model's.
        calibration: inputs by name, for `"int8-static"`.
        runtime: the oldest version of TensorFlow Lite that is to run the file, e.g. `"2.16"`; None
            for any that does. Before 2.17, int8 matrices have one scale instead of one for each
            output.

    Returns:
        The content of a TFLite file with one signature, `serving_default`.

    Raises:
        ExportError: when the converter or the quantizer refuses the function.
        MissingExtraError: when the quantizer is needed and not installed.
    """
    content = _converted(function, quantization, reaches(runtime, PER_CHANNEL_RUNTIME))
    content = _tidied(content, inputs, outputs, description)
    if quantization == "int4":
        content = _tidied(quantize_int4(content, config), inputs, outputs, description)
    elif quantization == "int8-static":
        content = quantize_static(content, calibration, SIGNATURE)
        content = _tidied(content, inputs, outputs, description)
    return content


def _tidied(content, inputs, outputs, description) -> bytes:
    model = read_model(content)
    share_constants(model)
    shorten_names(model)
    add_signature(model, inputs, outputs, SIGNATURE)
    stamp_versions(model)
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


def check_graph(content: bytes, loops: int, runtime: str | None = None) -> TFLiteSummary:
    """Checks that a converted file runs on a plain TFLite runtime and keeps its blocks shared.

    Args:
        content: of the file.
        loops: number of WHILE operators that there must be.
        runtime: the oldest version of TensorFlow Lite that is to run it, or None.

    Returns:
        The file's summary.

    Raises:
        ExportError: when an operator is not built in or newer than the runtime, or a loop is
            missing or superfluous.
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
    check_runtime(summary.lowest_runtime, runtime)
    return summary
