"""TFLite's flatbuffer as Python objects: read, signed, freed of repeated constants, written.

The schema is the one that LiteRT ships; nothing here parses bytes by itself.
"""

import hashlib
import re

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from albert_tf.runtime.content import IDENTIFIER

ALIGNMENT = 16
"""Of constants, in bytes, as the schema's `force_align` asks; Python's generated code leaves it to
the writer."""


def read_model(content: bytes) -> schema.ModelT:
    """Returns the flatbuffer as schema objects, whose constants are numpy arrays of bytes.

    Constants that stand behind the flatbuffer, as the LiteRT quantizer writes them, are taken in.
    """
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    for buffer in model.buffers:
        if buffer.offset > 1:  # 0 and 1 mean that there is nothing outside
            end = buffer.offset + buffer.size
            buffer.data = np.frombuffer(content[buffer.offset : end], "uint8")
            buffer.offset = buffer.size = 0
    return model


def write_model(model: schema.ModelT) -> bytes:
    """Returns the bytes of `model`; the same model always gives the same bytes."""
    builder = _Builder(initialSize=_constant_bytes(model) + (1 << 20))
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def add_signature(model: schema.ModelT, inputs: list[str], outputs: list[str], key: str) -> None:
    """Names the inputs and outputs of the main subgraph, and adds a signature of these names.

    Args:
        model: changed in place.
        inputs: one name for each input, in order.
        outputs: one name for each output, in order.
        key: the signature's name.
    """
    main = model.subgraphs[0]
    signature = schema.SignatureDefT()
    signature.signatureKey = key
    signature.subgraphIndex = 0
    signature.inputs = _named(main, main.inputs, inputs)
    signature.outputs = _named(main, main.outputs, outputs)
    model.signatureDefs = [signature]


def _named(subgraph, indices, names):
    entries = []
    for index, name in zip(indices, names, strict=True):
        subgraph.tensors[index].name = name
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name, int(index)
        entries.append(entry)
    return entries


def add_metadata(model: schema.ModelT, name: bytes, data: bytes) -> None:
    """Adds an entry to the file's metadata.

    Args:
        model: changed in place.
        name: of the entry.
        data: its content.
    """
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(data, "uint8")
    model.buffers.append(buffer)
    entry.name, entry.buffer = name, len(model.buffers) - 1
    model.metadata = [*(model.metadata or ()), entry]


def is_matrix_product(code: schema.OperatorCodeT) -> bool:
    """Whether an operator code is that of FULLY_CONNECTED."""
    return code.builtinCode == schema.BuiltinOperator.FULLY_CONNECTED


def shorten_names(model: schema.ModelT) -> None:
    """Cuts tensor names to what tells tensors apart, and graph names alike.

    The converter writes the names of all fused layers in full, with Keras's count of models of this
    process in front: tens of kilobytes that would differ from run to run.
    """
    for subgraph in model.subgraphs:
        subgraph.name = _short(subgraph.name)
        seen: dict[str, int] = {}
        for tensor in subgraph.tensors:
            name = _short(tensor.name)
            seen[name] = seen.get(name, 0) + 1
            tensor.name = name if seen[name] == 1 else f"{name}:{seen[name]}"


def _short(name: bytes) -> str:
    return _MODEL_SCOPES.sub("", name.decode("utf-8").split(";")[0])


_MODEL_SCOPES = re.compile(r"^(albert_\w+/)+")


def share_constants(model: schema.ModelT) -> None:
    """Lets tensors with equal constants use one buffer, and drops buffers that nothing uses.

    The converter shares constants that stand for one variable read in one way; a table that is read
    in two ways, such as word embeddings that also decode, it writes twice.
    """
    first: dict[bytes, int] = {}
    replacement = {}
    for index, buffer in enumerate(model.buffers):
        # Buffer 0 is empty by convention; other empty ones belong to tensors that are filled at run
        # time.
        is_empty = buffer.data is None or len(buffer.data) == 0
        digest = None if is_empty else hashlib.sha256(buffer.data).digest()
        replacement[index] = index if is_empty else first.setdefault(digest, index)
    metadata = model.metadata or []
    used = {0, *(entry.buffer for entry in metadata)}
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            tensor.buffer = replacement[tensor.buffer]
            used.add(tensor.buffer)
    kept = sorted(used)
    new_index = {old: new for new, old in enumerate(kept)}
    model.buffers = [model.buffers[old] for old in kept]
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            tensor.buffer = new_index[tensor.buffer]
    for entry in metadata:
        entry.buffer = new_index[entry.buffer]


def _constant_bytes(model):
    return sum(len(buffer.data) for buffer in model.buffers if buffer.data is not None)


class _Builder(flatbuffers.Builder):
    """Aligns constants, and writes equal vectors of numbers once: the zero points of all matrices, for example."""

    def __init__(self, initialSize):  # noqa: N803 - as in flatbuffers.Builder
        super().__init__(initialSize)
        self._vectors = {}

    def StartVector(self, elemSize, numElems, alignment):  # noqa: N802, N803
        return super().StartVector(elemSize, numElems, ALIGNMENT if elemSize == 1 else alignment)

    def CreateNumpyVector(self, x):  # noqa: N802
        key = (x.dtype.str, hashlib.sha256(np.ascontiguousarray(x)).digest())
        if key not in self._vectors:
            self._vectors[key] = super().CreateNumpyVector(x)
        return self._vectors[key]
