"""Beams compared: swapped starts are no difference, other numbers and other best places are."""

import numpy as np
import pytest

from albert_tf.export.beam_parity import aligned_beams, best_places
from albert_tf.export.parity import ANY_DIFFERENCE, _Comparison, _scales
from tests.tiny import question_model

STARTS = {4: -0.5, 7: -1.5, 0: -2.0}
ENDS = {4: {6: -0.2, 5: -2.5}, 7: {7: -0.1, 8: -3.0}, 0: {0: -0.3, 9: -2.2}}


def beam(starts=STARTS, ends=ENDS, none=0.5):
    """Outputs for one row, from log-probabilities by place."""
    flat = [pair for start in starts for pair in ends[start].items()]
    return {
        "start_top_log_probs": np.array(list(starts.values()), "float32"),
        "start_top_index": np.array(list(starts), "int32"),
        "end_top_log_probs": np.array([score for _, score in flat], "float32"),
        "end_top_index": np.array([place for place, _ in flat], "int32"),
        "cls_logits": np.float32(none),
    }


def compared(expected, found):
    comparison = _Comparison(question_model(sizes={"num_hidden_layers": 1}), expected, found)
    scales = _scales([comparison.expected])
    labels = comparison.labels(scales, ANY_DIFFERENCE.agreement)
    return comparison, scales, labels


def test_the_same_in_another_order_of_equal_starts():
    close = {4: -0.5, 7: -2.0, 0: -2.0001}
    swapped = {4: -0.5, 0: -2.0, 7: -2.0001}
    comparison, scales, labels = compared(beam(close), beam(swapped))
    assert comparison.largest < 2e-4
    assert comparison.relative(scales) < 1e-4
    assert (labels.compared, labels.equal) == (3, 3)


@pytest.mark.parametrize(
    ("found", "largest", "equal"),
    [
        (beam(none=-0.1), 0.6, 2),
        (beam({4: -0.5, 7: -1.5, 0: -2.4}), 0.4, 3),
        (beam(ends={**ENDS, 7: {7: -0.9, 8: -3.0}}), 0.8, 3),
        (beam(ends={**ENDS, 4: {5: -0.2, 6: -2.5}}), 0.0, 2),  # the best span is another
        (beam({7: -0.5, 4: -1.5, 0: -2.0}), 0.0, 1),
        (beam({9: -0.5, 7: -1.5, 0: -2.0}, {**ENDS, 9: {9: -5.0, 8: -5.5}}), 0.0, 1),
    ],
)
def test_differences(found, largest, equal):
    comparison, _, labels = compared(beam(), found)
    assert comparison.largest == pytest.approx(largest, abs=1e-6)
    assert (labels.compared, labels.equal) == (3, equal)


def test_places_that_no_token_has_do_not_count():
    few = {4: -0.1, 0: -2.0, 11: -1e9}
    ends = {**ENDS, 4: {5: 0.0, 12: -1e9}, 11: {5: -0.5, 12: -1e9}}
    mine, theirs = aligned_beams(beam(few, ends), beam({**few, 11: -2e9}, ends))
    assert mine["start_top_log_probs"].tolist() == pytest.approx([-0.1, -2.0])
    assert mine["end_top_log_probs"].tolist() == pytest.approx([0.0, -0.3, -2.2])
    for name in mine:
        np.testing.assert_array_equal(mine[name], theirs[name])


def test_no_start_in_common():
    ends = {1: {2: -0.1, 3: -1.0}, 2: {2: -0.1, 3: -1.0}, 3: {3: -0.1, 4: -1.0}}
    comparison, _, labels = compared(beam(), beam({1: -0.5, 2: -1.5, 3: -2.0}, ends))
    assert comparison.largest == 0.0
    assert (labels.compared, labels.equal) == (3, 1)


def test_leads():
    (start, span) = best_places(beam())
    assert start == ("start_top_log_probs", (4,), pytest.approx(1.0))
    assert span == ("end_top_log_probs", (4, 6), pytest.approx(0.9))
    (start, span) = best_places(beam({4: -0.5}, {4: {6: -0.2}}))
    assert (start[2], span[2]) == (np.inf, np.inf)
