"""What a report tells of answers to questions: scores by length of question and answer, and the worst mistakes."""

from collections.abc import Callable, Sequence

import numpy as np

from albert_tf.answers import QuestionAnswer
from albert_tf.reports.markdown import cell, clip, number, table
from albert_tf.tasks.squad import SquadQuestion, question_scores

SHOWN_MISTAKES = 20
AROUND = 80
"""Characters of a context that are shown on both sides of the right answer."""

QUESTION_LENGTHS = (6, 9, 12, 16)
ANSWER_LENGTHS = (1, 2, 4, 8)
"""Most words of each group but the last, which has the longer ones."""


def question_mistakes(
    questions: Sequence[SquadQuestion], answers: Sequence[QuestionAnswer]
) -> dict[str, list[str]]:
    """Returns Markdown blocks by heading.

    Args:
        questions: with their answers.
        answers: of the model, one for each.
    """
    exact, f1 = question_scores([answer.text for answer in answers], questions)

    def by(title, count: Callable[[SquadQuestion], int], most) -> str:
        return _by_length(title, [count(question) for question in questions], most, exact, f1)

    return {
        "Lengths": [
            by("words of the question", lambda q: len(q.question.split()), QUESTION_LENGTHS),
            by("words of the answer", _answer_words, ANSWER_LENGTHS),
        ],
        "Mistakes": [_worst(questions, answers, exact, f1)],
    }


def _answer_words(question) -> int:
    """Words of the shortest right answer; 0 where there is none."""
    return min((len(answer.split()) for answer in question.answers), default=0)


def _by_length(title, counts, most, exact, f1) -> str:
    rows = []
    least = 0
    for upper in (*most, None):
        chosen = [
            place
            for place, count in enumerate(counts)
            if least <= count and (upper is None or count <= upper)
        ]
        if chosen:
            name = f"{least} to {upper}" if upper is not None else f"{least} and more"
            means = (float(np.mean(np.asarray(values)[chosen])) for values in (exact, f1))
            rows.append([name, f"{len(chosen):,}", *(number(100 * mean, 1) for mean in means)])
        least = (upper or 0) + 1
    return table([title, "questions", "exact match", "F1"], rows)


def _worst(questions, answers, exact, f1) -> str:
    """Lists the answers that have nothing in common with a right one, the surest first; then those with little."""
    wrong = [place for place, value in enumerate(exact) if not value]
    if not wrong:
        return "Every validation question was answered right."
    wrong.sort(key=lambda place: (f1[place], -answers[place].probability))
    rows = [
        [
            cell(clip(questions[place].question)),
            _context(questions[place]),
            cell(clip(answers[place].text) or "no answer"),
            number(answers[place].probability),
            number(100 * f1[place], 0),
        ]
        for place in wrong[:SHOWN_MISTAKES]
    ]
    heads = ["question", "context, with the right answer", "answered", "probability", "F1"]
    return f"The {len(rows)} worst mistakes:\n\n" + table(heads, rows)


def _context(question) -> str:
    """The context around the first right answer, which is in bold; its beginning where there is none."""
    if not question.answers:
        return f"no answer: {cell(clip(question.context))}"
    start = question.answer_starts[0]
    end = start + len(question.answers[0])
    before = question.context[max(0, start - AROUND) : start]
    after = question.context[end : end + AROUND]
    cut = "…" * (start > AROUND), "…" * (end + AROUND < len(question.context))
    return f"{cut[0]}{cell(before)} **{cell(question.answers[0])}** {cell(after)}{cut[1]}".strip()
