"""Questions with choices as rows of tokens: those of google-research/albert's RACE, in any number."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.answers.choice_reader import ChoiceReader, PackedChoices, filled_in
from albert_tf.errors import DataError

TOKENIZER = AlbertTokenizer()
CLS, SEP, PAD = TOKENIZER.cls_id, TOKENIZER.sep_id, TOKENIZER.pad_id

WORDS = st.lists(st.sampled_from("the cat sat on mats \U0001f600 é 1999, _".split()), max_size=40)
TEXT = WORDS.map(" ".join)
QUESTIONS = st.lists(
    st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=5), TEXT), min_size=1, max_size=5
)


def pack(questions, choices, contexts=None, length=40):
    reader = ChoiceReader(TOKENIZER, length)
    return reader.pack(reader.columns((questions, choices, contexts)))


def rows_of(packed):
    ids, segments = packed.rows.token_ids, packed.rows.segment_ids
    return [(a.tolist(), b.tolist()) for a, b in zip(ids, segments, strict=True)]


def race_row(context, question, choice, length, most=128):
    """What race_utils.py's `convert_single_example` does, written anew, for questions with at most one blank."""
    joined = question.replace("_", choice) if "_" in question else f"{question} {choice}"
    second = TOKENIZER.encode(joined)[-most:]
    first = TOKENIZER.encode(context)[: length - 3 - len(second)]
    return [CLS, *first, SEP, *second, SEP], [0] * (len(first) + 2) + [1] * (len(second) + 1)


@pytest.mark.parametrize("length", [24, 512])
@pytest.mark.parametrize("question", ["Why did the cat go?", "The cat likes _ .", "", "cats are_."])
def test_rows_with_a_context_are_those_of_race(question, length):
    context = "The cat sat on the mat, as cats have done since 1999, and slept. " * 50
    choices = ["to sleep", "", "\U0001f600", "because"]
    packed = pack([question], [choices], [context], length)
    assert rows_of(packed) == [race_row(context, question, each, length) for each in choices]


def test_rows_without_a_context_are_pairs():
    question, choices = "What barks?", ["a dog", "a cat"]
    packed = pack([question], [choices])
    assert rows_of(packed) == [
        (
            [CLS, *TOKENIZER.encode(question), SEP, *TOKENIZER.encode(each), SEP],
            [0] * (len(TOKENIZER.encode(question)) + 2) + [1] * (len(TOKENIZER.encode(each)) + 1),
        )
        for each in choices
    ]


def test_a_long_question_leaves_its_choices_to_be_told_apart():
    packed = pack(["why " * 500], [["dogs bark", "cats meow"]], ["context " * 500], 32)
    ends = [row[-4:] for row, _ in rows_of(packed)]
    assert ends[0] != ends[1]
    assert all(len(row) == 32 for row, _ in rows_of(packed))


@pytest.mark.parametrize(
    ("question", "filled"),
    [
        ("It is _ .", "It is here ."),
        ("It is ____", "It is here"),
        ("We know that_.", "We know thathere."),
        ("What does my_name do?", "What does my_name do? here"),
        (r"\1", r"\1 here"),
    ],
)
def test_a_choice_fills_the_blank_of_its_question(question, filled):
    assert filled_in(question, "here") == filled


@settings(deadline=None, max_examples=50)
@given(QUESTIONS, st.booleans())
def test_a_batch_holds_each_choice_and_nothing_else(questions, with_contexts):
    texts, choices, contexts = map(list, zip(*questions, strict=True))
    packed = pack(texts, choices, contexts if with_contexts else None, 16)
    assert len(packed) == len(texts)
    assert packed.counts.tolist() == [len(own) for own in choices]
    inputs = packed.batch(range(len(packed)), PAD)
    assert inputs["token_ids"].shape == (len(texts), packed.counts.max(), packed.lengths.max())
    rows = iter(packed.rows.token_ids)
    for question, count in enumerate(packed.counts):
        for choice in range(packed.width):
            mask = inputs["padding_mask"][question, choice].astype(bool)
            ids = inputs["token_ids"][question, choice]
            assert ids[mask].tolist() == (next(rows).tolist() if choice < count else [])
            assert (ids[~mask] == PAD).all()
            assert not inputs["segment_ids"][question, choice][~mask].any()
    alone = packed.batch([len(packed) - 1], PAD, 16)
    assert alone["token_ids"].shape == (1, packed.width, 16)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 5))
def test_pieces_come_together_again(counts, width):
    tokens = TOKENIZER.pack([str(n) for n in range(sum(counts))])
    packed = PackedChoices.of(tokens, counts)
    pieces = packed.in_pieces(width)
    assert pieces.counts.max() <= width == pieces.width
    assert pieces.counts.sum() == sum(counts)
    # An output for each choice: the id of its only token; and something else where there is no choice.
    batches = pieces.batch(range(len(pieces)), PAD)
    outputs = {"logits": list(batches["token_ids"][:, :, 1:-1].sum(-1))}
    found = packed.joined(pieces, outputs)["logits"]
    expected = [ids[1:-1].sum() for ids in tokens.token_ids]
    assert np.concatenate(found).tolist() == expected
    assert [len(row) for row in found] == counts


def test_whatever_holds_texts():
    questions, choices = ["a", "b"], [["x", "y"], ["z"]]
    columns = ChoiceReader(TOKENIZER, 16).columns((questions, choices))
    assert columns == (questions, choices, None)
    table = pd.DataFrame({"one": ["x", "z"], "two": ["y", None]})
    for given_choices in ([("x", "y"), ("z",)], table, [np.array(["x", "y"]), iter(["z"])]):
        found = ChoiceReader(TOKENIZER, 16).columns((np.array(questions), given_choices))
        assert found == columns


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (["a"], r"got a list; expected the tuple \(questions, choices\)"),
        (("a", [["b"]]), "got a tuple of 2; expected"),
        ((["a"], [["b"]], None, None), "got a tuple of 4"),
        ((["a"], ["b"]), r"choices\[0\] is the single text 'b'; expected a list of choices"),
        ((["a", "b"], [["x"], []]), r"choices\[1\] holds no choice; expected at least one"),
        ((["a"], [["x"], ["y"]]), "questions has 1 entries and choices has 2"),
        ((["a"], [["x"]], []), "contexts has 0; expected one context for each question"),
        ((["a"], [["x", None]]), r"choices\[0\]\[1\] is 'None' of type NoneType; expected a str"),
        ((["a"], {"a": 1}), "choices is a dict; expected a list of choices for each question"),
        (([1], [["x"]]), r"questions\[0\] is '1' of type int"),
    ],
)
def test_what_is_no_question_is_said_in_one_line(x, message):
    with pytest.raises(DataError, match=message) as raised:
        ChoiceReader(TOKENIZER, 16).columns(x)
    assert "\n" not in str(raised.value)


def test_no_questions_at_all():
    packed = pack([], [])
    assert len(packed) == 0
    assert packed.lengths.tolist() == []
    assert packed.joined(packed.in_pieces(4), {}) == {}
