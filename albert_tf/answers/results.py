"""What a person reads: frozen results of every task, the same from a Keras model and from an exported file.

All hold plain `str`, `int`, `float` and tuples, so `dataclasses.asdict` of each can be written as JSON.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

Outputs: TypeAlias = Mapping[str, Sequence[Any] | np.ndarray]
"""The outputs of a head by name, each with a row for each row of tokens."""

LAYERS_RUN = "layers"
"""Output of a file with early exits, beside the answer: layers run for each row, int32 `(batch,)`."""

PROBABILITIES = "probabilities"
"""Output that stands in the place of `logits` in files for Task Library and MediaPipe, which show it as scores."""


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The answer to one text.

    Args:
        label: the best label; None for regression.
        probability: of that label.
        scores: probability of every label; empty for regression.
        labels: the labels that hold: the best one, or with multi-label those of at least 0.5.
        value: the number, for regression; else None.
        layers: how many layers ran, for files with early exits; else None.
    """

    label: str | None = None
    probability: float | None = None
    scores: dict[str, float] = dataclasses.field(default_factory=dict)
    labels: tuple[str, ...] = ()
    value: float | None = None
    layers: int | None = None


@dataclasses.dataclass(frozen=True)
class Span:
    """A piece of a text that may answer a question.

    Args:
        text: `context[start:end]`.
        start: its first character in the context.
        end: the character behind its last.
        probability: of this span among all that the model could have chosen.
    """

    text: str
    start: int
    end: int
    probability: float


@dataclasses.dataclass(frozen=True)
class QuestionAnswer:
    """The answer to a question on a context.

    Args:
        text: `context[start:end]`; empty when the model finds no answer.
        start: first character of the answer; None without an answer.
        end: the character behind its last; None without an answer.
        probability: of this answer, or that there is none.
        alternatives: the best spans, this answer's among them where there is one, best first.
        no_answer_probability: that the context does not hold an answer; None where the model always gives one.
    """

    text: str
    start: int | None
    end: int | None
    probability: float
    alternatives: tuple[Span, ...] = ()
    no_answer_probability: float | None = None

    @classmethod
    def of(
        cls, alternatives: tuple[Span, ...], no_answer_probability: float | None, threshold: float
    ) -> "QuestionAnswer":
        """Returns the best span, or that there is none.

        Args:
            alternatives: the best spans, best first.
            no_answer_probability: see the class.
            threshold: probability of no answer from which on there is none.
        """
        none = no_answer_probability
        if not alternatives or (none is not None and none >= threshold):
            return cls("", None, None, 1.0 if none is None else none, alternatives, none)
        best = alternatives[0]
        return cls(best.text, best.start, best.end, best.probability, alternatives, none)

    def with_threshold(self, threshold: float) -> "QuestionAnswer":
        """Returns the answer that a model with another `no_answer_threshold` gives."""
        return self.of(self.alternatives, self.no_answer_probability, threshold)


@dataclasses.dataclass(frozen=True)
class Entity:
    """A stretch of a text with a label.

    Args:
        label: its type, such as `"PER"`.
        text: `text[start:end]` of the text that was read.
        start: its first character.
        end: the character behind its last.
        probability: the least, over its tokens, of the label that they were given.
    """

    label: str
    text: str
    start: int
    end: int
    probability: float


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which of several choices is right.

    Args:
        index: of the best one, from 0.
        probability: of that one.
        scores: probability of each, in their order.
    """

    index: int
    probability: float
    scores: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Token:
    """A token that may stand in the place of a mask.

    Args:
        text: as it reads; a leading blank is dropped.
        probability: of that token there.
    """

    text: str
    probability: float


@dataclasses.dataclass(frozen=True)
class FilledMask:
    """What may stand in the place of a `[MASK]`.

    Args:
        start: its first character in the text.
        end: the character behind its last.
        tokens: the most probable tokens, best first.
    """

    start: int
    end: int
    tokens: tuple[Token, ...]
