"""The TensorFlow resource behind a tokenizer: it survives what drops kernels, and models stay apart."""

import gc

import keras
import tensorflow as tf

from albert_tf.tokenizer import AlbertTokenizer

HELLO = [10975, 126]


def test_survives_clear_session():
    tokenizer = AlbertTokenizer()
    in_graph = tokenizer.in_graph()
    assert tokenizer.encode("hello world") == HELLO
    keras.backend.clear_session()
    assert tokenizer.encode("hello world") == HELLO
    assert in_graph(tf.constant(["hello world"])).to_list() == [HELLO]


def test_survives_the_end_of_another_tokenizer_of_the_same_model():
    tokenizer = AlbertTokenizer()
    assert tokenizer.encode("hello world") == HELLO
    other = AlbertTokenizer()
    assert other.encode("hello world") == HELLO
    del other
    gc.collect()
    keras.backend.clear_session()
    assert tokenizer.encode("hello world") == HELLO


def test_models_stay_apart():
    bundled = AlbertTokenizer()
    swapped = bundled.model_bytes.replace("▁hello".encode(), "▁hezzo".encode())
    other = AlbertTokenizer.from_bytes(swapped)
    assert bundled.encode("hello") == [10975]
    assert other.encode("hezzo") == [10975]
    assert other.encode("hello") != [10975]
    assert bundled.encode("hello") == [10975]
