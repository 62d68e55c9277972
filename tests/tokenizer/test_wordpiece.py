"""WordPieces: ids of google-research/bert, spans, the vocabulary's file, and texts of ids."""

import copy
import gzip
import pickle
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.errors import CheckpointError, ConfigError, DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.normalization import _AFTER_UNICODE_14
from albert_tf.tokenizer.wordpiece import engine
from tests.tokenizer.bert_reference import FullTokenizer

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "want", "##ed"]
WORDS += [
    "a",
    "##a",
    "b",
    "##b",
    ",",
    ".",
    "=",
    "中",
    "国",
    "ο",
    "##σ",
    "##ς",
    "σ",
    "ς",
    "'",
    "##1",
]
ALPHABET = "aAbBuUnNσΣςοΟ中国豈,.=≠'1é\u0301\u00ad\u200d\u0345\u302e\U0001d165\0\ufffd\u2028\u3000 \t\x85Ǆİ한\ud800"


def content(words=WORDS) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


@pytest.fixture(scope="module")
def small() -> AlbertTokenizer:
    return AlbertTokenizer.from_bytes(content())


def test_golden(chinese, golden_wordpiece):
    texts, ids = golden_wordpiece
    assert chinese.kind == "wordpiece"
    assert chinese.encode_batch(texts) == ids
    assert [chinese.encode(text) for text in texts[::9]] == ids[::9]


def test_spans_normalize_to_their_pieces(chinese, golden_wordpiece):
    reference = FullTokenizer(chinese.pieces)
    checked = 0
    rows = zip(
        golden_wordpiece[0], *chinese.encode_batch(golden_wordpiece[0], offsets=True), strict=True
    )
    for text, ids, spans in rows:
        for index, (start, end) in zip(ids, spans, strict=True):
            normal = "".join(reference.words(text[start:end])).replace("ς", "σ")
            piece = chinese.id_to_piece(index).replace("ς", "σ")
            if index == chinese.unk_id:
                assert normal
            elif end - start == 1 and len(normal) > 1:  # one character that is several pieces
                assert piece.removeprefix("##") in normal
            else:
                assert piece.removeprefix("##" * (len(piece) > 2)) == normal
                checked += 1
    assert checked > 73_000


def test_chinese_reviews(chinese, shared):
    path = shared / "data" / "zh_reviews" / "neg.txt.gz"
    texts = gzip.decompress(path.read_bytes()).decode().splitlines()[::25]
    reference = FullTokenizer(chinese.pieces)
    assert chinese.encode_batch(texts) == [reference.encode(text) for text in texts]


@pytest.mark.parametrize(
    ("lowercase", "strip_accents"), [(True, None), (True, False), (False, None), (False, True)]
)
@settings(deadline=None, max_examples=150)
@given(
    texts=st.lists(
        st.text(
            st.sampled_from(ALPHABET)
            | st.characters().filter(lambda c: ord(c) not in _AFTER_UNICODE_14),
            max_size=12,
        ),
        max_size=4,
    )
)
def test_same_ids_as_the_reference(lowercase, strip_accents, texts):
    tokenizer = AlbertTokenizer.from_bytes(
        content(), lowercase=lowercase, strip_accents=strip_accents
    )
    strips = lowercase if strip_accents is None else strip_accents
    reference = FullTokenizer(tokenizer.pieces, lowercase, strips)
    ids, spans = tokenizer.encode_batch(texts, offsets=True)
    assert ids == [reference.encode(text) for text in texts]
    assert tokenizer.encode_batch(texts) == ids
    for text, places in zip(texts, spans, strict=True):
        assert all(0 <= start < end <= len(text) for start, end in places)
        assert places == sorted(places)


def test_every_code_point(small):
    texts = [f"a{chr(c)}b" for c in range(0x110000) if c not in _AFTER_UNICODE_14]
    texts = texts[:0x3100] + texts[0x3100::37]
    reference = FullTokenizer(small.pieces)
    assert small.encode_batch(texts) == [reference.encode(text) for text in texts]


def test_characters_that_later_versions_of_unicode_define_are_letters(small):
    for code_point in _AFTER_UNICODE_14:
        assert small.encode(f"a{chr(code_point)}b") == [small.unk_id]


def test_the_longest_word(small):
    assert small.encode("a" * 200) == [small.piece_to_id("a")] + [small.piece_to_id("##a")] * 199
    assert small.encode("a" * 201) == [small.unk_id]
    assert small.encode("a" * 201 + "b," + "Á" * 200)[:2] == [small.unk_id, small.piece_to_id(",")]
    assert len(small.encode("a." * 100_000)) == 200_000


