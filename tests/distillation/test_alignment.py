import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.distillation.alignment import (
    NO_WORD,
    shared_words,
    word_means,
    words_of_characters,
    words_of_tokens,
)

TOKENIZER = AlbertTokenizer()


def test_words_are_what_white_space_separates():
    words = words_of_characters("a  big\tcat")
    #          a  _  _  b  i  g  \t c  a  t  end
    assert words.tolist() == [1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]


def test_tokens_of_a_word_share_its_number():
    text = "unbelievable things"
    _, spans = TOKENIZER.encode(text, offsets=True)
    words = words_of_tokens(spans, words_of_characters(text))
    assert words[0] == 0
    assert words[-1] == 3
    pieces = [text[a:b] for a, b in spans]
    assert "".join(p for p, w in zip(pieces, words[1:-1], strict=True) if w == 1) == "unbelievable"


# Of scripts with white space, in which nothing else parts words.
SPACED = st.text(
    st.characters(max_codepoint=0x0DFF)
    | st.characters(min_codepoint=0x1F300, max_codepoint=0x1FAFF),
    min_size=1,
)


@given(SPACED)
@settings(deadline=None)
def test_every_token_has_a_word_of_the_text(text):
    _, spans = TOKENIZER.encode(text, offsets=True)
    words = words_of_tokens(spans, words_of_characters(text))
    assert (np.diff(words) >= 0).all()
    assert words[-1] == len(text.split()) + 1
    for (start, end), word in zip(spans, words[1:-1], strict=True):
        if text[start:end].strip():
            assert text[start:end].split()[0] in text.split()[word - 1]


@given(SPACED)
@settings(deadline=None)
def test_pieces_of_english_join_no_words(text):
    _, spans = TOKENIZER.encode(text, offsets=True)
    words = words_of_characters(text)
    np.testing.assert_array_equal(words_of_characters(text, spans, spans), words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我爱 iPhone手机，真的！！", "我|爱|iPhone|手|机|，|真|的|！|！"),
        ("房间 Room 301很小。。。but ok", "房|间|Room|301|很|小|。|。|。|but|ok"),
        ("コーヒーは２杯で￥500", "コ|ー|ヒ|ー|は|２|杯|で|￥|500"),
        ("ร้านนี้ดี café", "ร้|า|น|นี้|ดี|café"),
        ("한국어 좋아요", "한국어|좋아요"),
        ("good😀好😀！", "good😀|好|😀|！"),
        ("“好吃”…真的", "“|好|吃|”…|真|的"),
    ],
)
def test_words_of_scripts_without_white_space_are_characters(text, expected):
    words = words_of_characters(text)
    groups = [
        "".join(c for c, w in zip(text, words[:-1], strict=True) if w == n).strip()
        for n in range(1, words[-1] + 1)
    ]
    assert groups == expected.split("|")


def test_words_that_one_side_lacks_are_left_out():
    mine, other = shared_words(np.array([0, 1, 2, 2, 4]), np.array([0, 2, 3, 4]))
    assert mine.tolist() == [0, NO_WORD, 1, 1, 2]
    assert other.tolist() == [0, 1, NO_WORD, 2]


def test_means_over_the_tokens_of_each_word():
    states = np.array([[0.0, 1], [2, 3], [4, 5], [100, 100], [6, 7]])
    means = word_means(states, np.array([0, 1, 1, NO_WORD, 2]))
    assert means.tolist() == [[0, 1], [3, 4], [6, 7]]


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_means_are_those_of_a_loop(length, seed):
    random = np.random.default_rng(seed)
    words = np.cumsum(random.integers(0, 2, length))
    words = np.searchsorted(np.unique(words), words)
    words[(random.random(length) < 0.2) & (np.bincount(words)[words] > 1)] = NO_WORD
    kept = np.unique(words[words != NO_WORD])
    words = np.where(words == NO_WORD, NO_WORD, np.searchsorted(kept, words))
    states = random.normal(size=(length, 3))
    expected = [states[words == word].mean(axis=0) for word in range(len(kept))]
    assert word_means(states, words) == pytest.approx(np.reshape(expected, (-1, 3)))
