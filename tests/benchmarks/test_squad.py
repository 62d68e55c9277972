"""The questions without an answer, and the short passages, that the benchmark of SQuAD makes."""

import dataclasses
import gzip

import pytest

from albert_tf.tasks import SquadQuestion, read_squad
from benchmarks.squad_data import (
    by_paragraph,
    prepare,
    unanswerable,
    with_short_passages,
    write_squad,
)

RIVER = "The Rhine flows through Basel and Cologne to the sea."
CITY = "Cologne has a cathedral with two towers."
BRIDGE = "A bridge was built in 1911, and flows of traffic cross it."
OTHER = "Basel flows with festivals."


def question(number, title, context, text, answer):
    start = context.index(answer)
    return SquadQuestion(str(number), title, context, text, (answer,), (start,))


QUESTIONS = [
    question(1, "Rhine", RIVER, "Where flows the Rhine?", "to the sea"),
    question(2, "Rhine", CITY, "How many towers has the cathedral?", "two"),
    question(3, "Rhine", BRIDGE, "When was the bridge built?", "1911"),
    question(4, "Rhine", RIVER, "Which city has a cathedral?", "Cologne"),
    question(5, "Basel", OTHER, "What flows?", "festivals"),
]


def test_the_paragraph_of_most_words_that_does_not_hold_the_answer():
    made = unanswerable(QUESTIONS)
    assert all(q.is_impossible and not q.answers and not q.answer_starts for q in made)
    # The fourth's answer stands in two paragraphs; the fifth's article has no other paragraph.
    assert [(q.id, q.context) for q in made] == [
        ("1-none", BRIDGE),  # flows
        ("2-none", RIVER),  # the
        ("3-none", RIVER),  # the
        ("4-none", BRIDGE),
    ]
    assert [q.id for q in unanswerable(QUESTIONS, every=3)] == ["1-none", "4-none"]


LONG = " ".join([*(f"Town {n} lies on the left bank." for n in range(8)), RIVER, CITY, OTHER])


@pytest.mark.parametrize("most_words", [1, 12, 20, 1000])
def test_short_passages_are_whole_sentences_around_the_answer(most_words):
    asked = question(1, "Rhine", LONG, "What has two towers?", "Cologne has a cathedral")
    asked = dataclasses.replace(
        asked, answers=("a cathedral", "none"), answer_starts=(LONG.index("a cathedral"), 0)
    )
    passages = set()
    for seed in range(20):
        (short,) = with_short_passages([asked], most_words, seed)
        assert short.context in LONG
        assert CITY in short.context
        assert short.context[0].isupper()
        assert short.context[-1] == "."
        assert len(short.context.split()) <= max(most_words, len(CITY.split()))
        assert short.answers == ("a cathedral",)
        (start,) = short.answer_starts
        assert short.context[start:].startswith("a cathedral")
        passages.add(short.context)
    assert len(passages) > 1 if most_words == 20 else len(passages) == 1


def test_short_passages_hold_answers_of_two_sentences_and_none():
    asked = question(1, "Rhine", LONG, "What?", "to the sea. Cologne")
    none = SquadQuestion("2", "Rhine", LONG, "Why?", (), (), True)
    across, without = with_short_passages([asked, none], most_words=1)
    assert across.context == f"{RIVER} {CITY}"
    assert without.context in LONG
    assert without.context.count(".") == 1
    assert without.is_impossible


def test_articles_are_held_out(tmp_path):
    articles = [
        question(f"{n}-{m}", f"article {n}", context, "What?", context.split()[0])
        for n in range(20)
        for m, context in enumerate((RIVER, CITY, BRIDGE))
    ]
    write_squad(tmp_path / "plain.json", articles)
    with gzip.open(tmp_path / "train-v1.1.json.gz", "wb") as file:
        file.write((tmp_path / "plain.json").read_bytes())
    files = prepare(tmp_path, tmp_path / "work")
    read = {name: read_squad(file) for name, file in files.items()}
    # Every fourth of 30 is asked of another paragraph too, unless each holds its answer.
    assert len(read["train"]) == 36
    titles = {name: {q.title for q in questions} for name, questions in read.items()}
    assert titles["train"].isdisjoint(titles["held_out"])
    assert len(titles["train"] | titles["held_out"]) == 20
    assert len(titles["held_out"]) == 10
    changed = files["train"].stat().st_mtime_ns
    prepare(tmp_path, tmp_path / "work")
    assert files["train"].stat().st_mtime_ns == changed


def test_what_is_written_is_read(tmp_path):
    questions = [*QUESTIONS, *unanswerable(QUESTIONS)]
    write_squad(tmp_path / "made.json", questions)
    found = read_squad(tmp_path / "made.json")
    assert found == by_paragraph(questions)
    assert sorted(found, key=lambda q: q.id) == sorted(questions, key=lambda q: q.id)
