"""SentencePiece model files, read and written without protobuf: the values that protobuf itself reads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.model_file import (
    BYTE,
    MODEL_TYPE,
    NORMAL,
    TRAINER_SPEC,
    UNKNOWN,
    Piece,
    add_pieces,
    parse_model,
    write_model,
)
from albert_tf.tokenizer.wire import BYTES, FIXED32, FIXED64, VARINT, field, fields, tag, without
from tests.tokenizer.small_models import official, pieces_of, small_model

MODEL_TYPES = (1, 2, 3, 4)  # of others protobuf makes 1; the engine refuses them
UNKNOWN_PIECE = {"piece": "<unk>", "score": 0.0, "type": UNKNOWN}


def read(content):
    """What `parse_model` finds, in the order of `expected`."""
    model = parse_model(content)
    pieces = list(zip(model.pieces, model.scores, model.types, strict=True))
    return (
        pieces,
        model.model_type,
        model.charsmap,
        model.add_dummy_prefix,
        model.remove_extra_whitespaces,
        model.escape_whitespaces,
        model.treat_whitespace_as_suffix,
        model.byte_fallback,
        model.unk_surface,
    )


def expected(content):
    """The same by protobuf, with SentencePiece's own schema."""
    model = official(content)
    trainer, normalizer = model.trainer_spec, model.normalizer_spec
    return (
        pieces_of(content),
        trainer.model_type,
        normalizer.precompiled_charsmap,
        normalizer.add_dummy_prefix,
        normalizer.remove_extra_whitespaces,
        normalizer.escape_whitespaces,
        trainer.treat_whitespace_as_suffix,
        trainer.byte_fallback,
        trainer.unk_surface,
    )


def optional(**strategies):
    return st.fixed_dictionaries({}, optional=strategies)


flags = st.booleans()
floats = st.floats(width=32, allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
messages = st.fixed_dictionaries(
    {
        "pieces": st.lists(
            optional(piece=texts, score=floats, type=st.sampled_from([1, 3, 4, 5, 6]))
        ),
        "trainer_spec": optional(
            model_type=st.integers(1, 4),
            treat_whitespace_as_suffix=flags,
            byte_fallback=flags,
            unk_surface=texts,
            # Fields that are passed over, of every kind.
            input=st.lists(texts, max_size=2),
            character_coverage=floats,
            train_extremely_large_corpus=flags,
            input_sentence_size=st.integers(0, 2**63),
            pad_id=st.integers(-5, 5),
        ),
        "normalizer_spec": optional(
            name=texts,
            precompiled_charsmap=st.binary(max_size=300),
            add_dummy_prefix=flags,
            remove_extra_whitespaces=flags,
            escape_whitespaces=flags,
        ),
    }
)


def serialized(message):
    model = official(b"")
    for piece in [UNKNOWN_PIECE, *message["pieces"]]:
        model.pieces.add(**piece)
    for name in ("trainer_spec", "normalizer_spec"):
        getattr(model, name).MergeFrom(type(getattr(model, name))(**message[name]))
    return model.SerializeToString()


@settings(deadline=None)
@given(messages)
def test_any_model_reads_as_by_protobuf(message):
    content = serialized(message)
    assert read(content) == expected(content)
    assert b"".join(field(*pair) for pair in fields(content)) == content


@settings(deadline=None)
@given(messages, messages)
def test_models_merge_when_they_are_concatenated(first, second):
    second["pieces"].append({"piece": "later"})
    content = serialized(first) + without(serialized(second), tag(1, BYTES))
    content = add_pieces(content, [Piece("<0x0A>", -1.5, BYTE)])
    assert read(content) == expected(content)


def test_the_english_model(tokenizer):
    content = tokenizer.model_bytes
    assert read(content) == expected(content)
    assert len(read(content)[0]) == 30000
    assert b"".join(field(*pair) for pair in fields(content)) == content


def test_what_is_written_protobuf_reads():
    pieces = [Piece("<unk>", kind=UNKNOWN), Piece("▁a" * 100, -2.5), Piece("b", -1.0)]
    content = write_model(pieces, b"\1" * 200, add_dummy_prefix=False)
    model = official(content)
    assert pieces_of(content) == [tuple(piece) for piece in pieces]
    assert (model.trainer_spec.model_type, model.trainer_spec.vocab_size) == (1, 3)
    assert model.normalizer_spec.precompiled_charsmap == b"\1" * 200
    assert not model.normalizer_spec.add_dummy_prefix


@settings(deadline=None)
@given(st.data())
def test_a_damaged_model_is_refused_or_reads_as_by_protobuf(data):
    content = bytearray(small_model({"▁a": -1.0, "b" * 130: -2.0})[:300])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        found = read(content)
    except CheckpointError:
        return
    assert found[1] not in MODEL_TYPES or found == expected(content)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (b"\x0a", "middle of a number"),
        (b"\x0a\x05abc", "middle of a field"),
        (b"\x15\0\0", "middle of a field"),
        (b"\x18" + b"\x80" * 1_000_000, "middle of a number, or a number is too long"),
        (b"\x0b", "wire type 3"),
        (b"\0\0", "number 0"),
        (field(tag(1, BYTES), b"\x0a\x02\xff\xff"), "not UTF-8"),
        (field(tag(1, BYTES), b"\x0a\x09a"), "middle of a field"),
        (field(TRAINER_SPEC, b"\x18"), "middle of a number"),
        (add_pieces(b"", [Piece("other", kind=7)]), "a piece of the unknown type 7"),
        (add_pieces(b"", [Piece("other", kind=UNKNOWN)]), "2 unknown pieces among 7, not one"),
    ],
)
def test_what_is_wrong_is_said(end, message):
    with pytest.raises(CheckpointError, match=f"x.model is not a SentencePiece model .*{message}"):
        parse_model(small_model({"a": -1.0}) + end, "x.model")


def test_fields_of_another_wire_type_are_passed_over():
    content = small_model({"a": -1.0})
    strange = [
        (tag(1, VARINT), 7),
        (tag(2, FIXED32), bytes(4)),
        (tag(3, FIXED64), bytes(8)),
        (TRAINER_SPEC, field(tag(3, BYTES), b"no number") + field(tag(35, FIXED32), b"\1\0\0\0")),
    ]
    content += b"".join(field(*pair) for pair in strange)
    assert read(content) == expected(content)
    assert read(content)[1] == NORMAL
    content += field(TRAINER_SPEC, field(MODEL_TYPE, 4))
    assert read(content)[1] == 4
