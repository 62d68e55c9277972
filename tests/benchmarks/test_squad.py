"""The questions without an answer that the benchmark of SQuAD makes."""

from albert_tf.tasks import SquadQuestion, read_squad
from benchmarks.squad import unanswerable, write_squad

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


def test_what_is_written_is_read(tmp_path):
    questions = [*QUESTIONS, *unanswerable(QUESTIONS)]
    write_squad(tmp_path / "made.json", questions)
    found = read_squad(tmp_path / "made.json")
    assert sorted(found, key=lambda q: q.id) == sorted(questions, key=lambda q: q.id)
