"""What reports tell of questions, entities and choices, and what a model must beat there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.answers import Choice, Entity, QuestionAnswer
from albert_tf.reports import entity_baselines, question_baselines
from albert_tf.reports.choice_mistakes import choice_mistakes
from albert_tf.reports.entity_mistakes import KINDS, compared, entity_mistakes
from albert_tf.reports.question_mistakes import question_mistakes
from albert_tf.tables import ChoiceQuestion, EntityText, LabelledSpan
from albert_tf.tasks import SquadQuestion

TEXT = "Ada Lovelace flew from Rome to New York | so <b>they</b> say"


def span(label, words):
    return LabelledSpan(label, TEXT.index(words), TEXT.index(words) + len(words))


def entity(label, words, probability=0.9):
    start = TEXT.index(words)
    return Entity(label, words, start, start + len(words), probability)


TRUE = (span("PER", "Ada Lovelace"), span("LOC", "Rome"), span("LOC", "New York"))


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        (["PER Ada Lovelace", "LOC Rome", "LOC New York"], []),
        ([], ["missed"] * 3),
        (["PER Ada Lovelace", "PER Rome", "LOC New York"], ["type"]),
        (["PER Lovelace", "LOC Rome", "LOC New York"], ["boundary"]),
        (["LOC Lovelace", "LOC Rome", "LOC New York"], ["type and boundary"]),
        (["PER Ada Lovelace", "LOC Rome", "LOC New York", "ORG say"], ["invented"]),
        # Two pieces of one entity are two mistakes, and nothing is missed.
        (["PER Ada", "PER Lovelace", "LOC Rome", "LOC New York"], ["boundary", "boundary"]),
        # The whole is touched, the other one is missed.
        (["PER Ada Lovelace", "LOC from Rome"], ["boundary", "missed"]),
    ],
)
def test_kinds_of_mistakes(found, kinds):
    given = [entity(*each.split(" ", 1)) for each in found]
    assert sorted(kind for kind, *_ in compared(TRUE, given)) == sorted(kinds)
    report = entity_mistakes([EntityText(TEXT, TRUE, line=7)], [given])
    page = "\n".join(block for blocks in report.values() for block in blocks)
    if not kinds:
        assert "Every entity was found, and nothing else." in page
    for kind in set(kinds):
        assert f"| {kind} | {kinds.count(kind)} |" in page
    assert "<b>" not in page  # nothing of a text is read as Markdown


entities = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 5)).map(
        lambda each: LabelledSpan(each[0], each[1], each[1] + each[2])
    ),
    max_size=5,
    unique=True,
)


@given(entities, entities)
def test_every_wrong_entity_is_one_mistake(true, found):
    mistakes = compared(true, found)
    wrong = [e for e in found if e not in true]
    assert sorted(map(str, wrong)) == sorted(str(f) for *_, f in mistakes if f is not None)
    assert {kind for kind, *_ in mistakes} <= set(KINDS)
    # What is neither found nor touched is missed.
    named = [t for _, t, _ in mistakes if t is not None]
    assert {str(t) for t in true if t not in found} == set(map(str, named))


def question(number, context, answer=None, asked="Where was it built?"):
    starts = () if answer is None else (context.index(answer),)
    answers = () if answer is None else (answer,)
    return SquadQuestion(str(number), "t", context, asked, answers, starts, answer is None)


CONTEXT = "Nobody knows who made it. It was built in Rome, they say. Others say nothing."


def test_baselines_of_questions():
    questions = [question(1, CONTEXT, "Rome"), question(2, CONTEXT)]
    overlap, silent = question_baselines(questions)
    assert overlap.predictions[0] == "It was built in Rome, they say."
    assert silent.metrics["exact_match"] == 50.0
    (alone,) = question_baselines(questions[:1])
    assert 0 < alone.metrics["f1"] < 100
    (empty,) = question_baselines([question(3, "Rome", "Rome"), *questions[:1]])
    assert empty.predictions[0] == "Rome"


def test_a_context_without_words():
    first, _ = question_baselines([question(1, "", None)])
    assert first.predictions[0] == ""


def test_mistakes_of_questions():
    questions = [question(1, CONTEXT, "Rome"), question(2, CONTEXT, "Nobody"), question(3, CONTEXT)]
    answers = [
        QuestionAnswer("Rome", 42, 46, 0.9),
        QuestionAnswer("Others", 58, 64, 0.8),
        QuestionAnswer("", None, None, 0.7),
    ]
    report = question_mistakes(questions, answers)
    lengths, mistakes = report["Lengths"], report["Mistakes"][0]
    assert "| 0 to 6 | 3 | 66.7 | 66.7 |" in lengths[0]
    assert "| 0 to 1 | 3 |" in lengths[1]
    assert "**Nobody** knows who made it" in mistakes
    assert "| Others | 0.800 | 0 |" in mistakes
    assert "1 worst" in mistakes
    all_right = question_mistakes(questions[:1], answers[:1])["Mistakes"]
    assert all_right == ["Every validation question was answered right."]


def test_mistakes_of_choices():
    questions = [
        ChoiceQuestion("Why?", ("a", "b"), answer=0, line=2),
        ChoiceQuestion("Who?", ("x", "y | z", "w"), answer=1, line=3),
    ]
    answers = [Choice(0, 0.6, (0.6, 0.4)), Choice(2, 0.7, (0.1, 0.2, 0.7))]
    report = choice_mistakes(questions, answers)
    assert "| 2 | 1 | 1.000 | 0.500 |" in report["Numbers of choices"][0]
    assert "| 3 | 1 | 0.000 | 0.333 |" in report["Numbers of choices"][0]
    assert "| Who? | y \\| z | w | 0.700 | 0.200 | 3 |" in report["Mistakes"][0]


def test_baseline_of_entities():
    seen = [EntityText(TEXT, TRUE)]
    (dictionary,) = entity_baselines(seen, seen)
    assert dictionary.metrics["f1"] == 1.0
    (nothing,) = entity_baselines([EntityText("a", ())], seen)
    assert nothing.metrics["f1"] == 0.0
