"""SentencePiece in Python against the C++ library inside tensorflow-text: the same ids, pieces, spans and texts."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.tasks import demo_data
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.model_file import NORMAL, UNUSED, parse_model
from albert_tf.tokenizer.segmentation import SegmentationEngine
from albert_tf.tokenizer.segmentation.unigram import _rounding
from tests.tokenizer.reference import Library
from tests.tokenizer.small_models import official
from tests.tokenizer.texts import FRAGMENTS, batches
from tests.tokenizer.trained_models import CHANGES, trained

WITHOUT_BYTES = ("char", "word")
KINDS = [
    (kind, change)
    for kind, change in itertools.product(("unigram", "bpe", "char", "word"), CHANGES)
    if not (kind in WITHOUT_BYTES and change == "byte fallback")
]
ODD = [
    "",
    " ",
    "  a  b  ",
    "<sep>New York new york<sep>",
    "▁",
    "a▁b",
    "!!! !",
    "! !!!",
    "a\u0301e\u0301",
    "ﬁ½①",
]


@pytest.fixture(scope="module")
def texts():
    random = np.random.default_rng(0)
    alphabet = [
        *FRAGMENTS,
        *map(chr, range(32, 127)),
        *map(chr, random.integers(0x80, 0xD800, 500)),
    ]
    generated = ["".join(random.choice(alphabet, random.integers(1, 40))) for _ in range(600)]
    return [*demo_data("uci_sentences").texts[:300], *generated, *ODD]


def check(content, texts):
    """Compares both engines on texts, and on random ids."""
    model = parse_model(content)
    own, library = SegmentationEngine(model), Library(content)
    assert own.pieces(texts) == library.pieces(texts)
    expected = library.tokens(texts)
    for found, wanted in zip(own.tokenize_with_offsets(texts), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
    for found, wanted in zip(own.tokenize(texts), expected[:2], strict=True):
        np.testing.assert_array_equal(found, wanted)
    random = np.random.default_rng(0)
    rows = [random.integers(0, len(model.pieces), 8) for _ in range(500)]
    assert own.detokenize(rows) == library.detokenize([row.tolist() for row in rows])


@pytest.mark.parametrize(("kind", "change"), KINDS, ids="-".join)
def test_same_as_the_library(kind, change, texts):
    check(trained(kind, change), texts)


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_same_with_pieces_that_are_not_to_be_used(kind, texts):
    model = official(trained(kind, "plain"))
    for piece in model.pieces[::5]:
        if piece.type == NORMAL:
            piece.type = UNUSED
    check(model.SerializeToString(), texts)


@pytest.fixture(scope="module")
def english():
    tokenizer = AlbertTokenizer()
    model = parse_model(tokenizer.model_bytes)
    return SegmentationEngine(model), Library(tokenizer.model_bytes)


@settings(max_examples=300, deadline=None)
@given(batches)
def test_any_text_with_the_english_model(english, texts):
    own, library = english
    for found, wanted in zip(own.tokenize_with_offsets(texts), library.tokens(texts), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_long_runs_of_unknown_characters_take_linear_time(english):
    own, _ = english
    ids, _ = own.tokenize(["🙂" * 200_000])
    assert len(ids) == 2  # the boundary, and one unknown token
    ids, _ = own.tokenize(["好" * 100_000 + " good"])
    assert len(ids) == 3


@given(st.floats(-1e30, -1e-30))
def test_rounding_is_that_of_a_conversion(value):
    below, above, shift = _rounding(value)
    assert below < value <= above
    assert value + shift - shift == float(np.float32(value))
