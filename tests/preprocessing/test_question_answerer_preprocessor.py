"""Questions and contexts: windows, and answers in characters as places of tokens; against plain loops."""

import contextlib
import dataclasses

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertConfig, AlbertTokenizer
from albert_tf.answers import QuestionAnswer, Span
from albert_tf.errors import AlbertError, CheckpointError
from albert_tf.preprocessing import (
    AlbertQuestionAnswererPreprocessor,
    AlbertTextClassifierPreprocessor,
    AlbertTokenClassifierPreprocessor,
)
from albert_tf.preprocessing.span_targets import AnswerSpans
from albert_tf.weights import Checkpoint

TOKENIZER = AlbertTokenizer()
SMALL = AlbertQuestionAnswererPreprocessor(
    TOKENIZER, sequence_length=20, stride=6, max_question_length=5
)
QUESTIONS = ["Where was it?", "When did we leave, and with whom was that again?", "Who?"]
CONTEXTS = [
    "It was in São Paulo, as I remember, and nobody knew \U0001f642 at that time. It was in ﬁne Ａｍａｚｏｎｉａ.",
    "We left on Friday.",
    "",
]


def span_of(context, text):
    start = context.index(text)
    return start, start + len(text)


def by_loops(preprocessor, questions, contexts, spans):
    """Places of start and end in each window, token by token, as google-research's code goes through them."""
    places = []
    for question, context, span in zip(questions, contexts, spans, strict=True):
        whole, offsets = TOKENIZER.encode(context, offsets=True)
        room = preprocessor.sequence_length - 3
        asked = TOKENIZER.encode(question)[: min(preprocessor.max_question_length, room // 2)]
        room -= len(asked)
        answer = [
            token
            for token, (start, end) in enumerate(offsets)
            if span is not None and start < span[1] and end > span[0]
        ]
        begin = 0
        while True:
            inside = range(begin, min(begin + room, len(whole)))
            held = answer and answer[0] in inside and answer[-1] in inside
            shift = 2 + len(asked) - begin
            places.append((answer[0] + shift, answer[-1] + shift) if held else (0, 0))
            if begin + room >= len(whole):
                break
            begin += min(preprocessor.stride, room)
    return [list(column) for column in zip(*places, strict=True)]


@pytest.mark.parametrize(
    "text", ["São Paulo", "It", "ａｚｏｎ", "\U0001f642", "ﬁne Ａｍａｚｏｎｉａ", "."]
)
def test_places_of_the_answer_in_each_window(text):
    spans = [span_of(CONTEXTS[0], text), span_of(CONTEXTS[1], "Friday"), None]
    inputs, y = SMALL((QUESTIONS, CONTEXTS), spans)
    expected = by_loops(SMALL, QUESTIONS, CONTEXTS, spans)
    assert [y["start_logits"].tolist(), y["end_logits"].tolist()] == expected
    assert len(inputs["token_ids"]) == len(expected[0]) > 5
    assert any(expected[0]) or text == "."
    for row, (first, last) in enumerate(zip(*expected, strict=True)):
        read = TOKENIZER.decode(inputs["token_ids"][row, first : last + 1].tolist())
        if first and row < len(expected[0]) - 2:
            assert TOKENIZER.decode(TOKENIZER.encode(text)).replace(" ", "") in read.replace(
                " ", ""
            )


def test_weights_go_with_each_window():
    spans = [span_of(CONTEXTS[0], "It"), (3, 7), None]
    inputs, _, weights = SMALL((QUESTIONS, CONTEXTS), spans, [1.0, 2.0, 3.0])
    packed = SMALL.pack((QUESTIONS, CONTEXTS))
    assert len(packed) == len(inputs["token_ids"]) > 3
    assert weights.tolist() == [[1.0, 2.0, 3.0][n] for n in packed.text_index]


def test_windows_always_overlap_and_a_question_leaves_room():
    long = AlbertQuestionAnswererPreprocessor(TOKENIZER, sequence_length=30)
    context = " ".join(f"word{n}" for n in range(100))
    packed = long.pack((["why and how " * 50], [context]))
    asked = (packed.segment_ids[0] == 0).sum() - 2
    assert asked == 13  # half of what the special tokens leave
    starts = packed.window_start
    assert (np.diff(starts) == 7).all()
    assert set(packed.lengths[:-1]) == {30}
    published = AlbertQuestionAnswererPreprocessor(TOKENIZER)
    packed = published.pack((["why and how " * 50], [context * 10]))
    assert (packed.segment_ids[0] == 0).sum() - 2 == 64
    assert (np.diff(packed.window_start) == 128).all()


def test_the_smallest_row():
    least = AlbertQuestionAnswererPreprocessor(TOKENIZER, sequence_length=5)
    packed = least.pack((["why now"], ["one two three"]))
    assert [row.tolist() for row in packed.segment_ids] == [[0, 0, 0, 1, 1]] * 3
    with pytest.raises(AlbertError, match="sequence_length is 4; expected at least 5"):
        AlbertQuestionAnswererPreprocessor(TOKENIZER, sequence_length=4)
    for name in ("stride", "max_question_length"):
        for value in (0, 1.5, True, "1"):
            with pytest.raises(AlbertError, match=f"{name} is {value!r}; expected a whole number"):
                AlbertQuestionAnswererPreprocessor(TOKENIZER, **{name: value})


@pytest.mark.parametrize("question", ["", "Who?"])
def test_nothing_to_read(question):
    inputs, y = SMALL(([question], [""]), [None])
    asked = TOKENIZER.encode(question)
    assert inputs["token_ids"].tolist() == [[2, *asked, 3, 3]]
    assert y == {"start_logits": [0], "end_logits": [0]}


@dataclasses.dataclass
class Marked:
    start: int
    end: int


FORMS = {
    "tuples": [(0, 5), None, (3, 9)],
    "lists": [[0, 5], None, [3.0, 9.0]],
    "dicts": [{"start": 0, "end": 5}, {"start": None, "end": None}, {"start": 3, "end": 9, "x": 1}],
    "objects": [Marked(0, 5), None, Marked(3, 9)],
    "answers": [
        Span("", 0, 5, 1.0),
        QuestionAnswer("", None, None, 1.0),
        QuestionAnswer("", 3, 9, 1.0),
    ],
    "whole numbers": np.array([(0, 5), (-1, -1), (3, 9)], "int32"),
    "numbers": np.array([(0, 5), (np.nan, np.nan), (3, 9)]),
    "numpy's": [np.array([0, 5]), float("nan"), (np.int64(3), np.int64(9))],
    "column": pd.Series([(0, 5), None, (3, 9)]),
    "table": pd.DataFrame({"end": [5, None, 9], "start": [0, None, 3]}),
    "tensor": tf.constant([(0, 5), (-1, -1), (3, 9)]),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_answers(form):
    spans = AnswerSpans().read(FORMS[form])
    assert spans.tolist() == [[0, 5], [-1, -1], [3, 9]]
    assert spans.dtype == "int64"
    assert AnswerSpans().read(spans).tolist() == spans.tolist()


BAD = {
    "backwards": ([(0, 5), (9, 3)], r"y\[1\] is \(9, 3\); expected \(start, end\)"),
    "empty": ([(4, 4)], r"y\[0\] is \(4, 4\)"),
    "negative": ([(-3, 4)], r"y\[0\] is \(-3, 4\)"),
    "half": ([(3, None)], r"y\[0\] is \(3, None\)"),
    "fraction": ([(0.5, 3)], r"y\[0\] is \(0.5, 3\)"),
    "infinite": ([(0, float("inf"))], r"y\[0\] is \(0, inf\)"),
    "yes": ([(False, True)], r"y\[0\] is \(False, True\)"),
    "three": ([(1, 2, 3)], r"y\[0\] is \(1, 2, 3\)"),
    "number": ([3], r"y\[0\] is 3"),
    "text": (["Rome"], r"y\[0\] is 'Rome'; expected \(start, end\), the characters"),
    "dict": ([{"begin": 3}], r"y\[0\] is \{'begin': 3\}"),
    "numbers": (np.array([(0, 5), (9, 3)]), r"y\[1\] is \(9, 3\)"),
    "positions": (np.array([1, 2]), r"y\[0\] is 1"),
    "wide": (np.zeros((2, 3)), r"y has the shape \(2, 3\)"),
    "columns": (pd.DataFrame({"a": [1], "b": [2]}), "y has the columns 'a' and 'b'"),
    "nothing": (None, "y is missing; expected for each question"),
    "by output": ({"start_logits": [1]}, "y is"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_an_answer(kind):
    y, message = BAD[kind]
    with pytest.raises(AlbertError, match=message) as error:
        AnswerSpans().read(y)
    assert "\n" not in str(error.value)


def test_no_answer_for_a_model_that_always_gives_one():
    for none in (None, (-1, -1), float("nan"), {"start": None, "end": None}, np.array([-1, -1])):
        with pytest.raises(AlbertError, match=r"y\[1\] is no answer, .* can_be_unanswerable=True"):
            AnswerSpans(can_be_none=False).read([(0, 1), none])


def test_answers_that_do_not_lie_in_their_context():
    texts = (["who"] * 2, ["a b", "it was \u200b  so"])
    for span, message in (
        ((8, 80), r"the answer of row 1 is \(8, 80\), and its context has 12 characters"),
        ((8, 10), r"row 1 is \(8, 10\), where its context has only blanks"),
        ((7, 8), r"row 1 is \(7, 8\), characters of its context that the tokenizer leaves out"),
    ):
        with pytest.raises(AlbertError, match=message) as error:
            SMALL(texts, [(0, 1), span])
        assert "\n" not in str(error.value)
    with pytest.raises(AlbertError, match="y has 1 rows for 2 questions"):
        SMALL(texts, [(0, 1)])
    with pytest.raises(AlbertError, match="sample_weight has 3 rows for 2 questions"):
        SMALL(texts, [(0, 1), None], [1, 2, 3])


WRONG_TEXTS = {
    "no contexts": (["who"], "got 1 texts without contexts"),
    "one": (("who", "me"), "got the single question 'who' and its context"),
    "text": ("who", "got the single text 'who'"),
    "unequal": (
        (["who"], ["a", "b"]),
        "questions has 1 entries and contexts has 2; expected one c",
    ),
    "number": ((["who"], [3]), r"contexts\[0\] is '3' of type int"),
    "missing": (([None], ["a"]), r"questions\[0\] is 'None' of type NoneType"),
}


@pytest.mark.parametrize("kind", WRONG_TEXTS)
def test_what_is_no_question(kind):
    x, message = WRONG_TEXTS[kind]
    with pytest.raises(AlbertError, match=message) as error:
        SMALL(x)
    assert "\n" not in str(error.value)


def test_rows_of_questions_and_contexts():
    expected = SMALL((QUESTIONS, CONTEXTS))["token_ids"]
    rows = list(zip(QUESTIONS, CONTEXTS, strict=True))
    for x in (
        rows,
        np.array(rows, dtype=object),
        (pd.Series(QUESTIONS), CONTEXTS),
        tuple(map(tf.constant, (QUESTIONS, CONTEXTS))),
    ):
        assert SMALL(x)["token_ids"].tolist() == expected.tolist()


def test_saving():
    again = AlbertQuestionAnswererPreprocessor.from_config(SMALL.get_config())
    assert again.settings() == {"sequence_length": 20, "stride": 6, "max_question_length": 5}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_answer_of_any_context(data):
    context = data.draw(st.text(min_size=1, max_size=80))
    start = data.draw(st.integers(0, len(context) - 1))
    end = data.draw(st.integers(start + 1, len(context)))
    offsets = TOKENIZER.encode(context, offsets=True)[1]
    covered = {c for a, b in offsets for c in range(a, b)}
    held = [c for c in range(start, end) if c in covered and not context[c].isspace()]
    if not held:  # where a blank belongs to a token, both may be right
        with contextlib.suppress(AlbertError):
            SMALL((["Who?"], [context]), [(start, end)])
        return
    _, y = SMALL((["Who?"], [context]), [(start, end)])
    stripped = context[start:end]
    span = end - len(stripped.lstrip()), start + len(stripped.rstrip())
    expected = by_loops(SMALL, ["Who?"], [context], [span])
    assert [y["start_logits"].tolist(), y["end_logits"].tolist()] == expected


def checkpoint(**extra):
    model = AlbertTokenizer().model_bytes
    return Checkpoint(AlbertConfig.named("tiny"), {}, tokenizer_model=model, extra=extra)


@pytest.mark.parametrize(
    "reader", [AlbertQuestionAnswererPreprocessor, AlbertTokenClassifierPreprocessor]
)
def test_windows_are_no_longer_than_what_was_learned(reader):
    positions = AlbertConfig.named("tiny").max_position_embeddings
    most = min(positions, 384) if reader is AlbertQuestionAnswererPreprocessor else positions
    assert reader.from_checkpoint(checkpoint()).sequence_length == most
    learned = checkpoint(learned_positions=20)
    assert reader.from_checkpoint(learned).sequence_length == 20
    assert reader.from_checkpoint(learned, sequence_length=30).sequence_length == 30
    assert reader.usual_length(learned, 10) == 10
    own = checkpoint(preprocessor={"sequence_length": 24, "stride": 8})
    assert reader.from_checkpoint(own).sequence_length == 24
    assert reader.usual_length(own, 100) == 24


def test_texts_that_are_cut_may_be_longer_than_what_was_learned():
    positions = AlbertConfig.named("tiny").max_position_embeddings
    learned = checkpoint(learned_positions=20)
    reader = AlbertTextClassifierPreprocessor
    assert reader.from_checkpoint(learned).sequence_length == positions
    assert reader.usual_length(learned, 100) == 100


@pytest.mark.parametrize("said", [0, True, "64", 100_000])
def test_learned_positions_that_cannot_be(said):
    with pytest.raises(CheckpointError, match=f"learned_positions is {said!r}; expected a whole"):
        AlbertQuestionAnswererPreprocessor.from_checkpoint(checkpoint(learned_positions=said))


def test_the_bundled_model_reads_windows_of_64_tokens():
    reader = AlbertQuestionAnswererPreprocessor.from_preset("albert_small_en")
    assert reader.sequence_length == 64
