"""What is inside a SentencePiece `.model` file: the vocabulary and a few settings.

The file is a protocol buffer (`sentencepiece_model.proto` of google/sentencepiece). Only the fields
read here are declared; every other one is kept as an unknown field and ignored.
"""

import dataclasses
import functools
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from albert_tf.errors import CheckpointError

WORD_BOUNDARY = "▁"  # U+2581, how SentencePiece writes a space inside a piece

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6  # piece types
UNIGRAM, BPE, WORD, CHAR = 1, 2, 3, 4  # TrainerSpec.model_type

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCHEMA = {  # message -> (field name, number, type, default)
    "SentencePiece": [
        ("piece", 1, _FIELD.TYPE_STRING, None),
        ("score", 2, _FIELD.TYPE_FLOAT, None),
        ("type", 3, _FIELD.TYPE_INT32, str(NORMAL)),
    ],
    "TrainerSpec": [
        ("model_type", 3, _FIELD.TYPE_INT32, str(UNIGRAM)),
        ("treat_whitespace_as_suffix", 24, _FIELD.TYPE_BOOL, "false"),
        ("byte_fallback", 35, _FIELD.TYPE_BOOL, "false"),
        ("unk_surface", 44, _FIELD.TYPE_STRING, " \u2047 "),
    ],
    "NormalizerSpec": [
        ("precompiled_charsmap", 2, _FIELD.TYPE_BYTES, None),
        ("add_dummy_prefix", 3, _FIELD.TYPE_BOOL, "true"),
        ("remove_extra_whitespaces", 4, _FIELD.TYPE_BOOL, "true"),
        ("escape_whitespaces", 5, _FIELD.TYPE_BOOL, "true"),
    ],
    "Model": [
        ("pieces", 1, "SentencePiece", None),
        ("trainer_spec", 2, "TrainerSpec", None),
        ("normalizer_spec", 3, "NormalizerSpec", None),
    ],
}


@functools.cache
def model_class():
    """The protocol buffer class of `Model`, built at run time in a pool of its own.

    A pool of its own, because another library in the process may have registered the full schema.
    """
    file = descriptor_pb2.FileDescriptorProto(
        name="albert_tf_sentencepiece.proto", package="albert_tf", syntax="proto2"
    )
    for message_name, fields in _SCHEMA.items():
        message = file.message_type.add(name=message_name)
        for name, number, kind, default in fields:
            field = message.field.add(name=name, number=number, label=_FIELD.LABEL_OPTIONAL)
            if isinstance(kind, str):
                field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".albert_tf.{kind}"
            else:
                field.type = kind
            if name == "pieces":
                field.label = _FIELD.LABEL_REPEATED
            if default is not None:
                field.default_value = default
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("albert_tf.Model"))


@dataclasses.dataclass(frozen=True, eq=False)
class ModelFile:
    """The parsed parts of a SentencePiece model.

    Attributes:
        content: the file as it is, which the TensorFlow engine takes.
        pieces: every piece, by id.
        scores: the log-probability of every piece, by id.
        types: the type of every piece, by id (`NORMAL`, `UNKNOWN`, `CONTROL`, ...).
        model_type: `UNIGRAM` (1) for every ALBERT model.
        charsmap: the precompiled character normalization (a trie and its replacements); may be
            empty.
        add_dummy_prefix: whether a space is put before the text.
        remove_extra_whitespaces: whether the engine itself collapses spaces.
        escape_whitespaces: whether spaces become `WORD_BOUNDARY`.
        treat_whitespace_as_suffix: whether the boundary stands at the end of words, not at the
            start.
        byte_fallback: whether an unknown character becomes the pieces of its bytes.
        unk_surface: how an unknown piece is spelled in a decoded text.
    """

    content: bytes
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    types: tuple[int, ...]
    model_type: int
    charsmap: bytes
    add_dummy_prefix: bool
    remove_extra_whitespaces: bool
    escape_whitespaces: bool
    treat_whitespace_as_suffix: bool
    byte_fallback: bool
    unk_surface: str

    @functools.cached_property
    def piece_ids(self) -> dict[str, int]:
        """Piece to id."""
        return {piece: index for index, piece in enumerate(self.pieces)}

    @functools.cached_property
    def unk_id(self) -> int:
        """The id of the one piece of type `UNKNOWN`."""
        return self.types.index(UNKNOWN)


def read_model_file(path: str | Path) -> ModelFile:
    """Reads a SentencePiece model file.

    Args:
        path: where the `.model` file is.

    Returns:
        The `ModelFile`.

    Raises:
        CheckpointError: the file cannot be read, or it is not a SentencePiece model.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"cannot read the SentencePiece model {str(path)!r}: {error.strerror or error}; "
            "pass the path of a .model file, or no path for the bundled English one"
        ) from error
    return parse_model(content, source=repr(str(path)))


def parse_model(content: bytes, source: str = "the given content") -> ModelFile:
    """Parses the content of a SentencePiece model file.

    Args:
        content: the whole file.
        source: how error messages call it.

    Returns:
        The `ModelFile`.

    Raises:
        CheckpointError: `content` is not a SentencePiece model.
    """
    proto = model_class()()
    try:
        proto.ParseFromString(content)
    except DecodeError as error:
        raise _not_a_model(source, "it does not parse") from error
    types = tuple(piece.type for piece in proto.pieces)
    if types.count(UNKNOWN) != 1:
        raise _not_a_model(
            source, f"it has {types.count(UNKNOWN)} unknown pieces among {len(types)}, not one"
        )
    pieces = tuple(piece.piece for piece in proto.pieces)
    if not all(isinstance(piece, str) for piece in pieces):
        raise _not_a_model(source, "its pieces are not UTF-8")
    normalizer = proto.normalizer_spec
    return ModelFile(
        content=content,
        pieces=pieces,
        scores=tuple(piece.score for piece in proto.pieces),
        types=types,
        model_type=proto.trainer_spec.model_type,
        charsmap=normalizer.precompiled_charsmap,
        add_dummy_prefix=normalizer.add_dummy_prefix,
        remove_extra_whitespaces=normalizer.remove_extra_whitespaces,
        escape_whitespaces=normalizer.escape_whitespaces,
        treat_whitespace_as_suffix=proto.trainer_spec.treat_whitespace_as_suffix,
        byte_fallback=proto.trainer_spec.byte_fallback,
        unk_surface=proto.trainer_spec.unk_surface,
    )


def _not_a_model(source: str, why: str) -> CheckpointError:
    return CheckpointError(
        f"{source} is not a SentencePiece model ({why}); expected the .model file that "
        "SentencePiece training writes, for example spiece.model or 30k-clean.model"
    )
