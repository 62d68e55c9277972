"""Spans: against every span tried one by one, and what must hold of any logits."""

import dataclasses
import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.answers.spans import SpanDecoder

TOKENIZER = AlbertTokenizer()
QUESTION = "Where does it live?"
CONTEXT = (
    "Der Yapok, a “marsupial”, lives ﬁnely in Ａｍａｚｏｎｉａ 🙂 — and in São Paulo, it is said."
)


def pack(contexts, max_length=24, stride=5):
    return TOKENIZER.pack(
        [QUESTION] * len(contexts),
        contexts,
        max_length=max_length,
        truncate="only_second",
        stride=stride,
        offsets=True,
    )


def random_logits(packed, seed, scale=3.0):
    random = np.random.default_rng(seed)
    return [
        [scale * random.standard_normal(n).astype("float32") for n in packed.lengths] for _ in "se"
    ]


def read(starts, ends, packed, contexts):
    """What a decoder takes."""
    outputs = {"start_logits": starts, "end_logits": ends}
    return outputs, packed, ([QUESTION] * len(contexts), contexts)


def by_trying(starts, ends, packed, most):
    """Every span of the only context, with its score, at the window that google-research's code takes."""
    spans = {}
    for row in range(len(packed)):
        offsets, segments = packed.offsets[row], packed.segment_ids[row]
        places = [i for i in range(len(offsets)) if segments[i] == 1 and offsets[i, 0] >= 0]
        for i, j in itertools.product(places, places):
            if i <= j < i + most and packed.max_context[row][i]:
                key = (packed.window_start[row] + i, packed.window_start[row] + j)
                assert key not in spans, "a span stands in one window only"
                score = float(starts[row][i]) + float(ends[row][j])
                spans[key] = (score, int(offsets[i, 0]), int(offsets[j, 1]))
    return spans


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("can_be_unanswerable", [False, True])
def test_the_same_as_trying_all(seed, can_be_unanswerable):
    packed = pack([CONTEXT])
    assert len(packed) > 2
    starts, ends = random_logits(packed, seed)
    spans = by_trying(starts, ends, packed, most=7)
    none = min(float(s[0]) + float(e[0]) for s, e in zip(starts, ends, strict=True))
    weights = np.exp([score for score, *_ in spans.values()])
    total = weights.sum() + (np.exp(none) if can_be_unanswerable else 0.0)
    (answer,) = SpanDecoder(
        max_answer_tokens=7, num_alternatives=3, can_be_unanswerable=can_be_unanswerable
    ).answers(*read(starts, ends, packed, [CONTEXT]))
    score, start, end = max(spans.values())
    best = answer.alternatives[0]
    assert CONTEXT[start:end].strip() == best.text
    assert best.probability == pytest.approx(np.exp(score) / total)
    if can_be_unanswerable:
        assert answer.no_answer_probability == pytest.approx(np.exp(none) / total)
    else:
        assert (answer.text, answer.probability) == (best.text, best.probability)
        assert answer.no_answer_probability is None


def test_gold_positions_give_the_gold_span():
    packed = pack([CONTEXT, "Paris."], max_length=512)
    for number, wanted in ((0, "Ａｍａｚｏｎｉａ"), (0, "São Paulo"), (1, "Paris")):
        context = [CONTEXT, "Paris."][number]
        begin = context.index(wanted)
        starts, ends = ([np.zeros(n, "float32") for n in packed.lengths] for _ in "se")
        offsets = packed.offsets[number]
        inside = (packed.segment_ids[number] == 1) & (offsets[:, 0] >= 0)
        starts[number][np.flatnonzero(inside & (offsets[:, 1] > begin))[0]] = 50.0
        ends[number][np.flatnonzero(inside & (offsets[:, 0] < begin + len(wanted)))[-1]] = 50.0
        answer = SpanDecoder().answers(*read(starts, ends, packed, [CONTEXT, "Paris."]))[number]
        assert (answer.text, answer.start, answer.end) == (wanted, begin, begin + len(wanted))
        assert answer.probability == pytest.approx(1.0)


def test_no_answer_where_the_model_is_surer_of_none():
    packed = pack([CONTEXT], max_length=512)
    starts, ends = ([np.zeros(n, "float32") for n in packed.lengths] for _ in "se")
    starts[0][0] = ends[0][0] = 10.0
    (answer,) = SpanDecoder(can_be_unanswerable=True).answers(
        *read(starts, ends, packed, [CONTEXT])
    )
    assert (answer.text, answer.start, answer.end) == ("", None, None)
    assert answer.probability == answer.no_answer_probability > 0.99
    assert answer.alternatives
    (forced,) = SpanDecoder(can_be_unanswerable=True, no_answer_threshold=1.1).answers(
        *read(starts, ends, packed, [CONTEXT])
    )
    assert forced.text == forced.alternatives[0].text


@pytest.mark.parametrize("context", ["", "   ", "\u200b"])
def test_a_context_without_words_has_no_answer(context):
    packed = pack([context])
    starts, ends = random_logits(packed, 0)
    (answer,) = SpanDecoder().answers(*read(starts, ends, packed, [context]))
    assert (answer.text, answer.start, answer.end, answer.alternatives) == ("", None, None, ())
    assert answer.probability == 1.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=3), st.integers(0, 99), st.booleans())
def test_any_text(contexts, seed, can_be_unanswerable):
    packed = pack(contexts)
    starts, ends = random_logits(packed, seed, scale=30.0)
    decoder = SpanDecoder(can_be_unanswerable=can_be_unanswerable)
    answers = decoder.answers(*read(starts, ends, packed, contexts))
    for answer, context in zip(answers, contexts, strict=True):
        total = sum(span.probability for span in answer.alternatives)
        assert total + (answer.no_answer_probability or 0.0) <= 1.0 + 1e-9
        for span in answer.alternatives:
            assert context[span.start : span.end] == span.text == span.text.strip() != ""
        assert list(answer.alternatives) == sorted(
            answer.alternatives, key=lambda s: -s.probability
        )
        json.dumps(dataclasses.asdict(answer), allow_nan=False)
