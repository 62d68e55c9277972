"""TFLite Model Metadata, from which Google's Task Library and MediaPipe learn how to feed a file and read its answer.

The metadata is a flatbuffer of its own inside the file (`metadata_schema.fbs` of tensorflow/tflite-support, identifier
`M001`); it names the tokenizer and the labels, which are members of the archive behind the graph. The numbers of fields
and enumerations below are those of that schema.
"""

import dataclasses

import flatbuffers

from albert_tf.answers.results import PROBABILITIES
from albert_tf.errors import ExportError
from albert_tf.export.choices import CLIENTS
from albert_tf.export.exit_loop import controls_of
from albert_tf.export.flatbuffer import add_metadata, read_model, schema, write_model
from albert_tf.export.runtime_versions import lowest_runtime, reaches
from albert_tf.export.task_tokenizer import check_task_tokenizer, task_tokenizer
from albert_tf.runtime.bundle import LABELS

TASK_TOKENIZER = "task_tokenizer.model"
"""The member of the archive that the clients tokenize with, beside the tokenizer of this package."""

IDENTIFIER = b"M001"
ENTRY = b"TFLITE_METADATA"
"""Name of the metadata among the entries of a TFLite file."""

_PARSER_VERSION = (
    "1.1.0"  # the first that knows SentencePieceTokenizerOptions, the newest thing used
)
_INPUTS = {  # in the order of this package's inputs, which is the clients' too
    "ids": "Token ids of the text, from [CLS] to [SEP], then 0.",
    "segment_ids": "0 for every token.",
    "mask": "1 for every token, then 0.",
}
_TENSOR_AXIS_LABELS = 2  # of AssociatedFileType
_FEATURE_PROPERTIES = 1  # of the union ContentProperties
_SENTENCE_PIECE = 5  # of the union ProcessUnitOptions


@dataclasses.dataclass(frozen=True)
class TaskFile:
    """A graph that the clients can read, and what must stand in the archive behind it.

    Args:
        content: of the TFLite flatbuffer, with metadata.
        tokenizer: content of the member `TASK_TOKENIZER`.
    """

    content: bytes
    tokenizer: bytes


def make_task_file(
    content: bytes, model, client: str, *, name: str, description: str = "", version: str = ""
) -> TaskFile:
    """Makes a converted classifier readable for Task Library or MediaPipe.

    Its output becomes probabilities, since the clients show as scores what the graph gives.

    Args:
        content: of the converted graph of the model.
        model: an `AlbertTextClassifier` with a preprocessor.
        client: one of `CLIENTS`. A file for the one may also suit the other.
        name: of the model, for people.
        description: a line about it.
        version: of the model.

    Raises:
        ExportError: when the client could not run this graph, or give this tokenizer's ids.
    """
    graph = read_model(content)
    _check_graph(graph, client)
    tokenizer = task_tokenizer(model.preprocessor.tokenizer)
    add_probabilities(graph, multi_label=model.multi_label)
    metadata = build_metadata(name, description, version, has_labels=model.class_names is not None)
    add_metadata(graph, ENTRY, metadata)
    return TaskFile(write_model(graph), tokenizer)


# === What the clients take ===


def check_client(model, settings, client: str) -> None:
    """Checks that a client could read a file, before it is converted.

    Args:
        model: what is to be exported.
        settings: the `ExportSettings`.
        client: one of `CLIENTS`.

    Raises:
        ExportError: when it could not, or `client` is none of them.
    """
    if client not in CLIENTS:
        raise ExportError(f"client is {client!r}; expected one of {', '.join(CLIENTS)}")
    if model.head != "text_classifier" or model.preprocessor is None:
        raise ExportError(
            f"the model is a {model.head or 'backbone'}; {client} takes a text_classifier "
            "with a preprocessor: export without client"
        )
    check_task_tokenizer(model.preprocessor.tokenizer)
    form = settings.form
    if settings.length is None or settings.batch != 1:
        raise ExportError(
            f"length is {settings.length!r} and batch {settings.batch}; {client} cuts texts only to a "
            "fixed length, and runs one at a time: pass the length in tokens, e.g. "
            f"{model.preprocessor.sequence_length}, and batch 1"
        )
    if controls_of(model, form):
        raise ExportError(
            f"a model with early exits has controls, which {client} cannot set; pass form 'unrolled'"
        )
    if form != "unrolled" and client == "mediapipe":
        raise ExportError(f"form is {form!r}; mediapipe runs no loops: pass form 'unrolled'")


def _check_graph(graph, client):
    main = graph.subgraphs[0]
    shapes = [_shape(main.tensors[int(index)]) for index in main.inputs]
    if len(set(shapes)) != 1 or len(shapes) != 3 or len(shapes[0]) != 2 or min(shapes[0]) < 1:
        raise ExportError(
            f"the graph takes inputs of the shapes {', '.join(map(str, shapes))}; {client} feeds three "
            "of (1, a fixed length): export an AlbertTextClassifier with a length"
        )
    has, lowest = CLIENTS[client], lowest_runtime(graph)
    if not reaches(has, lowest):
        raise ExportError(
            f"the graph needs TensorFlow Lite {lowest}, {client} has {has}; export with "
            f"runtime={has!r}"
        )


