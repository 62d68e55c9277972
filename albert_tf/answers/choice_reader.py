"""Questions with choices: what a person passes as lists, and those lists as rows of tokens, one for each choice."""

import dataclasses
import functools
import itertools
import re
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np

from albert_tf.answers.readers import Columns
from albert_tf.answers.results import Outputs
from albert_tf.errors import DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.tokenizer.text_inputs import from_string_tensors, is_string_tensor
from albert_tf.tokenizer.text_sequence import column_names, text_list

BLANK = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
"""A blank of a question that its choices fill: `_`, but not one within a word, as of `my_name`."""
FORM = "expected the tuple (questions, choices) or (questions, choices, contexts)"


@dataclasses.dataclass(frozen=True, eq=False)
class PackedChoices:
    """Rows of tokens, one for each choice, taken together by question.

    Attributes:
        rows: of all choices of all questions, after each other.
        splits: `(questions + 1,)` int64, with which row each question begins.
        width: choices of a batch, at least as many as any question has.
    """

    rows: PackedTokens
    splits: np.ndarray
    width: int

    @classmethod
    def of(cls, rows: PackedTokens, counts: Sequence[int]) -> "PackedChoices":
        """Takes rows together: the first `counts[0]`, which is at least 1, and so on."""
        splits = np.concatenate([[0], np.cumsum(counts)]).astype("int64")
        return cls(rows, splits, max(counts, default=1))

    def __len__(self) -> int:
        return len(self.splits) - 1

    @property
    def input_rank(self) -> int:
        """How many axes a batch has: questions, choices and tokens."""
        return 3

    @property
    def counts(self) -> np.ndarray:
        """`(questions,)` int64, choices of each question."""
        return np.diff(self.splits)

    @functools.cached_property
    def lengths(self) -> np.ndarray:
        """`(questions,)` int64, tokens of the longest choice of each question."""
        if not len(self):
            return np.zeros(0, "int64")
        return np.maximum.reduceat(self.rows.lengths, self.splits[:-1])

    @property
    def flat_token_ids(self) -> np.ndarray:
        """`(tokens,)` int32, of all choices after each other."""
        return self.rows.flat_token_ids

    def batch(
        self, rows: Sequence[int] | np.ndarray, pad_id: int, length: int | None = None
    ) -> dict[str, np.ndarray]:
        """Some questions as the inputs of a model.

        Args:
            rows: their numbers, in the order of the batch; one may stand there twice.
            pad_id: the id that fills up short choices, and those that a question does not have.
            length: tokens of every choice; None is that of the longest.

        Returns:
            A dict of int32 `token_ids`, `segment_ids`, `padding_mask` (1 at tokens, 0 at padding), each
            `(questions, width, length)`.
        """
        chosen = np.asarray(rows, "int64")
        there = np.arange(self.width) < self.counts[chosen][:, None]
        of_choices = (self.splits[:-1][chosen][:, None] + np.arange(self.width))[there]
        inputs = {}
        for name, values in self.rows.batch(of_choices, pad_id, length).items():
            fill = pad_id if name == "token_ids" else 0
            inputs[name] = np.full((*there.shape, values.shape[-1]), fill, "int32")
            inputs[name][there] = values
        return inputs

    def in_pieces(self, width: int) -> "PackedChoices":
        """The same choices for a graph of fixed `width`: a question of more is cut into several of at most so many."""
        pieces = -(-self.counts // width)
        counts = np.full(pieces.sum(), width)
        counts[np.cumsum(pieces) - 1] = self.counts - width * (pieces - 1)
        return dataclasses.replace(self.of(self.rows, counts.tolist()), width=width)

    def joined(self, pieces: "PackedChoices", outputs: Outputs) -> dict[str, list]:
        """The outputs of `in_pieces` by question, `(choices,)` each."""
        first_pieces = np.searchsorted(pieces.splits, self.splits)
        return {
            name: [
                np.concatenate([rows[piece][: pieces.counts[piece]] for piece in range(begin, end)])
                for begin, end in itertools.pairwise(first_pieces)
            ]
            for name, rows in outputs.items()
        }


@dataclasses.dataclass(frozen=True)
class ChoiceReader:
    """Reads questions with choices, a row of tokens for each choice.

    Without a context the row is `[CLS] question [SEP] choice [SEP]`. With one it is as ALBERT read RACE
    (google-research/albert `race_utils.py`): `[CLS] context [SEP] question choice [SEP]`, where the choice stands in
    the place of a blank, `_`, if the question has one; of question and choice the last tokens are kept. They may have
    half of the row, where ALBERT gave them 128 tokens.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest row, in tokens, special tokens included; longer texts are truncated.
        truncate: which of the two texts of a row loses tokens: `"longest_first"`, `"only_first"` or `"only_second"`.
    """

    tokenizer: AlbertTokenizer
    sequence_length: int
    truncate: str = "longest_first"

    def columns(self, x: Any) -> Columns:
        """Returns questions, the lists of their choices, and their contexts or None.

        Args:
            x: the tuple `(questions, choices)` or `(questions, choices, contexts)`: flat sequences of `str`, and of the
                choices a sequence of such for each question, of any number; contexts may be None.

        Raises:
            DataError: when `x` is something else, or a question has no choice.
        """
        if not isinstance(x, tuple) or len(x) not in (2, 3) or any(isinstance(p, str) for p in x):
            shown = f"a tuple of {len(x)}" if isinstance(x, tuple) else f"a {type(x).__name__}"
            raise DataError(f"got {shown}; {FORM}: lists of one entry for each question")
        questions, choices, contexts = (*x, None)[:3]
        questions = _texts(questions, "questions")
        choices = _lists(choices)
        contexts = None if contexts is None else _texts(contexts, "contexts")
        for name, given in (("choices", choices), ("contexts", contexts)):
            if given is not None and len(given) != len(questions):
                raise DataError(
                    f"questions has {len(questions)} entries and {name} has {len(given)}; expected "
                    f"{'a list of choices' if name == 'choices' else 'one context'} for each question"
                )
        return questions, choices, contexts

    def pack(self, columns: Columns) -> PackedChoices:
        """Returns the rows of what `columns` returned."""
        questions, choices, contexts = columns
        firsts: list[str] = []
        seconds: list[str] = []
        for number, (question, own) in enumerate(zip(questions, choices, strict=True)):
            firsts += [question if contexts is None else contexts[number]] * len(own)
            seconds += own if contexts is None else [filled_in(question, each) for each in own]
        rows = self.tokenizer.pack(
            firsts,
            seconds,
            max_length=self.sequence_length,
            truncate=self.truncate,
            second_keeps_end=contexts is not None,
        )
        return PackedChoices.of(rows, [len(own) for own in choices])


def filled_in(question: str, choice: str) -> str:
    """Returns a question with a choice: in the place of its blanks, or else behind it."""
    filled, blanks = BLANK.subn(lambda blank: choice, question)
    return filled if blanks else f"{question} {choice}"


def _texts(values, name) -> list[str]:
    return text_list(
        from_string_tensors(values, name) if is_string_tensor(values) else values, name
    )


def _lists(choices) -> list[list[str]]:
    """The choices of each question as a list."""
    if is_string_tensor(choices) and not isinstance(choices, (list, tuple)):
        choices = from_string_tensors(choices, "choices")
    if hasattr(choices, "to_pylist"):  # Arrow
        choices = choices.to_pylist()
    if column_names(choices) is not None and hasattr(choices, "to_numpy"):
        choices = [_without_missing(list(row)) for row in choices.to_numpy()]  # a column a choice
    if isinstance(choices, (str, bytes, Mapping, Set)) or not hasattr(choices, "__iter__"):
        raise DataError(
            f"choices is a {type(choices).__name__}; expected a list of choices for each question: "
            '[["yes", "no"], ...]'
        )
    lists = []
    for number, own in enumerate(choices):
        if isinstance(own, str):
            raise DataError(
                f"choices[{number}] is the single text {own[:40]!r}; expected a list of choices for each question: "
                '[["yes", "no"], ...]'
            )
        lists.append(_texts(own, f"choices[{number}]"))
        if not lists[-1]:
            raise DataError(f"choices[{number}] holds no choice; expected at least one")
    return lists


def _without_missing(cells):
    """The cells of a table's row without the empty ones at its end: rows may have fewer choices than others."""
    while cells and (cells[-1] is None or cells[-1] != cells[-1]):
        cells.pop()
    return cells
