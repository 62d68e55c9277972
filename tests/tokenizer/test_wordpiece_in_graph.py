"""WordPieces in the TensorFlow graph: the ids of Python, and so of google-research/bert."""

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.errors import DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.normalization import _AFTER_UNICODE_14
from tests.tokenizer.test_wordpiece import ALPHABET, WORDS, content

ODD = [*WORDS[:5], "", "a", "##a", "a", "##", "##\u2028", "b b", "σ", "##ς", "中", "##σ", "\ue000"]
"""Blank lines, lines that stand there twice, pieces that no word spells."""
VOCABULARIES = {"plain": WORDS, "odd": ODD}
FLAGS = [(True, None), (True, False), (False, None), (False, True)]


def function_of(tokenizer):
    """The tokenizer as one traced function: list of str to list of lists of ids."""
    signature = [tf.TensorSpec([None], tf.string)]
    function = tf.function(tokenizer.in_graph(), input_signature=signature)
    return lambda texts: function(tf.constant(texts, tf.string)).to_list()


@pytest.fixture(scope="module")
def pairs():
    """Tokenizers and their traced functions, by vocabulary and flags."""
    made = {}
    for name, lines in VOCABULARIES.items():
        for lowercase, strip_accents in FLAGS:
            tokenizer = AlbertTokenizer.from_bytes(
                content(lines), lowercase=lowercase, strip_accents=strip_accents
            )
            made[name, lowercase, strip_accents] = tokenizer, function_of(tokenizer)
    return made


@pytest.fixture(scope="module")
def in_graph(chinese):
    return function_of(chinese)


def test_golden(in_graph, golden_wordpiece):
    texts, ids = golden_wordpiece
    assert in_graph(texts) == ids


@pytest.mark.parametrize("name", VOCABULARIES)
@pytest.mark.parametrize(("lowercase", "strip_accents"), FLAGS)
@settings(deadline=None, max_examples=60)
@given(
    texts=st.lists(
        st.text(
            st.sampled_from(ALPHABET) | st.characters(exclude_categories=["Cs"]), max_size=12
        ).map(lambda text: text.replace("\ud800", "")),
        max_size=4,
    )
)
def test_same_ids_as_python(pairs, name, lowercase, strip_accents, texts):
    tokenizer, in_graph = pairs[name, lowercase, strip_accents]
    assert in_graph(texts) == tokenizer.encode_batch(texts)


@pytest.mark.parametrize(("lowercase", "strip_accents"), FLAGS)
def test_every_code_point(pairs, lowercase, strip_accents):
    tokenizer, in_graph = pairs["plain", lowercase, strip_accents]
    code_points = [*range(0x3100), *range(0x3100, 0xD800, 31), *range(0xE000, 0x110000, 61)]
    texts = [f"a{chr(c)}b" for c in [*code_points, *_AFTER_UNICODE_14]]
    assert in_graph(texts) == tokenizer.encode_batch(texts)


def test_the_longest_word(pairs):
    tokenizer, in_graph = pairs["plain", True, None]
    texts = ["a" * 200, "a" * 201, "Á" * 200 + "," + "a" * 201, "𝐀" * 200, "x\ue000"]
    assert in_graph(texts) == tokenizer.encode_batch(texts)
    assert [len(ids) for ids in in_graph(texts)] == [200, 1, 202, 1, 1]


def test_bytes_that_are_no_text_are_left_out(in_graph):
    assert in_graph([b"\xff\xe4\xbd\xa0\xe5a", b"\0"]) == [[872, 143], []]


def test_tensors_of_any_rank(chinese):
    tokenize = chinese.in_graph()
    assert tokenize(tf.constant("你好")).numpy().tolist() == [872, 1962]
    assert tokenize(tf.constant([["你"], ["好 你"]])).to_list() == [[[872]], [[1962, 872]]]
    assert tokenize(tf.constant([], tf.string)).to_list() == []
    with pytest.raises(DataError, match="int32"):
        tokenize(tf.constant([1]))


def test_in_a_dataset_and_in_a_saved_model(chinese, tmp_path):
    texts = ["你好！", "iPhone 12"]
    dataset = tf.data.Dataset.from_tensor_slices(texts).batch(2).map(chinese)
    assert next(iter(dataset)).to_list() == chinese.encode_batch(texts)
    module = tf.Module()
    module.tokenize = chinese.in_graph()
    module.call = tf.function(
        lambda texts: module.tokenize(texts).to_tensor(), [tf.TensorSpec([None], tf.string)]
    )
    tf.saved_model.save(module, str(tmp_path), signatures=module.call)
    loaded = tf.saved_model.load(str(tmp_path))
    rows = loaded.call(tf.constant(texts)).numpy().tolist()
    assert [[i for i in row if i] for row in rows] == chinese.encode_batch(texts)
