"""What a TFLite file holds: inputs, outputs, operators, loops, constants."""

import collections
import dataclasses
import struct
from pathlib import Path

from ai_edge_litert import schema_py_generated as schema

from albert_tf.errors import ExportError
from albert_tf.export.flatbuffer import read_model
from albert_tf.export.runtime_versions import lowest_runtime
from albert_tf.runtime.content import read_content


@dataclasses.dataclass(frozen=True)
class TensorSummary:
    """One tensor of a graph.

    Args:
        name: as in the file.
        dtype: TFLite's name of the type, e.g. `"INT8"`.
        shape: dimensions; -1 where the length is free.
        buffer: index of the constant that it reads, or None when it is computed.
        bytes: size of that constant, 0 when computed.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    buffer: int | None
    bytes: int


@dataclasses.dataclass(frozen=True)
class OperatorSummary:
    """One operator of a graph: TFLite's `name`, `version`, and tensors (None: an absent one)."""

    name: str
    version: int
    inputs: tuple[TensorSummary | None, ...]
    outputs: tuple[TensorSummary, ...]


@dataclasses.dataclass(frozen=True)
class SubgraphSummary:
    """One graph of the file: the main one, or the condition or body of a loop."""

    name: str
    operators: tuple[OperatorSummary, ...]


@dataclasses.dataclass(frozen=True)
class TFLiteSummary:
    """What `inspect_tflite` found.

    Args:
        inputs: of the main graph, in order.
        outputs: of the main graph, in order.
        signatures: input and output names by signature, e.g.
            `{"serving_default": (("token_ids", ...), ("logits",))}`.
        subgraphs: the main graph first.
        custom_operators: names of operators that a plain TFLite runtime does not have.
        constants: size in bytes of every constant by buffer index, each counted once.
        lowest_runtime: the lowest version of TensorFlow Lite that has every operator, e.g.
            `"2.17.0"`, as the file says.
    """

    inputs: tuple[TensorSummary, ...]
    outputs: tuple[TensorSummary, ...]
    signatures: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    subgraphs: tuple[SubgraphSummary, ...]
    custom_operators: tuple[str, ...]
    constants: dict[int, int]
    lowest_runtime: str

    @property
    def operators(self) -> collections.Counter:
        """How often each operator stands in the file, over all graphs."""
        return collections.Counter(op.name for graph in self.subgraphs for op in graph.operators)

    @property
    def while_operators(self) -> int:
        """Number of loops."""
        return self.operators["WHILE"]

    @property
    def constant_bytes(self) -> int:
        """Size of all constants together."""
        return sum(self.constants.values())

    def __str__(self):
        loops = f", {self.while_operators} WHILE" if self.while_operators else ""
        counts = " + ".join(str(len(graph.operators)) for graph in self.subgraphs)
        return (
            f"{counts} operators{loops}, {self.constant_bytes:,} bytes of constants; runs on "
            f"TensorFlow Lite {self.lowest_runtime} and later"
        )


def inspect_tflite(file: str | Path | bytes) -> TFLiteSummary:
    """Reads the structure of a TFLite file without running it.

    Args:
        file: a path, or the content.

    Raises:
        ExportError: when the file cannot be read, is no TFLite file, or is damaged.

    Example:
    ```python
    from albert_tf.export import inspect_tflite

    summary = inspect_tflite("spam.tflite")
    print(summary)
    print(summary.operators)
    ```
    """
    content, name = read_content(file)
    try:
        return _summarize(read_model(content))
    except _DAMAGE as error:
        raise ExportError(
            f"{name} is damaged: its tables point outside the file ({error}); export or copy it "
            "again"
        ) from error


# What Python's flatbuffer code raises when an offset or a number leads nowhere.
_DAMAGE = (
    struct.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
)


_OPERATORS = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
_TYPES = {v: k for k, v in vars(schema.TensorType).items() if isinstance(v, int)}


def _summarize(model) -> TFLiteSummary:
    sizes = [0 if buffer.data is None else len(buffer.data) for buffer in model.buffers]
    codes = [_operator_name(code) for code in model.operatorCodes]
    subgraphs = []
    for graph in model.subgraphs:
        tensors = [_tensor(tensor, sizes) for tensor in graph.tensors]
        operators = tuple(
            OperatorSummary(
                name=codes[op.opcodeIndex],
                version=model.operatorCodes[op.opcodeIndex].version,
                inputs=tuple(None if i < 0 else tensors[i] for i in _list(op.inputs)),
                outputs=tuple(tensors[i] for i in _list(op.outputs)),
            )
            for op in _list(graph.operators)
        )
        subgraphs.append(SubgraphSummary(_text(graph.name), operators))
    main = model.subgraphs[0]
    tensors = [_tensor(tensor, sizes) for tensor in main.tensors]
    return TFLiteSummary(
        inputs=tuple(tensors[i] for i in main.inputs),
        outputs=tuple(tensors[i] for i in main.outputs),
        signatures={
            _text(s.signatureKey): (_names(s.inputs), _names(s.outputs))
            for s in _list(model.signatureDefs)
        },
        subgraphs=tuple(subgraphs),
        custom_operators=tuple(
            codes[i] for i, c in enumerate(model.operatorCodes) if c.customCode is not None
        ),
        constants={index: size for index, size in enumerate(sizes) if size},
        lowest_runtime=lowest_runtime(model),
    )


def _operator_name(code):
    if code.customCode is not None:
        return _text(code.customCode)
    # Files of old converters number their operators in the deprecated field only.
    return _OPERATORS[max(code.builtinCode, code.deprecatedBuiltinCode)]


def _tensor(tensor, sizes):
    signature = tensor.shapeSignature
    shape = tensor.shape if signature is None or not len(signature) else signature
    size = sizes[tensor.buffer]
    return TensorSummary(
        name=_text(tensor.name),
        dtype=_TYPES[tensor.type],
        shape=tuple(int(d) for d in _list(shape)),
        buffer=tensor.buffer if size else None,
        bytes=size,
    )


def _names(entries):
    return tuple(_text(entry.name) for entry in _list(entries))


def _list(values):
    return [] if values is None else values


def _text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value or "")
