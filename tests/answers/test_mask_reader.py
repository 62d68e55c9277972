"""Texts with masks as rows of tokens: as pretraining masks them, at their place in the text, and in windows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.answers.mask_reader import MASK, STAND_IN, MaskReader
from albert_tf.answers.masks import MaskDecoder
from albert_tf.errors import ConfigError, DataError
from tests.tokenizer.small_models import SPECIAL, small_model

TOKENIZER = AlbertTokenizer()
CLS, SEP, MASK_ID = TOKENIZER.cls_id, TOKENIZER.sep_id, TOKENIZER.mask_id


def rows(texts, length=64):
    reader = MaskReader(TOKENIZER, length)
    return reader.pack(reader.columns(texts))


def read(text):
    packed = rows([text])
    return packed.token_ids[0].tolist(), packed.offsets[0].tolist()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # of Hugging Face's AlbertTokenizer (transformers 4.57, [MASK] as it comes: lstrip=True) on the same model
        ("the capital of [MASK] is paris", [2, 14, 1057, 16, 4, 25, 1162, 3]),
        ("[MASK] Paris", [2, 4, 1162, 3]),
        ("a [MASK] [MASK] b", [2, 21, 4, 4, 334, 3]),
        ("un[MASK] dog", [2, 367, 4, 1952, 3]),
    ],
)
def test_the_ids_of_transformers(text, ids):
    assert read(text)[0] == ids


WORDS = ["the", "cat", "Paris", "1999", "é", "\U0001f600"]
ENDS = ["", ",", ".", "'s", "\U0001f600", "s"]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(ENDS), st.booleans()), max_size=8)
)
def test_a_mask_is_the_piece_that_pretraining_would_mask(parts):
    """A text whose word `dog` is hidden reads as the same text with the piece of that word replaced."""
    (dog,) = TOKENIZER.encode("dog")
    # Where an s follows, dog would be dogs, one piece; so a word boundary is left there.
    words = [(f"{'dog' if hidden else word}{end}", hidden) for word, end, hidden in parts]
    words = [("dog" if hidden and text == "dogs" else text, hidden) for text, hidden in words]
    plain = " ".join(text for text, _ in words)
    masked = " ".join(text.replace("dog", MASK) if hidden else text for text, hidden in words)
    expected, spans = TOKENIZER.encode(plain, offsets=True)
    found, places = read(masked)
    assert found == [CLS, *(MASK_ID if token == dog else token for token in expected), SEP]
    for token, (start, end), (a, b) in zip(found[1:-1], places[1:-1], spans, strict=True):
        assert masked[start:end] == (MASK if token == MASK_ID else plain[a:b])


@settings(deadline=None)
@given(st.lists(st.one_of(st.just(MASK), st.text(max_size=6)), max_size=6).map("".join))
def test_every_mask_is_there_and_every_token_has_its_place(text):
    found, places = read(text)
    at = [tuple(place) for token, place in zip(found, places, strict=True) if token == MASK_ID]
    assert at == [(n, n + len(MASK)) for n in range(len(text)) if text.startswith(MASK, n)]
    assert all(0 <= start <= end <= len(text) for start, end in places[1:-1])
    if STAND_IN not in text:
        hidden = {n for start, end in at for n in range(start, end)}
        others = [range(*place) for token, place in zip(found, places, strict=True) if token != 4]
        assert not hidden & {n for each in others for n in each}


def test_what_follows_a_mask_without_a_blank_goes_on():
    ids, _ = read("a [MASK], [MASK]\U0001f600 [MASK]\u0301x")
    pieces = [TOKENIZER.id_to_piece(token) for token in ids]
    assert pieces == (["[CLS]", "▁a", "[MASK]", ",", "[MASK]", "<unk>", "[MASK]", "x", "[SEP]"])


def test_masks_of_a_long_text_are_in_the_window_with_most_context():
    text = "one two " * 100 + "[MASK] three " + "four five " * 100 + "[MASK]"
    packed = rows([text, "short [MASK]"], 32)
    assert packed.lengths.max() <= 32
    assert len(packed) > 10
    decoder = MaskDecoder(TOKENIZER)
    places = [
        (packed.text_index[row], *packed.offsets[row][position].tolist(), position)
        for row in range(len(packed))
        for position in decoder.positions(packed, row)
    ]
    assert [place[:3] for place in places] == [
        (0, 800, 806),
        (0, len(text) - 6, len(text)),
        (1, 6, 12),
    ]
    assert min(places[0][3], 31 - places[0][3]) >= 8  # far from both ends


def test_another_spelling_of_the_mask():
    special = (*SPECIAL[:4], "<mask>")
    tokenizer = AlbertTokenizer.from_bytes(small_model({"▁": -1.0, "▁a": -1.0}, special))
    reader = MaskReader(tokenizer, 32)
    packed = reader.pack(reader.columns(["a [MASK] b <mask>"]))
    assert (packed.token_ids[0] == tokenizer.mask_id).sum() == 2


def test_what_is_no_text_with_masks():
    reader = MaskReader(TOKENIZER, 16)
    with pytest.raises(DataError, match="got pairs of texts; expected texts with"):
        reader.columns((["a"], ["b"]))
    with pytest.raises(DataError, match="got the single text"):
        reader.columns("a [MASK]")
    with pytest.raises(DataError, match=r"texts\[1\] is 'None' of type NoneType"):
        reader.columns(["a", None])
    for top in (0, True, 2.0):
        with pytest.raises(ConfigError, match="top is .*; expected a whole number of at least 1"):
            MaskDecoder(TOKENIZER, top)
    assert len(rows([])) == 0
    assert np.array_equal(rows([""]).token_ids[0], [CLS, SEP])
