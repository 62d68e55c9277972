"""Any text at all: the same ids as the step-by-step reference, eager and in the graph."""

import pytest
import tensorflow as tf
from hypothesis import given, settings

from albert_tf.tokenizer import AlbertTokenizer
from tests.tokenizer.reference import Reference
from tests.tokenizer.small_models import small_model
from tests.tokenizer.texts import batches

# Both sigmas, letters with accents and in capitals, and pieces for the digit-comma rule.
OTHER_PIECES = {
    **dict.fromkeys(["▁", "α", "ς", "σ", "Σ", "é", "e", "E", "́", "i", "İ", "ß", "가", "日"], -3.0),
    **{"9": -4.0, ",": -4.0, "▁9,": -2.0, "e9,": -2.5, "▁9": -3.5, "٣,": -2.0},
}


@settings(max_examples=80, deadline=None)
@given(batches)
def test_english(tokenizer, in_graph, reference, batch):
    expected = reference.batch(batch)
    assert tokenizer.encode_batch(batch) == expected
    assert [tokenizer.encode(text) for text in batch] == expected
    assert in_graph(batch) == expected
    assert tokenizer.encode_batch(batch, offsets=True)[0] == expected


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("strip_accents", [True, False])
def test_other_models(lowercase, strip_accents):
    model = small_model(OTHER_PIECES)
    tokenizer = AlbertTokenizer.from_bytes(model, lowercase=lowercase, strip_accents=strip_accents)
    reference = Reference(model, lowercase, strip_accents)
    graph = tf.function(tokenizer.in_graph(), input_signature=[tf.TensorSpec([None], tf.string)])

    @settings(max_examples=30, deadline=None)
    @given(batches)
    def agree(batch):
        expected = reference.batch(batch)
        assert tokenizer.encode_batch(batch) == expected
        assert graph(tf.constant(batch)).to_list() == expected

    agree()
