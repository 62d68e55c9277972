"""What a person reads: frozen results of every task, the same from a Keras model and from an exported file.

All hold plain `str`, `int`, `float` and tuples, so `dataclasses.asdict` of each can be written as JSON.
"""

import dataclasses


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
