"""Beams of spans: what is left of them, against trying each, and what must hold of any beam."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.answers.spans import BeamDecoder, span_decoder
from tests.answers.test_spans import CONTEXT, QUESTION, pack


def random_beams(packed, seed, starts=5, ends=4, everywhere=False):
    """A beam for each row: distinct places, mostly of the context, log-probabilities best first."""
    random = np.random.default_rng(seed)
    outputs = {name: [] for name in ("start_top", "end_top")}
    places, logs = ([[], []] for _ in range(2))
    for row in range(len(packed)):
        count = packed.lengths[row] + (8 if everywhere else 0)  # places of padding too
        likely = np.flatnonzero(packed.segment_ids[row] == 1)
        first = random.permutation(count if everywhere else likely)[:starts]
        first = np.concatenate([first, np.arange(starts - len(first)) + count])
        last = [random.permutation(count + ends)[:ends] for _ in range(starts)]
        places[0].append(first.astype("int32"))
        places[1].append(np.concatenate(last).astype("int32"))
        for kind, shape in enumerate(((starts,), (starts, ends))):
            scores = -np.sort(random.exponential(3.0, shape), axis=-1)
            logs[kind].append(scores.ravel().astype("float32"))
    outputs = {"start_top_index": places[0], "end_top_index": places[1]}
    outputs |= {"start_top_log_probs": logs[0], "end_top_log_probs": logs[1]}
    return outputs | {"cls_logits": list(random.standard_normal(len(packed)).astype("float32"))}


def by_trying(outputs, packed, most):
    """Every span in the beams of one context that may be an answer, with its score."""
    spans = {}
    for row in range(len(packed)):
        offsets, segments = packed.offsets[row], packed.segment_ids[row]
        starts = outputs["start_top_index"][row]
        width = len(outputs["end_top_index"][row]) // len(starts)
        for i, first in enumerate(starts):
            for j in range(width):
                last = outputs["end_top_index"][row][i * width + j]
                if not (first <= last < min(first + most, len(offsets))):
                    continue
                if not packed.max_context[row][first]:
                    continue
                if any(segments[t] != 1 or offsets[t, 0] < 0 for t in (first, last)):
                    continue
                score = float(outputs["start_top_log_probs"][row][i])
                score += float(outputs["end_top_log_probs"][row][i * width + j])
                spans[row, first, last] = (score, int(offsets[first, 0]), int(offsets[last, 1]))
    return spans


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("can_be_unanswerable", [False, True])
def test_the_same_as_trying_all(seed, can_be_unanswerable):
    packed = pack([CONTEXT])
    assert len(packed) > 2
    outputs = random_beams(packed, seed, everywhere=seed % 2 == 1)
    spans = by_trying(outputs, packed, most=7)
    assert spans
    decoder = BeamDecoder(
        max_answer_tokens=7, can_be_unanswerable=can_be_unanswerable, no_answer_threshold=2.0
    )
    (answer,) = decoder.answers(outputs, packed, ([QUESTION], [CONTEXT]))
    score, start, end = max(spans.values())
    share = np.exp(score) / sum(np.exp(each) for each, *_ in spans.values())
    none = (
        1.0 / (1.0 + np.exp(-min(map(float, outputs["cls_logits"])))) if can_be_unanswerable else 0
    )
    assert answer.text == CONTEXT[start:end].strip()
    assert answer.probability == pytest.approx(share * (1 - none))
    assert answer.no_answer_probability == (pytest.approx(none) if can_be_unanswerable else None)


def test_no_answer_from_the_threshold_on():
    packed = pack([CONTEXT], max_length=512)
    outputs = random_beams(packed, 0) | {"cls_logits": [np.float32(0.5)]}
    for threshold, is_none in ((0.5, True), (0.63, False)):
        head = {"end_conditioned_on_start": True, "can_be_unanswerable": True}
        decoder = span_decoder({**head, "no_answer_threshold": threshold, "start_n_top": 5})
        (answer,) = decoder.answers(outputs, packed, ([QUESTION], [CONTEXT]))
        assert (answer.text == "") == is_none
        assert answer.no_answer_probability == pytest.approx(1 / (1 + np.exp(-0.5)))
        assert answer.alternatives


@pytest.mark.parametrize("can_be_unanswerable", [False, True])
def test_a_beam_without_a_span_of_the_context_has_no_answer(can_be_unanswerable):
    packed = pack([CONTEXT], max_length=512)
    outputs = random_beams(packed, 0) | {"start_top_index": [np.zeros(5, "int32")]}  # all [CLS]
    outputs["cls_logits"] = [np.float32(-2.0)]
    decoder = BeamDecoder(can_be_unanswerable=can_be_unanswerable)
    (answer,) = decoder.answers(outputs, packed, ([QUESTION], [CONTEXT]))
    assert (answer.text, answer.start, answer.end, answer.alternatives) == ("", None, None, ())
    expected = 1 / (1 + np.exp(2.0)) if can_be_unanswerable else 1.0
    assert answer.probability == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=60), min_size=1, max_size=3),
    st.integers(0, 99),
    st.booleans(),
    st.booleans(),
)
def test_any_text(contexts, seed, can_be_unanswerable, everywhere):
    packed = pack(contexts)
    outputs = random_beams(packed, seed, everywhere=everywhere)
    decoder = BeamDecoder(can_be_unanswerable=can_be_unanswerable)
    answers = decoder.answers(outputs, packed, ([QUESTION] * len(contexts), contexts))
    for answer, context in zip(answers, contexts, strict=True):
        total = sum(span.probability for span in answer.alternatives)
        assert total + (answer.no_answer_probability or 0.0) <= 1.0 + 1e-9
        for span in answer.alternatives:
            assert context[span.start : span.end] == span.text == span.text.strip() != ""
        json.dumps(dataclasses.asdict(answer), allow_nan=False)
