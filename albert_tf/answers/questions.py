"""Questions on contexts: read as windows of tokens, `[CLS] question [SEP] part of the context [SEP]`."""

import dataclasses
from typing import Any

from albert_tf.answers.readers import Columns
from albert_tf.errors import DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.tokenizer.text_inputs import texts_and_pairs

NAMES = ("questions", "contexts")


@dataclasses.dataclass(frozen=True)
class QuestionReader:
    """Reads questions and their contexts. A context that does not fit beside its question takes several rows.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest row, in tokens, special tokens included.
        stride: tokens from the beginning of a window to that of the next (`doc_stride` in google-research's code);
            at most half of what the longest question leaves, so that windows always overlap.
        max_question_length: longest question, in tokens; a longer one is cut, and every one to half of the row.
    """

    tokenizer: AlbertTokenizer
    sequence_length: int = 384
    stride: int = 128
    max_question_length: int = 64

    def columns(self, x: Any) -> Columns:
        """Returns questions and contexts as lists.

        Args:
            x: a tuple `(questions, contexts)` of two flat sequences of `str`, or rows `[question, context]`.

        Raises:
            DataError: when `x` is something else, or may be read in two ways.
        """
        if isinstance(x, tuple) and len(x) == 2 and all(isinstance(text, str) for text in x):
            raise DataError(
                f"got the single question {x[0][:40]!r} and its context; expected lists of them: put each in brackets"
            )
        questions, contexts = texts_and_pairs(x, NAMES)
        if contexts is None and len(questions):
            raise DataError(
                f"got {len(questions)} texts without contexts; expected (questions, contexts), one context for each"
            )
        return questions, contexts or []

    def pack(self, columns: Columns) -> PackedTokens:
        """Returns the windows of what `columns` returned, with offsets, in the order of the questions."""
        questions, contexts = columns
        room = self.sequence_length - 3
        question_length = min(self.max_question_length, room // 2)
        return self.tokenizer.pack(
            questions,
            contexts,
            max_length=self.sequence_length,
            truncate="only_second",
            stride=min(self.stride, (room - question_length + 1) // 2),
            max_first_length=question_length,
            offsets=True,
        )
