"""RACE (Lai et al. 2017, https://arxiv.org/abs/1704.04683): reading its folders."""

import json
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.choices import ChoiceQuestion
from albert_tf.tables.files import read_decoded

SPLITS = ("train", "dev", "test")
LEVELS = ("middle", "high")
LETTERS = "ABCD"


@dataclass(frozen=True)
class RaceQuestion:
    """A question with four options on an article.

    Attributes:
        id: file name and position, as in `"high1001.txt-2"`.
        article: the text to read.
        question: the question; `_` marks a blank to fill.
        options: the four answers.
        answer: position of the right one, from 0.
    """

    id: str
    article: str
    question: str
    options: tuple[str, ...]
    answer: int

    @property
    def as_choices(self) -> ChoiceQuestion:
        """The same as a `ChoiceQuestion`, whose context is the article."""
        return ChoiceQuestion(self.question, self.options, self.article, self.answer)


def read_race(folder: str | Path, split: str, level: str | None = None) -> list[RaceQuestion]:
    """Read a split of RACE: one JSON object a `.txt` file under `folder/split/level`.

    Args:
        folder: the unpacked data set, which holds `train`, `dev` and `test`.
        split: one of these.
        level: `"middle"`, `"high"`, or None for both.

    Returns:
        The questions, by level (middle first) and file name.

    Raises:
        DataError: an unknown split or level, no file found, or a file that is not RACE's.
    """
    for value, known, what in ((split, SPLITS, "split"), (level, (*LEVELS, None), "level")):
        if value not in known:
            names = ", ".join(each for each in known if each)
            raise DataError(f"RACE {what} {value!r} is unknown; use one of {names}")
    levels = LEVELS if level is None else (level,)
    paths = [
        path for each in levels for path in sorted((Path(folder) / split / each).glob("*.txt"))
    ]
    if not paths:
        raise DataError(
            f"{Path(folder) / split}: no RACE file; give the folder with train/middle/*.txt in it"
        )
    return [question for path in paths for question in _read_file(path)]


def _read_file(path: Path) -> list[RaceQuestion]:
    try:
        record = json.loads(read_decoded(path, "utf-8").text)
        entries = zip(record["questions"], record["options"], record["answers"], strict=True)
        questions = [
            RaceQuestion(
                id=f"{path.parent.name}{path.name}-{position}",
                article=record["article"],
                question=question,
                options=tuple(options),
                answer=LETTERS.index(letter),
            )
            for position, (question, options, letter) in enumerate(entries)
        ]
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}: broken JSON: {error.msg}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: not a RACE file ({error}); expected article, and questions, options and "
            "answers (A to D) of one length"
        ) from None
    for question in questions:
        if len(question.options) != len(LETTERS):
            raise DataError(
                f"{path}: question {question.id} has {len(question.options)} options; RACE has 4"
            )
    return questions
