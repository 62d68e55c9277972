"""What TensorFlow's converter cannot do: int4 weights, and int8 activations, through the LiteRT quantizer."""

import contextlib
import importlib.util
import io
import re
from collections.abc import Iterable

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from albert_tf.errors import ExportError, MissingExtraError
from albert_tf.export.flatbuffer import read_model
from albert_tf.export.quiet import quiet

BLOCKS = r"group_\d+_inner_\d+"
"""What the tensors of the blocks have in their names. The layers outside are small, and every error in them reaches the
answer: they keep eight bits."""

STATIC_OPERATORS = (
    "FULLY_CONNECTED",
    "BATCH_MATMUL",
    "SOFTMAX",
    "GELU",
    "ADD",
    "RESHAPE",
    "TRANSPOSE",
)
"""What has int8 activations. LayerNorm's operators keep float32: squares and their inverse roots in 256 steps leave
nothing of the answer (tried: 32 times the largest logit off)."""

LARGEST_NUMBER = "min_max_uniform_quantize"
"""The quantizer's name for scales that are made for a row's largest number."""

INT4_WEIGHTS = {"num_bits": 4, "algorithm_key": "MSE"}
INT8_WEIGHTS = {"num_bits": 8, "algorithm_key": LARGEST_NUMBER}


def quantize_int4(content: bytes) -> bytes:
    """Gives the blocks' matrices four bits and the others eight, with a scale for each output.

    Inputs of the matrices are quantized to int8 as they come. Each scale is the one of least squared error; after a
    training with `weight_bits=4`, whose weights are on such a grid already, it is that of the grid.

    Args:
        content: of a float32 TFLite file.

    Returns:
        The content of the quantized file.

    Raises:
        MissingExtraError: without the LiteRT quantizer.
        ExportError: when it refuses the file.
    """
    quantizer = _quantizer(content, "int4")
    fully_connected = _operation("FULLY_CONNECTED")
    settled = {**INT4_WEIGHTS, "algorithm_key": LARGEST_NUMBER}
    blocks = settled if _is_settled(content) else INT4_WEIGHTS
    for regex, settings in ((".*", INT8_WEIGHTS), (f".*{BLOCKS}.*", blocks)):
        quantizer.add_dynamic_config(regex=regex, operation_name=fully_connected, **settings)
    return _quantized(quantizer, "int4")


def quantize_static(
    content: bytes, inputs: Iterable[dict[str, np.ndarray]], signature: str
) -> bytes:
    """Gives weights and activations int8, with ranges seen on real inputs; LayerNorm stays float32.

    Args:
        content: of a float32 TFLite file without loops.
        inputs: of the graph, by name: the calibration set.
        signature: the file's.

    Returns:
        The content of the quantized file.

    Raises:
        MissingExtraError: without the LiteRT quantizer.
        ExportError: when it refuses the file.
    """
    quantizer = _quantizer(content, "int8-static")
    for name in STATIC_OPERATORS:
        quantizer.add_static_config(
            regex=".*", operation_name=_operation(name), activation_num_bits=8, weight_num_bits=8
        )
    with _silently():
        ranges = quantizer.calibrate({signature: list(inputs)})
    return _quantized(quantizer, "int8-static", ranges)


def _is_settled(content) -> bool:
    """Whether every matrix of the blocks has at most 15 values in a row, as training for four bits leaves it."""
    model = read_model(content)
    matrices = [
        np.frombuffer(bytes(model.buffers[tensor.buffer].data), "float32").reshape(tensor.shape)
        for subgraph in model.subgraphs
        for operator in subgraph.operators
        if model.operatorCodes[operator.opcodeIndex].builtinCode
        == schema.BuiltinOperator.FULLY_CONNECTED
        for tensor in (subgraph.tensors[int(operator.inputs[1])],)
        if model.buffers[tensor.buffer].data is not None and _is_in_block(subgraph, operator)
    ]
    return bool(matrices) and all(_is_on_grid(matrix) for matrix in matrices)


def _is_in_block(subgraph, operator) -> bool:
    name = subgraph.tensors[int(operator.outputs[0])].name
    return re.search(BLOCKS, name.decode("utf-8") if isinstance(name, bytes) else name) is not None


def _is_on_grid(matrix) -> bool:
    scale = np.maximum(np.abs(matrix).max(axis=1, keepdims=True), 1e-12) / 7
    return bool(np.abs(np.round(matrix / scale) * scale - matrix).max() < 1e-3 * scale.max())


def _quantizer(content, quantization):
    if importlib.util.find_spec("ai_edge_quantizer") is None:
        raise MissingExtraError("ai-edge-quantizer", "quantize", f"quantization {quantization!r}")
    from ai_edge_quantizer import quantizer

    return quantizer.Quantizer(bytearray(content))


@contextlib.contextmanager
def _silently():
    """Hides progress bars, sizes and ratios, which the quantizer prints as it goes."""
    sink = io.StringIO()
    with quiet(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        yield


def _operation(name):
    from ai_edge_quantizer import qtyping

    return qtyping.TFLOperationName[name]


def _quantized(quantizer, quantization, ranges=None) -> bytes:
    try:
        with _silently():
            return bytes(quantizer.quantize(ranges).quantized_model)
    except (ValueError, RuntimeError, KeyError, NotImplementedError) as error:
        reason = str(error).strip().splitlines() or ["no reason given"]
        raise ExportError(
            f"the LiteRT quantizer refuses this model for {quantization}: {reason[0][:300]}; choose int8"
        ) from error
