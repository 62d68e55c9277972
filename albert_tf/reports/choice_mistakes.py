"""What a report tells of answers to questions with choices: by their number, and the worst mistakes."""

from collections import defaultdict
from collections.abc import Sequence

from albert_tf.answers import Choice
from albert_tf.reports.markdown import cell, clip, number, table
from albert_tf.tables.choices import ChoiceQuestion

SHOWN_MISTAKES = 20


def choice_mistakes(
    questions: Sequence[ChoiceQuestion], answers: Sequence[Choice]
) -> dict[str, list[str]]:
    """Returns Markdown blocks by heading.

    Args:
        questions: with answers.
        answers: of the model, one for each.
    """
    both = list(zip(questions, answers, strict=True))
    return {"Numbers of choices": [_by_number(both)], "Mistakes": [_worst(both)]}


def _by_number(both) -> str:
    hits = defaultdict(list)
    for question, answer in both:
        hits[len(question.choices)].append(answer.index == question.answer)
    rows = [
        [str(count), f"{len(right):,}", number(sum(right) / len(right)), number(1 / count)]
        for count, right in sorted(hits.items())
    ]
    return table(["choices", "questions", "accuracy", "of guessing"], rows)


def _worst(both) -> str:
    wrong = [(q, a) for q, a in both if a.index != q.answer]
    if not wrong:
        return "Every validation question was answered right."
    wrong.sort(key=lambda pair: pair[1].scores[pair[0].answer])
    rows = [
        [
            cell(clip(question.question)),
            cell(clip(question.choices[question.answer])),
            cell(clip(question.choices[answer.index])),
            number(answer.probability),
            number(answer.scores[question.answer]),
            str(question.line),
        ]
        for question, answer in wrong[:SHOWN_MISTAKES]
    ]
    heads = ["question", "right", "chosen", "probability of chosen", "of right", "line"]
    return f"The {len(rows)} worst mistakes:\n\n" + table(heads, rows)
