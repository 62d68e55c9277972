"""What TensorFlow's converter cannot do: int4 weights, and int8 activations, through the LiteRT quantizer."""

import contextlib
import importlib.util
import io
from collections.abc import Iterable

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import ExportError, MissingExtraError
from albert_tf.export.flatbuffer import is_matrix_product, read_model, write_model
from albert_tf.runtime.quiet import quiet

BLOCK = "block_matrix_"
"""How the results of the blocks' matrices are named here, for the quantizer to find them. The layers outside are small,
and every error in them reaches the answer: they keep eight bits."""

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

LARGEST_NUMBER, LEAST_ERROR = "min_max_uniform_quantize", "MSE"
"""The quantizer's names for scales made for a row's largest number, and for the least squared error."""


def quantize_int4(content: bytes, config: AlbertConfig) -> bytes:
    """Gives the blocks' matrices four bits and the others eight, with a scale for each output.

    Inputs of the matrices are quantized to int8 as they come. Each scale is the one of least squared error; after a
    training with `weight_bits=4`, whose weights are on such a grid already, it is that of the grid.

    Args:
        content: of a float32 TFLite file.
        config: the model's, which tells the blocks' matrices by their shapes.

    Returns:
        The content of the quantized file.

    Raises:
        MissingExtraError: without the LiteRT quantizer.
        ExportError: when it refuses the file.
    """
    model = read_model(content)
    matrices = _name_blocks(model, config)
    quantizer = _quantizer(write_model(model), "int4")
    fully_connected = _operation("FULLY_CONNECTED")
    is_settled = all(_is_on_grid(matrix) for matrix in matrices)
    algorithm = LARGEST_NUMBER if is_settled else LEAST_ERROR
    for regex, bits, key in ((".*", 8, LARGEST_NUMBER), (f"{BLOCK}.*", 4, algorithm)):
        quantizer.add_dynamic_config(
            regex=regex, operation_name=fully_connected, num_bits=bits, algorithm_key=key
        )
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


def _name_blocks(model, config) -> list[np.ndarray]:
    """Names the results of the blocks' matrices, and returns the matrices.

    The converter names operators after whatever it fused into them, so names tell nothing; shapes do. The pooler's has
    a block's shape too, but reads one row for each text.
    """
    hidden, inner = config.hidden_size, config.intermediate_size
    shapes = {(hidden, hidden), (inner, hidden), (hidden, inner)}
    matrices = []
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if not is_matrix_product(model.operatorCodes[operator.opcodeIndex]):
                continue
            inputs, weights = (subgraph.tensors[int(i)] for i in operator.inputs[:2])
            data = model.buffers[weights.buffer].data
            if tuple(weights.shape) in shapes and len(inputs.shape) == 3 and data is not None:
                matrices.append(np.frombuffer(bytes(data), "float32").reshape(weights.shape))
                subgraph.tensors[int(operator.outputs[0])].name = f"{BLOCK}{len(matrices)}"
    return matrices


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
