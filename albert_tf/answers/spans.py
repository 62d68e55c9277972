"""Extractive question answering: from start and end logits of windows to spans of the context.

A long context is read in windows that overlap (`AlbertTokenizer.pack` with a stride). A span may begin at a token
only in the window that gives this token the most context, as in google-research's SQuAD code, so each span is scored
once. The score is start logit plus end logit; its probability is that share of all spans of all windows that the
model could have chosen, and of the no-answer where the model knows one, whose score is that of `[CLS]` in the window
that is least sure of it (`min` over windows, as there).
"""

import dataclasses

import numpy as np

from albert_tf.answers.probabilities import log_sum
from albert_tf.answers.readers import Columns
from albert_tf.answers.results import Outputs, QuestionAnswer, Span
from albert_tf.errors import ConfigError
from albert_tf.tokenizer.packing import PackedTokens


@dataclasses.dataclass(frozen=True)
class SpanDecoder:
    """How spans are chosen.

    Args:
        max_answer_tokens: longest answer, in tokens.
        num_alternatives: spans that are given, at most.
        can_be_unanswerable: whether `[CLS]` was trained to mean that there is no answer (SQuAD v2.0).
        no_answer_threshold: probability of no answer from which on there is none; tuned on validation data.
    """

    max_answer_tokens: int = 30
    num_alternatives: int = 5
    can_be_unanswerable: bool = False
    no_answer_threshold: float = 0.5

    def __post_init__(self):
        for name in ("max_answer_tokens", "num_alternatives"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"{name} is {value!r}; expected a whole number, at least 1")
        threshold = self.no_answer_threshold
        # One above 1 is never reached: there is always an answer then.
        if isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or threshold < 0:
            raise ConfigError(f"no_answer_threshold is {threshold!r}; expected a probability")

    def answers(
        self, outputs: Outputs, packed: PackedTokens, columns: Columns
    ) -> list[QuestionAnswer]:
        """Returns the answer to each question.

        Args:
            outputs: `start_logits` and `end_logits`, for each row of `packed` float `(length,)`, padded or not.
            packed: questions and contexts, windowed over the contexts, with offsets.
            columns: questions and contexts.
        """
        contexts = columns[1]
        starts, ends = (outputs.get(name, ()) for name in ("start_logits", "end_logits"))
        rows_of: list[list[int]] = [[] for _ in contexts]
        for row, number in enumerate(packed.text_index):
            rows_of[number].append(row)
        return [
            self._answer([(starts[r], ends[r]) for r in rows], packed, rows, context)
            for rows, context in zip(rows_of, contexts, strict=True)
        ]

    def _answer(self, logits, packed, rows, context) -> QuestionAnswer:
        found = [
            self._spans_of(start_logits, end_logits, packed, row)
            for (start_logits, end_logits), row in zip(logits, rows, strict=True)
        ]
        scores, starts, ends = (np.concatenate(part) for part in zip(*found, strict=True))
        none = min(float(s[0]) + float(e[0]) for s, e in logits)  # [CLS] is the first token
        total = log_sum(np.append(scores, none) if self.can_be_unanswerable else scores)
        alternatives = self._best(scores - total, starts, ends, context)
        no_answer = float(np.exp(none - total)) if self.can_be_unanswerable else None
        if not alternatives or (no_answer is not None and no_answer >= self.no_answer_threshold):
            sure = 1.0 if no_answer is None else no_answer
            return QuestionAnswer("", None, None, sure, alternatives, no_answer)
        best = alternatives[0]
        return QuestionAnswer(
            best.text, best.start, best.end, best.probability, alternatives, no_answer
        )

    def _spans_of(self, start_logits, end_logits, packed, row):
        """Scores, first and last character of all spans of a window."""
        offsets = packed.offsets[row]
        places = np.flatnonzero((packed.segment_ids[row] == 1) & (offsets[:, 0] >= 0))
        may_start = np.ones(len(offsets), bool)
        if packed.max_context is not None:
            may_start = packed.max_context[row]
        starts = places[may_start[places]]
        # The tokens of the context stand next to each other, so spans of n tokens end n - 1 places on.
        first, last = np.meshgrid(starts, np.arange(self.max_answer_tokens), indexing="ij")
        last = first + last
        inside = last <= (places[-1] if len(places) else -1)
        first, last = first[inside], last[inside]
        scores = start_logits[first].astype("float64") + end_logits[last].astype("float64")
        return scores, offsets[first, 0], offsets[last, 1]

    def _best(self, log_probabilities, starts, ends, context) -> tuple[Span, ...]:
        """The best spans, of different characters, that hold more than blanks."""
        chosen: dict[tuple[int, int], float] = {}
        for place in np.argsort(-log_probabilities, kind="stable"):
            span = _without_blanks(context, int(starts[place]), int(ends[place]))
            if span[0] < span[1]:
                chosen.setdefault(span, float(np.exp(log_probabilities[place])))
            if len(chosen) == self.num_alternatives:
                break
        return tuple(Span(context[s:e], s, e, p) for (s, e), p in chosen.items())


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
