"""Which TFLite runtimes can run a file.

A runtime refuses an operator of a version that it does not know; so the versions in the file decide. The converter
writes the lowest runtime into the file, and this module reads it back; what was changed after the conversion is
stamped here first, since the LiteRT quantizer leaves the versions of float operators on operators that it quantized,
and an old runtime would then answer wrongly instead of refusing. Stamped too is what some runtimes load and compute
wrongly: `tests/android/test_runtimes.py` runs the files on them.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from albert_tf.errors import ExportError
from albert_tf.export.flatbuffer import add_metadata, is_matrix_product

MIN_RUNTIME = b"min_runtime_version"
"""Name of the converter's entry in the file's metadata: 16 bytes, a version with zeros behind."""

PER_CHANNEL_VERSION = 12
PER_CHANNEL_RUNTIME = "2.17.0"
"""FULLY_CONNECTED with float inputs and integer weights that have a scale for each output."""

FOUR_BIT_RUNTIME = "2.20.0"
"""Before it, float inputs times four-bit weights are computed wrongly, without a word (2.18 and 2.19 were tried)."""

HALF_LOOP_RUNTIME = "2.19.0"
"""Before it, a loop whose body holds float16 weights answers wrongly on some processors (2.15 and 2.18 were tried)."""

RESIZING_LOOP_RUNTIME = "2.20.0"
"""Before it, a WHILE operator under XNNPACK fails at the second length: a new interpreter is needed for each length,
or one without XNNPACK."""

OLDEST = "2.9.0"
"""GELU, which every file holds, came with it."""


def parse_version(text: str) -> tuple[int, ...]:
    """Returns the numbers of a version such as `"2.16"` or `"2.16.1"`, which then compare in order.

    Raises:
        ExportError: when it is none, or older than any that runs this package's files.
    """
    parts = text.split(".") if isinstance(text, str) else ()
    if not 2 <= len(parts) <= 3 or not all(part.isdecimal() for part in parts):
        raise ExportError(
            f"runtime is {text!r}; expected a version of TensorFlow Lite, e.g. '2.16'"
        )
    version = tuple(map(int, parts))
    if version[:2] < tuple(map(int, OLDEST.split(".")))[:2]:
        raise ExportError(
            f"runtime is {text}; these files need TensorFlow Lite {OLDEST}, which brought GELU, or later"
        )
    return version


def reaches(runtime: str | None, needed: str) -> bool:
    """Whether a runtime is as new as `needed`; None stands for the newest."""
    return runtime is None or parse_version(runtime)[:2] >= parse_version(needed)[:2]


def stamp_versions(model: schema.ModelT) -> None:
    """Gives operators the version that their tensors ask for, and the file its lowest runtime.

    Args:
        model: as `read_model` gives it; changed in place.
    """
    codes = model.operatorCodes
    raised: dict[int, int] = {}
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            code = codes[operator.opcodeIndex]
            if code.version < PER_CHANNEL_VERSION and _is_per_channel(code, operator, subgraph):
                index = operator.opcodeIndex
                if index not in raised:
                    raised[index] = len(codes)
                    codes.append(_newer(code))
                operator.opcodeIndex = raised[index]
    if any(is_matrix_product(c) and c.version >= PER_CHANNEL_VERSION for c in codes):
        _raise_lowest(model, PER_CHANNEL_RUNTIME)
    if any(_holds(subgraph, schema.TensorType.INT4) for subgraph in model.subgraphs):
        _raise_lowest(model, FOUR_BIT_RUNTIME)
    if any(_holds(body, schema.TensorType.FLOAT16) for body in _loop_bodies(model)):
        _raise_lowest(model, HALF_LOOP_RUNTIME)


def lowest_runtime(model: schema.ModelT) -> str:
    """Returns the lowest version of TensorFlow Lite that runs the file rightly, e.g. `"2.17.0"`."""
    entry = _entry(model)
    if entry is None:
        return OLDEST
    data = bytes(bytearray(model.buffers[entry.buffer].data))
    return data.rstrip(b"\0").decode("ascii") or OLDEST


def check_runtime(lowest: str, runtime: str | None) -> None:
    """Checks that a runtime is new enough for a file.

    Args:
        lowest: the file's lowest runtime.
        runtime: the version that is to run it, or None for any.

    Raises:
        ExportError: when it is not.
    """
    if not reaches(runtime, lowest):
        raise ExportError(
            f"the file needs TensorFlow Lite {lowest}, runtime asks for {runtime}; choose quantization "
            "int8, fp16 or none, which can do with less"
        )


def _is_per_channel(code, operator, subgraph) -> bool:
    """Whether it multiplies floats by integers that have several scales."""
    if not is_matrix_product(code):
        return False
    inputs, weights = (subgraph.tensors[int(i)] for i in operator.inputs[:2])
    integer = (schema.TensorType.INT8, schema.TensorType.INT4)
    if inputs.type != schema.TensorType.FLOAT32 or weights.type not in integer:
        return False
    quantization = weights.quantization
    return quantization is not None and np.size(quantization.scale) > 1


def _holds(subgraph, tensor_type) -> bool:
    return any(tensor.type == tensor_type for tensor in subgraph.tensors)


def _loop_bodies(model):
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if isinstance(operator.builtinOptions, schema.WhileOptionsT):
                yield model.subgraphs[operator.builtinOptions.bodySubgraphIndex]


def _newer(code):
    newer = schema.OperatorCodeT()
    newer.builtinCode = code.builtinCode
    newer.deprecatedBuiltinCode = code.deprecatedBuiltinCode
    newer.version = PER_CHANNEL_VERSION
    return newer


def _entry(model):
    return next((e for e in model.metadata or () if e.name == MIN_RUNTIME), None)


def _raise_lowest(model, version):
    if parse_version(lowest_runtime(model)) >= parse_version(version):
        return
    data = version.encode("ascii").ljust(16, b"\0")
    entry = _entry(model)
    if entry is None:
        add_metadata(model, MIN_RUNTIME, data)
    else:
        model.buffers[entry.buffer].data = np.frombuffer(data, "uint8")
