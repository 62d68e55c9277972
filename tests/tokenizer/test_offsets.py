"""Character spans in the original text."""

import unicodedata

import pytest
from hypothesis import given, settings

from albert_tf.tokenizer import AlbertTokenizer
from tests.tokenizer.reference import preprocess
from tests.tokenizer.small_models import small_model
from tests.tokenizer.texts import texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t ", []),
        ("Hello, World!", ["Hello", ",", "World", "!"]),
        ("  Hello \n\n World ", ["Hello", "World"]),
        ("naïve cafe\u0301 is", ["naïve", "cafe\u0301", "is"]),
        ("in 1999, x9,", ["in", "1999", ",", "x", "9", ","]),
        ("ﬁne ½", ["ﬁne", "½", "½", "½"]),
        ("a\u200bb\ufeff", ["a", "b"]),
        ("a\x01b \x02c", ["a\x01b", "c"]),
        ("a  Ж", ["a", " ", "Ж"]),
        ("Ж", ["", "Ж"]),
        ("x\u00a8Ж", ["x", "\u00a8", "Ж"]),
        ("…", ["", "…", "…", "…"]),
        ("a\ud800b", ["a", "b"]),
        ("\u0301a\u0301\u0302 b", ["a\u0301\u0302", "b"]),
    ],
)
def test_examples(tokenizer, text, expected):
    ids, spans = tokenizer.encode(text, offsets=True)
    assert [text[start:end] for start, end in spans] == expected
    assert ids == tokenizer.encode(text)


def test_spans_do_not_depend_on_the_batch(golden, tokenizer):
    _, together = tokenizer.encode_batch(golden[0], offsets=True)
    alone = [tokenizer.encode(text, offsets=True)[1] for text in golden[0][:300]]
    assert together[:300] == alone


def check_shape(tokenizer, text, ids, spans, splits_in_words=False):
    """In range, in order, and empty only for a boundary that the model added."""
    last = (0, 0)
    for index, (token, (start, end)) in enumerate(zip(ids, spans, strict=True)):
        assert 0 <= start <= end <= len(text)
        assert start >= last[0]
        assert end >= last[1]
        if start == end:
            assert index == 0 or splits_in_words
            assert tokenizer.id_to_piece(token) == "▁"
        last = (start, end)


def check_content(tokenizer, text, ids, spans):
    """What a span shows is what its piece says, and all that is visible is shown."""
    ends_before = [0, *(end for _, end in spans)]
    starts_after = [*(start for start, _ in spans[1:]), len(text)]
    for token, (start, end), before, after in zip(
        ids, spans, ends_before, starts_after, strict=False
    ):
        piece = tokenizer.id_to_piece(token)
        if piece not in ("▁", "<unk>") and before <= start and end <= after:  # alone in its span
            shown = unicodedata.normalize("NFKC", preprocess(text[start:end]))
            shown = "".join(c for c in shown if unicodedata.category(c) not in ("Cc", "Cf"))
            assert shown.strip(" \u2581\ufffd") == piece.removeprefix("▁")
    covered = {index for start, end in spans for index in range(start, end)}
    for index, character in enumerate(text):
        if preprocess(character).strip() and unicodedata.category(character)[0] in "LNP":
            assert index in covered


@settings(max_examples=200, deadline=None)
@given(texts)
def test_properties(tokenizer, text):
    ids, spans = tokenizer.encode(text, offsets=True)
    check_shape(tokenizer, text, ids, spans)
    check_content(tokenizer, text, ids, spans)


def test_properties_on_golden_texts(golden, tokenizer):
    for text, ids, spans in zip(
        golden[0], *tokenizer.encode_batch(golden[0], offsets=True), strict=True
    ):
        check_shape(tokenizer, text, ids, spans)
        check_content(tokenizer, text, ids, spans)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_shape_where_the_character_map_does_the_work(kept_accents, text):
    ids, spans = kept_accents.encode(text, offsets=True)
    check_shape(kept_accents, text, ids, spans, splits_in_words=True)


@pytest.fixture(scope="module")
def kept_accents():
    """A cased model that leaves NFKC to SentencePiece's own character map."""
    pieces = dict.fromkeys(
        ["▁", "a", "e", "é", "i", "1", "9", ",", ".", "▁1,", "9,", "f", "ﷺ"], -3.0
    )
    return AlbertTokenizer.from_bytes(small_model(pieces), lowercase=False, strip_accents=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u0301é", ["", "e\u0301", "é"]),
        ("9１,", ["", "9", "１", ","]),
        ("a9,", ["", "a", "", "9", ","]),  # "9," is split within a word, where "▁" has no place
        ("a9, é", ["", "a", "", "9", ",", " ", "é"]),
        ("ﬁ", ["", "ﬁ", "ﬁ"]),
        ("🄂", ["", "🄂", "🄂"]),  # is "1,", which the digit-comma rule splits
    ],
)
def test_character_map(kept_accents, text, expected):
    _, spans = kept_accents.encode(text, offsets=True)
    assert [text[start:end] for start, end in spans] == expected
