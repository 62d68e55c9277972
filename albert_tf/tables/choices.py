"""Questions with choices: a table with a column for each choice, or JSON with a list of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import clip, is_blank
from albert_tf.tables.json_rows import Source
from albert_tf.tables.table import read_source

QUESTIONS = ("question", "startphrase", "premise", "prompt", "stem", "query", "sentence", "sent1")
CONTEXTS = ("context", "article", "passage", "paragraph", "story")
ANSWERS = ("answer", "answerkey", "label", "gold", "correct", "target", "right", "solution")
LISTS = ("choices", "options", "endings", "choices.text", "options.text", "alternatives")
NUMBERED = re.compile(
    r"(choice|ending|option|answer|alternative|solution|hypothesis|quiz)[ _-]?(\d+|[a-h])"
)
LETTERS = "abcdefgh"


@dataclass(frozen=True)
class ChoiceQuestion:
    """A question, and the choices of which one is right.

    Attributes:
        question: the question, or how a sentence begins.
        choices: at least two; their number may differ from question to question.
        context: what is to be read first, or None.
        answer: number of the right choice, from 0; None where it is not known.
        line: of the file, on which it begins.
    """

    question: str
    choices: tuple[str, ...]
    context: str | None = None
    answer: int | None = None
    line: int = 0


def read_choices(
    path: str | Path,
    *,
    question_column: str | None = None,
    choice_columns: str | Sequence[str] | None = None,
    context_column: str | None = None,
    answer_column: str | None = None,
    **form: str | None,
) -> list[ChoiceQuestion]:
    """Reads questions with choices.

    A csv or tsv file has a header and a column for each choice, such as SWAG's `ending0` to `ending3`; an empty cell is
    no choice. JSON has a list, such as `choices` or `options`. The right answer is a number, a letter, the name of the
    choice's column, or the choice itself. Numbers count from 0 or from 1, which the file must show: by a 0, or by the
    number of the last choice.

    Args:
        path: `.csv`, `.tsv`, `.jsonl` or `.json`, also `.gz`.
        question_column: its name; default: found out, such as `question`, `startphrase` or `premise`.
        choice_columns: names of the columns, or of the one that holds lists; default: found out.
        context_column: what is to be read first; default: found out, or none.
        answer_column: the right answer; default: found out, or none.
        **form: `encoding`, `delimiter`, `quoting`, as in `read_table`.

    Returns:
        The questions in the order of the file.

    Raises:
        DataError: one line with the file, the line if it is about one, and the mend.
    """
    path = Path(path)
    several = [choice_columns] if isinstance(choice_columns, str) else list(choice_columns or ())
    named = [question_column, context_column, answer_column, *several]
    wanted = frozenset(name.strip().lower() for name in named if name)
    _, source = read_source(path, wanted, **{"header": True, **form})
    columns = _Columns(path, source.names)
    question = columns.one(question_column, QUESTIONS, "question")
    context = columns.one(context_column, CONTEXTS, "context", needed=False)
    answer = columns.one(answer_column, ANSWERS, "answer", needed=False)
    at = [columns.named(name, "choice") for name in several] or columns.choices({question, answer})
    return _questions(path, source, question, context, answer, at)


Examples: TypeAlias = tuple[tuple[list, ...], list[int] | None]
"""What a model reads and its targets: `((questions, choices[, contexts]), answers)`."""


def choice_examples(questions: Sequence[ChoiceQuestion], with_answers: bool = False) -> Examples:
    """Returns what `AlbertMultipleChoice` takes, for `fit(*choice_examples(questions))`.

    Args:
        questions: of `read_choices`.
        with_answers: whether all must have an answer.

    Returns:
        The tuple of questions and choices, and of contexts where any question has one (empty for those without); and
        the numbers of the right choices, or None when no answer is known.

    Raises:
        DataError: when some answers are known and others are not, naming the first line without one; or none is, and
            they are needed.
    """
    texts: tuple[list, ...] = (
        [q.question for q in questions],
        [list(q.choices) for q in questions],
    )
    if any(question.context is not None for question in questions):
        texts += ([question.context or "" for question in questions],)
    answers = [question.answer for question in questions]
    without = [q.line for q in questions if q.answer is None]
    if without and (with_answers or len(without) < len(answers)):
        raise DataError(
            f"the question of line {without[0]} has no answer; fill it in, or leave such rows out"
        )
    return texts, None if without else answers


class _Columns:
    """The columns of a file by their names."""

    def __init__(self, path, names):
        self.path, self.names = path, [name.strip().lower() for name in names]

    def named(self, name, what) -> int:
        if name.strip().lower() not in self.names:
            known = ", ".join(self.names)
            raise DataError(
                f"{self.path}: there is no {what} column {name!r}; the columns are {known}"
            )
        return self.names.index(name.strip().lower())

    def one(self, name, usual, what, needed=True) -> int | None:
        if name is not None:
            return self.named(name, what)
        found = next((self.names.index(each) for each in usual if each in self.names), None)
        if found is None and needed:
            known = ", ".join(self.names)
            raise DataError(
                f"{self.path}: no column is known as the {what}; name it with {what}_column (the columns are {known})"
            )
        return found

    def choices(self, others) -> list[int]:
        for name in LISTS:
            if name in self.names:
                return [self.names.index(name)]
        numbered = [n for n, name in enumerate(self.names) if NUMBERED.fullmatch(name)]
        lettered = [n for n, name in enumerate(self.names) if len(name) == 1 and name in LETTERS]
        found = [n for n in numbered or lettered if n not in others]
        if len(found) < 2:
            known = ", ".join(self.names)
            raise DataError(
                f"{self.path}: no columns are known as choices; name them with choice_columns (the columns are {known})"
            )
        return found


def _questions(path, source: Source, question, context, answer, at) -> list[ChoiceQuestion]:
    names = [source.names[n].strip().lower() for n in at]
    rows = []
    for line, cells in zip(source.rows.lines, source.rows.cells, strict=True):
        choices = _choices_of(path, line, [cells[n] for n in at])
        text = str(cells[question]).strip()
        if not text:
            raise DataError(f"{path}:{line}: the question is empty; fill it in, or remove the row")
        read = None if context is None or is_blank(cells[context]) else str(cells[context])
        rows.append((line, text, choices, read))
    given = [None if answer is None else cells[answer] for cells in source.rows.cells]
    first = _first_number(path, given, [choices for _, _, choices, _ in rows])
    return [
        ChoiceQuestion(
            text, choices, read, _answer_of(f"{path}:{line}", value, choices, names, first), line
        )
        for (line, text, choices, read), value in zip(rows, given, strict=True)
    ]


def _choices_of(path, line, cells) -> tuple[str, ...]:
    values = cells[0] if len(cells) == 1 and isinstance(cells[0], (list, tuple)) else cells
    choices = [str(value).strip() for value in values if value is not None]
    while choices and not choices[-1]:  # rows of fewer choices end with empty cells
        choices.pop()
    if len(choices) < 2:
        raise DataError(f"{path}:{line}: {len(choices)} choices; expected at least two")
    for number, choice in enumerate(choices, 1):
        if not choice:
            raise DataError(
                f"{path}:{line}: choice {number} of {len(choices)} is empty; fill it in"
            )
    return tuple(choices)


def _first_number(path, answers, choices) -> int:
    """Whether numbers count from 0 or from 1, by what stands in the file."""
    numbers = [
        (int(str(answer)), len(each))
        for answer, each in zip(answers, choices, strict=True)
        if str(answer).strip().isdecimal() and str(answer).strip() not in each
    ]
    if any(number == 0 for number, _ in numbers):
        return 0
    if any(number == count for number, count in numbers):
        return 1
    if numbers:
        raise DataError(
            f"{path}: the answers are numbers that may count from 0 or from 1, since none is 0 and none the number of "
            "the last choice; write letters, or the choices themselves"
        )
    return 0


def _answer_of(place, value, choices, names, first) -> int | None:
    if value is None or is_blank(value):
        return None
    written = str(value).strip()
    if written in choices:
        return choices.index(written)
    if written.lower() in names and len(names) > 1:
        index = names.index(written.lower())
    elif len(written) == 1 and written.lower() in LETTERS:
        index = LETTERS.index(written.lower())
    elif written.isdecimal():
        index = int(written) - first
    else:
        raise DataError(
            f"{place}: the answer {clip(written)!r} is none of the choices, no number and no letter"
        )
    if not 0 <= index < len(choices):
        raise DataError(f"{place}: the answer is {written}, and there are {len(choices)} choices")
    return index
