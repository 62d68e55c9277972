"""The digit-comma rule as a table."""

import numpy as np
import pytest

from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.digit_comma import build_digit_comma_table, is_digit_comma
from albert_tf.tokenizer.model_file import parse_model
from albert_tf.tokenizer.segmentation import SegmentationEngine
from tests.tokenizer.reference import Reference
from tests.tokenizer.small_models import small_model


@pytest.fixture(scope="module")
def english_table(tokenizer):
    model = parse_model(tokenizer.model_bytes)
    return build_digit_comma_table(model, SegmentationEngine(model))


def test_english_has_141_matching_pieces(tokenizer, english_table):
    matching = english_table.matching_ids.tolist()
    assert len(matching) == 141
    pieces = [tokenizer.id_to_piece(index) for index in matching]
    assert all(is_digit_comma(piece) for piece in pieces)
    assert "▁2000," in pieces
    assert all(piece.startswith("▁") for piece in pieces)


def test_every_english_piece_is_split_as_the_reference_does(tokenizer, english_table, reference):
    matching = english_table.matching_ids.tolist()
    pieces = [tokenizer.id_to_piece(index) for index in matching]
    expected = reference.batch([piece[1:] for piece in pieces])
    for index, piece, expected_ids in zip(matching, pieces, expected, strict=True):
        ids, _ = english_table.expand(np.array([index]))
        assert ids.tolist() == expected_ids
        assert "".join(tokenizer.id_to_piece(i) for i in ids) == piece


def test_other_ids_stay(english_table):
    ids = np.setdiff1d(np.arange(30000), english_table.matching_ids)
    expanded, origin = english_table.expand(ids)
    assert expanded is ids
    assert origin is None


def test_expand_mixes(tokenizer, english_table):
    joined, plain = tokenizer.piece_to_id("▁2000,"), tokenizer.piece_to_id("▁the")
    ids, origin = english_table.expand(np.array([plain, joined, joined, plain]))
    assert [tokenizer.id_to_piece(i) for i in ids] == [
        *("▁the", "▁2000", ",", "▁2000", ",", "▁the")
    ]
    assert origin.tolist() == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a9, 9,", ["▁a", "9", ",", "▁", "▁9", ","]),
        ("99,", ["▁9", "▁9", ","]),
        ("ab1,", ["▁a", "▁", "b", "1", ","]),
        ("x9,b", ["▁", "<unk>", "▁9", ",", "b"]),
    ],
)
def test_pieces_within_words_gain_a_boundary(text, expected):
    """What google-research/albert `encode_pieces` gives with sentencepiece 0.1.99, on this model."""
    pieces = {"▁a9,": -1.0, "▁": -3.0, "▁a": -3.0, "a": -3.0, "9": -3.0, "▁9": -3.5}
    pieces |= {"9,": -2.0, ",": -3.0, "b": -4.0, "b1,": -2.0, "1": -4.0}
    tokenizer = AlbertTokenizer.from_bytes(small_model(pieces))
    assert [tokenizer.id_to_piece(i) for i in tokenizer.encode(text)] == expected
    in_graph = tokenizer.in_graph()([text]).to_list()[0]
    assert [tokenizer.id_to_piece(i) for i in in_graph] == expected


@pytest.mark.parametrize("text", ["1,", "a1,", "٣,", "11,", "1,1,", "x²,"])
@pytest.mark.parametrize(
    "pieces",
    [
        {"▁1,": -1.0, "1,": -1.0, "▁": -3.0, ",": -3.0, "a": -3.0},  # the digit alone is unknown
        {"▁1,": -1.0, "1,": -1.0, "▁": -3.0, ",": -3.0, "▁1": -3.0, "a": -3.0},
        {"a1,": -1.0, "▁a1,": -1.0, "▁": -3.0, ",": -3.0, "1": -3.0, "▁a": -3.0, "٣,": -2.0},
    ],
)
def test_small_vocabularies(text, pieces):
    model = small_model(pieces)
    reference = Reference(model, strip_accents=False)
    tokenizer = AlbertTokenizer.from_bytes(model, strip_accents=False)
    assert tokenizer.encode(text) == reference.ids(text)
    assert tokenizer.in_graph()([text]).to_list() == [reference.ids(text)]
