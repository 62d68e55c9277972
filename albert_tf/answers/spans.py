"""Extractive question answering: from what a head says of starts and ends in windows to spans of the context.

A long context is read in windows that overlap (`AlbertTokenizer.pack` with a stride). A span may begin at a token
only in the window that gives this token the most context, as in google-research's SQuAD code, so each span is scored
once. The score is start logit plus end logit; its probability is that share of all spans of all windows that the
model could have chosen, and of the no-answer where the model knows one, whose score is that of `[CLS]` in the window
that is least sure of it (`min` over windows, as there).

`BeamDecoder` reads the head that scores ends for given starts. It gives a few spans of each window, with their
log-probabilities as scores; there is no answer with the probability that its classifier says, again in the window that
is least sure of it, and the rest is shared among the spans.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from albert_tf.answers.probabilities import log_sum, sigmoid
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
            outputs: those of the head, for each row of `packed`, padded or not.
            packed: questions and contexts, windowed over the contexts, with offsets.
            columns: questions and contexts.
        """
        contexts = columns[1]
        rows_of: list[list[int]] = [[] for _ in contexts]
        for row, number in enumerate(packed.text_index):
            rows_of[number].append(row)
        return [
            self._answer(outputs, packed, rows, context)
            for rows, context in zip(rows_of, contexts, strict=True)
        ]

    def _answer(self, outputs, packed, rows, context) -> QuestionAnswer:
        found = [self._spans_of(outputs, packed, row) for row in rows]
        scores, starts, ends = (np.concatenate(part) for part in zip(*found, strict=True))
        log_probabilities, no_answer = self._shares(outputs, rows, scores)
        alternatives = self._best(log_probabilities, starts, ends, context)
        return QuestionAnswer.of(alternatives, no_answer, self.no_answer_threshold)

    def _shares(self, outputs, rows, scores) -> tuple[np.ndarray, float | None]:
        """The log-probability of each span, and the probability of no answer, or None where there always is one."""
        if not self.can_be_unanswerable:
            return scores - log_sum(scores), None
        starts, ends = outputs["start_logits"], outputs["end_logits"]
        none = min(float(starts[r][0]) + float(ends[r][0]) for r in rows)  # [CLS] is the first
        total = log_sum(np.append(scores, none))
        return scores - total, float(np.exp(none - total))

    def _spans_of(self, outputs, packed, row):
        """Scores, first and last character of all spans of a window."""
        start_logits, end_logits = outputs["start_logits"][row], outputs["end_logits"][row]
        offsets = packed.offsets[row]
        places = np.flatnonzero(_is_context(packed, row))
        starts = places[_may_start(packed, row)[places]]
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


@dataclasses.dataclass(frozen=True)
class BeamDecoder(SpanDecoder):
    """How spans are chosen among those of a beam, with `end_conditioned_on_start` of `AlbertQuestionAnswerer`.

    As in google-research/albert `squad_utils.py`, `accumulate_predictions_v2` and `write_predictions_v2`, spans that
    end before they start, are too long, or lie outside the context are left out. When all are, there is no answer.
    """

    def _shares(self, outputs, rows, scores):
        """See `SpanDecoder`."""
        shares = scores - log_sum(scores)
        if not self.can_be_unanswerable:
            return shares, None
        logit = min(float(outputs["cls_logits"][row]) for row in rows)
        return shares + np.log(sigmoid(-logit)), float(sigmoid(logit))

    def _spans_of(self, outputs, packed, row):
        """Scores, first and last character of those spans in the beam of a window that may be answers."""
        first = np.asarray(outputs["start_top_index"][row])
        last = np.asarray(outputs["end_top_index"][row]).reshape(len(first), -1)  # [S, E]
        scores = np.asarray(outputs["end_top_log_probs"][row], "float64").reshape(last.shape)
        scores = scores + np.asarray(outputs["start_top_log_probs"][row], "float64")[:, None]
        first = np.broadcast_to(first[:, None], last.shape)
        offsets, is_context = packed.offsets[row], _is_context(packed, row)
        # A place behind the last token stands for none, where there are fewer than the beam is wide.
        inside = np.maximum(first, last) < len(offsets)
        fits = inside & (first <= last) & (last < first + self.max_answer_tokens)
        fits[inside] &= is_context[first[inside]] & is_context[last[inside]]
        fits[inside] &= _may_start(packed, row)[first[inside]]
        return scores[fits], offsets[first[fits], 0], offsets[last[fits], 1]


def span_decoder(head_config: Mapping[str, Any]) -> SpanDecoder:
    """Returns the decoder of a question answerer.

    Args:
        head_config: its arguments; what is missing, as in a file of an earlier version, is at its default.
    """
    names = [field.name for field in dataclasses.fields(SpanDecoder)]
    kind = BeamDecoder if head_config.get("end_conditioned_on_start") else SpanDecoder
    return kind(**{name: head_config[name] for name in names if name in head_config})


def _is_context(packed, row) -> np.ndarray:
    """Which tokens of a row are of the context."""
    return (packed.segment_ids[row] == 1) & (packed.offsets[row][:, 0] >= 0)


def _may_start(packed, row) -> np.ndarray:
    """Where a span may start: tokens that no other window shows better."""
    if packed.max_context is None:
        return np.ones(len(packed.offsets[row]), bool)
    return packed.max_context[row]


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