def _shape(tensor):
    shape = tensor.shapeSignature if tensor.shapeSignature is not None else tensor.shape
    return tuple(int(size) for size in shape)


# === The graph ===


def add_probabilities(graph: schema.ModelT, *, multi_label: bool) -> None:
    """Lets a graph whose only output is logits give probabilities instead, named `PROBABILITIES`.

    Args:
        graph: as `read_model` gives it; changed in place.
        multi_label: a probability for each label, rather than one distribution.
    """
    main = graph.subgraphs[0]
    (logits,) = (int(index) for index in main.outputs)
    source = main.tensors[logits]
    tensor = schema.TensorT()
    tensor.name, tensor.type, tensor.buffer = PROBABILITIES, source.type, 0
    tensor.shape, tensor.shapeSignature = source.shape, source.shapeSignature
    tensor.hasRank = source.hasRank
    main.tensors.append(tensor)
    output = len(main.tensors) - 1
    operator = schema.OperatorT()
    operator.inputs, operator.outputs = [logits], [output]
    if multi_label:
        operator.opcodeIndex = _operator_code(graph, schema.BuiltinOperator.LOGISTIC)
    else:
        operator.opcodeIndex = _operator_code(graph, schema.BuiltinOperator.SOFTMAX)
        operator.builtinOptionsType = schema.BuiltinOptions.SoftmaxOptions
        operator.builtinOptions = schema.SoftmaxOptionsT()
        operator.builtinOptions.beta = 1.0
    main.operators.append(operator)
    main.outputs = [output]
    for signature in graph.signatureDefs or ():
        for entry in signature.outputs:
            entry.name, entry.tensorIndex = PROBABILITIES, output


def _operator_code(graph, builtin):
    for index, code in enumerate(graph.operatorCodes):
        if code.builtinCode == builtin and code.version == 1:
            return index
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = builtin
    code.version = 1
    graph.operatorCodes.append(code)
    return len(graph.operatorCodes) - 1


# === The metadata ===


def build_metadata(
    name: str, description: str = "", version: str = "", *, has_labels: bool = True
) -> bytes:
    """Returns the metadata of a classifier of texts with this package's three inputs.

    Args:
        name: of the model, for people.
        description: a line about it.
        version: of the model.
        has_labels: whether the archive holds `labels.txt`; without it, the clients number classes.
    """
    writer = _Writer()
    inputs = [writer.tensor(title, text) for title, text in _INPUTS.items()]
    labels = [writer.file(LABELS, "Names of the classes.", _TENSOR_AXIS_LABELS)]
    output = writer.tensor("probability", "Of each class.", labels if has_labels else None)
    model = writer.file(TASK_TOKENIZER, "SentencePiece model.")
    options = writer.table({0: writer.vector([model])})
    unit = writer.table({0: _Byte(_SENTENCE_PIECE), 1: options})
    subgraph = {2: writer.vector(inputs), 3: writer.vector([output]), 5: writer.vector([unit])}
    return writer.finish(
        {
            0: writer.text(name),
            1: writer.text(description),
            2: writer.text(version),
            3: writer.vector([writer.table(subgraph)]),
            7: writer.text(_PARSER_VERSION),
        }
    )


class _Byte(int):
    """A field of one byte, where other numbers are offsets."""


class _Writer:
    """Writes tables of a flatbuffer by the numbers of their fields; a field of None is left out."""

    def __init__(self):
        self._builder = flatbuffers.Builder(1024)

    def text(self, text):
        return self._builder.CreateString(text) if text else None

    def vector(self, offsets):
        self._builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._builder.PrependUOffsetTRelative(offset)
        return self._builder.EndVector()

    def table(self, fields):
        self._builder.StartObject(max(fields, default=-1) + 1)
        for number, value in fields.items():
            if isinstance(value, _Byte):
                self._builder.PrependByteSlot(number, value, 0)
            elif value is not None:
                self._builder.PrependUOffsetTRelativeSlot(number, value, 0)
        return self._builder.EndObject()

    def file(self, name, description, kind=0):
        return self.table({0: self.text(name), 1: self.text(description), 2: _Byte(kind)})

    def tensor(self, name, description, files=None):
        content = self.table({0: _Byte(_FEATURE_PROPERTIES), 1: self.table({})})
        files = None if files is None else self.vector(files)
        return self.table({0: self.text(name), 1: self.text(description), 3: content, 6: files})

    def finish(self, fields):
        self._builder.Finish(self.table(fields), file_identifier=IDENTIFIER)
        return bytes(self._builder.Output())
