"""From a head's outputs to what a person reads: numbers into frozen results, in NumPy, once for all."""

from albert_tf.answers.results import (
    Choice,
    Entity,
    FilledMask,
    Prediction,
    QuestionAnswer,
    Span,
    Token,
)

__all__ = ["Choice", "Entity", "FilledMask", "Prediction", "QuestionAnswer", "Span", "Token"]
