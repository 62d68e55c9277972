"""The tokenizer as TensorFlow ops: where it can stand, and what it takes."""

import pytest
import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.tokenizer import AlbertTokenizer
from tests.tokenizer.reference import Reference
from tests.tokenizer.small_models import small_model

TEXTS = ["Hello, World!", "in 1999, naïve", "", "½ Ж", "a\0b", "ﷺ ① 가\u2028 x"]


@pytest.fixture(scope="module")
def expected(tokenizer):
    return tokenizer.encode_batch(TEXTS)


def test_dataset(tokenizer, expected):
    dataset = tf.data.Dataset.from_tensor_slices(TEXTS)
    batched = dataset.batch(4).map(tokenizer.in_graph())
    assert [row for batch in batched for row in batch.to_list()] == expected
    single = dataset.map(tokenizer.in_graph())
    assert [ids.numpy().tolist() for ids in single] == expected


def test_made_while_a_function_is_traced(expected):
    tokenizer, made = AlbertTokenizer(), []  # one that was not used before

    def tokenize(batch):
        made.append(tokenizer.in_graph())
        return made[-1](batch)

    batched = tf.data.Dataset.from_tensor_slices(TEXTS).batch(2).map(tokenize)
    assert [row for batch in batched for row in batch.to_list()] == expected


def test_ranks(tokenizer, expected):
    graph = tokenizer.in_graph()
    assert graph(TEXTS[0]).numpy().tolist() == expected[0]
    flat = graph(tf.constant(TEXTS))
    assert flat.dtype == tf.int32
    assert flat.to_list() == expected
    square = graph(tf.reshape(tf.constant(TEXTS), [3, 2]))
    assert square.to_list() == [expected[0:2], expected[2:4], expected[4:6]]
    cube = graph(tf.reshape(tf.constant(TEXTS), [1, 3, 2]))
    assert cube.to_list() == [square.to_list()]
    ragged = graph(tf.ragged.constant([TEXTS[:4], [], TEXTS[4:]]))
    assert ragged.to_list() == [expected[:4], [], expected[4:]]
    assert graph(tf.constant([], tf.string)).to_list() == []


def test_saved_model(tokenizer, expected, tmp_path):
    class Module(tf.Module):
        def __init__(self):
            super().__init__()
            self.tokenize = tokenizer.in_graph()

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def __call__(self, texts):
            ids = self.tokenize(texts)
            return {"ids": ids.values, "splits": ids.row_splits}

    tf.saved_model.save(Module(), tmp_path / "saved")
    outputs = tf.saved_model.load(tmp_path / "saved")(tf.constant(TEXTS))
    ids = tf.RaggedTensor.from_row_splits(outputs["ids"], outputs["splits"])
    assert ids.to_list() == expected


@pytest.mark.parametrize("broken", [b"a\xffb", b"a\xed\xa0\x80b", b"a\xc3", b"\xf0\x9f\x99 b"])
def test_broken_utf8_reads_as_replacement_characters(tokenizer, broken):
    text = broken.decode("utf-8", errors="replace")
    assert tokenizer.in_graph()([broken]).to_list() == [tokenizer.encode(text)]


@pytest.mark.parametrize(
    "text", ["ΑΣ", "ΑΣΑ", "Σ", "ΑΣ ΣΑ", "Α'Σ", "ΑΣ'Α", "ΑΣ'", "ΑΣ\u00ad\u0345 ", "𝛢𝛴", "1Σ", "ΑΣ1Α"]
)
def test_final_sigma(text):
    model = small_model(dict.fromkeys(["▁", "α", "σ", "ς", "'"], -3.0))
    tokenizer = AlbertTokenizer.from_bytes(model)
    expected = Reference(model).ids(text)
    assert tokenizer.in_graph()([text, "Α", text]).to_list()[::2] == [expected] * 2
    assert tokenizer.encode(text) == expected


def test_what_it_refuses(tokenizer):
    graph = tokenizer.in_graph()
    with pytest.raises(DataError, match="int32"):
        graph(tf.constant([1, 2]))
    any_rank = tf.function(graph, input_signature=[tf.TensorSpec(None, tf.string)])
    with pytest.raises(Exception, match="of a rank that is known"):  # TensorFlow wraps ours
        any_rank.get_concrete_function()
