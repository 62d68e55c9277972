"""Runs of unknown characters: one token each, as from SentencePiece itself, however long they are."""

import random

import numpy as np
import pytest
import tensorflow as tf

from albert_tf.tokenizer.model_file import BYTE, NORMAL, parse_model
from albert_tf.tokenizer.segmentation import SegmentationEngine
from albert_tf.tokenizer.unknown_runs import BYTE_PIECES
from tests.tokenizer.reference import Library
from tests.tokenizer.small_models import official, small_model

WORDS = (
    "the a film was lovely , . !!! ! 1999, 20, 'tis <unk> zqj <0x41> internationalization".split()
)


def mixed(seed, length=6000):
    """Known words, unknown characters, and what is between, in runs of any length."""
    rng, parts = random.Random(seed), []
    while sum(map(len, parts)) < length:
        count = rng.choice([1, 2, 5, 40, 900])
        parts += rng.choice(
            [
                [" ".join(rng.choices(WORDS, k=min(count, 40)))],
                [rng.choice("😀日🚀") * count],
                [chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(count)],
                rng.choices("!. *-a😀日 ,19'", k=count),
                [chr(rng.randrange(0x20, 0x3000)) for _ in range(min(count, 40))],
            ]
        )
    return "".join(parts)


def engines(content):
    """SentencePiece as tensorflow-text runs it, and the package's engine."""
    return Library(content).tokens, SegmentationEngine(parse_model(content))


@pytest.mark.parametrize("seed", range(4))
def test_same_tokens_as_the_plain_engine(tokenizer, seed):
    expected, engine = engines(tokenizer.model_bytes)
    texts = [mixed(10 * seed + i) for i in range(4)] + ["", " ", "😀", "日 日", "日", "日"]
    found = engine.tokenize_with_offsets(texts)
    for array, wanted in zip(found, expected(texts), strict=True):
        np.testing.assert_array_equal(array, wanted)
    for array, wanted in zip(engine.tokenize(texts), found[:2], strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_rounding_after_a_long_run_stays(tokenizer):
    """After 200,000 the float32 sum moves in steps of 1/64; what it decides then must not change."""
    texts = [
        f"{'日' * run} {'!!! ! ' * 20}a lovely film and well worth the money {'- ' * 9}..."
        for run in (9_000, 12_000)
    ]
    expected, engine = engines(tokenizer.model_bytes)
    ids, splits, *_ = expected(texts)
    alone, *_ = expected([text.lstrip("日") for text in texts[:1]])
    assert ids[2 : splits[1]].tolist() != alone[1:].tolist()  # rounding does decide some of them
    np.testing.assert_array_equal(engine.tokenize(texts)[0], ids)


def test_same_tokens_in_the_graph(tokenizer, in_graph, reference):
    texts = [mixed(100 + i, 3000) for i in range(4)] + ["", "😀", "日", "日 日"]
    expected = reference.batch(texts)
    assert in_graph(texts) == expected
    assert tokenizer.encode_batch(texts) == expected


@pytest.mark.parametrize(
    ("character", "length"),
    [("們", 100_000), pytest.param("😀", 1_000_000, marks=pytest.mark.slow)],
)
def test_a_long_run(tokenizer, in_graph, character, length):
    """Seconds, and minutes for a million, when each character cost a copy of the run."""
    text = f"hello {character * length} world"
    boundary, unknown = tokenizer.piece_to_id("▁"), tokenizer.unk_id
    ids = [10975, boundary, unknown, 126]
    assert tokenizer.encode(text) == ids
    assert in_graph([text, "hello", text]) == [ids, [10975], ids]
    end = len(text) - len(" world")
    spans = [(0, 5), (6, 6), (6, end), (end + 1, len(text))]
    found, offsets = tokenizer.encode(text, offsets=True)
    assert found == ids
    assert [offsets[0], *offsets[2:]] == [spans[0], *spans[2:]]


PIECES = {
    "▁": -2.0,
    "a": -3.0,
    "b": -3.5,
    "ab": -4.0,
    "▁ab": -4.5,
    "日": -5.0,
    "<": -6.0,
    "▁<0x41>": -6.0,
}


def changed(edit):
    model = official(small_model(PIECES))
    edit(model)
    return model.SerializeToString()


def of_type(number):
    return lambda model: setattr(model.trainer_spec, "model_type", number)


def with_own_bytes(model):
    for piece in BYTE_PIECES:
        model.pieces.add(piece=piece, score=0.0, type=BYTE)
    model.trainer_spec.byte_fallback = True


def with_a_piece_named_like_a_byte(model):
    model.pieces.add(piece="<0x41>", score=-1.0, type=NORMAL)


@pytest.mark.parametrize(
    "edit",
    [*map(of_type, (1, 2, 3, 4)), with_own_bytes, with_a_piece_named_like_a_byte],
    ids=["unigram", "bpe", "word", "char", "bytes", "named like a byte"],
)
def test_other_models(edit):
    expected, engine = engines(changed(edit))
    texts = ["ab 語語 abba 日語a", "", "語", "<0x41> <0x42>語", "x語x ab", "語 語", mixed(7, 2000)]
    for array, wanted in zip(engine.tokenize_with_offsets(texts), expected(texts), strict=True):
        np.testing.assert_array_equal(array, wanted)
    assert engine.pieces(texts) == Library(changed(edit)).pieces(texts)


def test_saved_model_joins_runs_too(tokenizer, tmp_path):
    class Module(tf.Module):
        def __init__(self):
            super().__init__()
            self.tokenize = tokenizer.in_graph()

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def __call__(self, texts):
            return self.tokenize(texts)

    tf.saved_model.save(Module(), str(tmp_path / "saved"))
    texts = ["hello 😀😀 world", "日本"]
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    assert loaded(tf.constant(texts)).to_list() == tokenizer.encode_batch(texts)


def test_ids_of_bytes_are_no_ids(tokenizer):
    assert tokenizer.vocab_size == 30000
    assert max(tokenizer.encode("😀 é 日 " * 50)) < 30000