def test_a_long_batch_and_many_words_are_the_same_texts(small, monkeypatch):
    texts = [f"unwanted {'ab' * (n % 7)} Σ{n} 中,国" for n in range(300)] + ["", " "]
    expected = [small.encode(text, offsets=True) for text in texts]
    monkeypatch.setattr(engine, "_CHUNK", 100)
    monkeypatch.setattr(engine, "_REMEMBERED", 5)
    ids, spans = AlbertTokenizer.from_bytes(content()).encode_batch(texts, offsets=True)
    assert list(zip(ids, spans, strict=True)) == expected
    assert small.encode_batch([], offsets=True) == ([], [])


def test_accents_belong_to_the_span_before_them(small):
    ids, spans = small.encode("a\u0301b 中\u0301, b\u00ad\u0301", offsets=True)
    assert ids == [small.piece_to_id(p) for p in ("a", "##b", "中", ",", "b")]
    assert spans == [(0, 2), (2, 3), (4, 6), (6, 7), (8, 9)]


def test_lines_of_the_file():
    lines = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "", "a", "b ", "a"]
    plain = AlbertTokenizer.from_bytes(content(lines))
    assert plain.vocab_size == 8
    assert plain.encode("a b") == [7, 6]  # of equal lines the last, as the reference
    assert plain.decode([5, 4, 6]) == "a b"
    for written in ("\ufeff" + "\n".join(lines), "\r\n".join(lines), "\n".join(lines) + "\n\n \n"):
        other = AlbertTokenizer.from_bytes(written.encode())
        assert (other.pieces, other.encode("a b")) == (plain.pieces, [7, 6])


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            content(["[PAD]", "[CLS]", "a"]),
            r"nor a vocabulary of WordPieces \(none of its 3 lines is \[UNK\]",
        ),
        ("\n".join(WORDS).encode("utf-16"), "is written in UTF-16; save it as UTF-8"),
        ("\n".join(WORDS).encode("gb18030"), r"byte \d+ is not UTF-8; save it as UTF-8"),
    ],
)
def test_files_that_are_refused(tmp_path, written, message):
    path = tmp_path / "vocab.txt"
    path.write_bytes(written)
    with pytest.raises(CheckpointError, match=message) as caught:
        AlbertTokenizer(path)
    assert "vocab.txt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_special_tokens():
    with pytest.raises(ConfigError, match=r"no '\[SEP\]' or '<sep>' piece"):
        AlbertTokenizer.from_bytes(content(["[PAD]", "[UNK]", "[CLS]", "a"]))
    without_mask = AlbertTokenizer.from_bytes(content(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"]))
    with pytest.raises(ConfigError, match=r"\[MASK\]"):
        without_mask.mask_id  # noqa: B018
    with pytest.raises(ConfigError, match="no probabilities"):
        without_mask.scores  # noqa: B018


def test_ids_of_no_text(chinese):
    assert chinese.special_ids >= {
        0,
        *range(100, 106),
    }  # [PAD], [UNK], [CLS], [SEP], [MASK], <S>, <T>
    assert chinese.piece_to_id("[unused9]") in chinese.special_ids
    assert chinese.piece_to_id("中") not in chinese.special_ids
    assert (chinese.cls_id, chinese.sep_id, chinese.pad_id, chinese.mask_id, chinese.unk_id) == (
        101,
        102,
        0,
        103,
        100,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天天气很好，我们去Hello World吧！", "今天天气很好，我们去hello world吧！"),
        ("An unaffable (cat), it is.", "an unaffable (cat), it is."),
        ("iPhone 12 中文 abc", "iphone 12中文abc"),
        ("一\U0002a6d6二", "一⁇二"),
        ("", ""),
    ],
)
def test_decode(chinese, text, expected):
    ids = [chinese.cls_id, *chinese.encode(text), chinese.sep_id]
    assert chinese.decode(ids) == expected
    assert chinese.encode(chinese.decode(ids)) == ids[1:-1] or "⁇" in expected


def test_pairs_are_packed(chinese):
    packed = chinese.pack(["你好吗"], ["很好"], max_length=8, offsets=True)
    assert packed.token_ids[0].tolist() == [
        101,
        *chinese.encode("你好吗"),
        102,
        *chinese.encode("很好"),
        102,
    ]
    assert packed.segment_ids[0].tolist() == [0] * 5 + [1] * 3
    with pytest.raises(DataError, match=r"texts\[0\]"):
        chinese.pack([None])


def test_kept_settings(small):
    cased = AlbertTokenizer.from_bytes(content(), lowercase=False, mask_token="un")
    assert (cased.lowercase, cased.strip_accents) == (False, False)
    assert (small.lowercase, small.strip_accents) == (True, True)
    for again in (
        pickle.loads(pickle.dumps(cased)),
        copy.deepcopy(cased),
        AlbertTokenizer.from_config(cased.get_config(), cased.model_bytes),
    ):
        assert again.get_config() == cased.get_config()
        assert again.encode("A a") == [again.unk_id, again.piece_to_id("a")]


def test_unicode_of_the_reference():
    """The tests above compare with the running Python's Unicode, but for what came after 14.0."""
    assert unicodedata.unidata_version >= "14"
