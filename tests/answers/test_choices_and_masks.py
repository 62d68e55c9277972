"""Choices, fill-in tokens, probabilities, and rows run in another order than given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logsumexp
from scipy.special import softmax as reference_softmax

from albert_tf import AlbertTokenizer
from albert_tf.answers.batching import RowsInOrder, batches_by_length
from albert_tf.answers.choice_reader import ChoiceReader
from albert_tf.answers.choices import ChoiceDecoder
from albert_tf.answers.masks import best_tokens
from albert_tf.answers.probabilities import log_sum, sigmoid, softmax

LOGITS = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=9).map(np.array)


@given(LOGITS)
def test_probabilities_are_scipys(logits):
    np.testing.assert_allclose(softmax(logits), reference_softmax(logits), atol=1e-12)
    np.testing.assert_allclose(sigmoid(logits), expit(logits), atol=1e-12)
    assert log_sum(logits) == pytest.approx(logsumexp(logits))


def test_log_sum_of_nothing():
    assert log_sum(np.array([])) == -np.inf
    assert log_sum([-np.inf, -np.inf]) == -np.inf


def test_the_best_choice_and_the_first_of_equals():
    found = ChoiceDecoder().choice(np.array([1.0, 3.0, 2.0], "float32"))
    assert found.index == 1
    assert found.probability == max(found.scores) == pytest.approx(0.6652, abs=1e-4)
    assert ChoiceDecoder().choice(np.zeros(4)).index == 0


def test_only_choices_that_are_there_have_scores():
    columns = (["a", "b"], [["x"], ["x", "y"]], None)
    packed = ChoiceReader(AlbertTokenizer(), 16).pack(columns)
    logits = np.array([[0.0, 9.0, 9.0], [0.0, 1.0, 9.0]])
    first, second = ChoiceDecoder().answers({"logits": logits}, packed, columns)
    assert first.scores == (1.0,)
    assert second.index == 1
    assert second.scores == pytest.approx((0.2689, 0.7311), abs=1e-4)


def test_the_best_tokens_are_words():
    tokenizer = AlbertTokenizer()
    logits = np.zeros(30_016, "float32")  # tables are padded in some checkpoints
    logits[[tokenizer.mask_id, tokenizer.unk_id, 30_010]] = 90.0
    words = ["▁france", "▁paris", "s"]
    for value, word in enumerate(words, 5):
        logits[tokenizer.piece_to_id(word)] = value
    found = best_tokens(logits, tokenizer, 3)
    assert [token.text for token in found] == ["s", "paris", "france"]
    assert found[0].probability > found[1].probability > found[2].probability


@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 7))
def test_rows_come_back_in_their_order(lengths, batch_size):
    batches = list(batches_by_length(lengths, batch_size))
    found = RowsInOrder(len(lengths))
    for chosen in batches:
        found.put(chosen, {"twice": [2 * i for i in chosen] + [None], "same": np.array(chosen)})
    assert found.by_output == (
        {"twice": [2 * i for i in range(len(lengths))], "same": list(range(len(lengths)))}
        if lengths
        else {}
    )
    assert [lengths[i] for batch in batches for i in batch] == sorted(lengths)
    assert all(len(batch) <= batch_size for batch in batches)
