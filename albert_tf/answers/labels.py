"""Labels and values: from the logits of a classifier or a regressor to predictions."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.answers.probabilities import sigmoid, softmax
from albert_tf.answers.results import LAYERS_RUN, PROBABILITIES, Outputs, Prediction

HOLDS_FROM = 0.5
"""Probability from which on a label holds, where a text may have several."""


@dataclasses.dataclass(frozen=True)
class LabelDecoder:
    """Reads labels from the logits of a text classifier.

    Args:
        class_names: names of the classes, in the order of the logits.
        multi_label: whether each label is a yes or no of its own.
    """

    class_names: tuple[str, ...]
    multi_label: bool = False

    def scores(self, outputs: Outputs) -> np.ndarray:
        """Returns the probabilities `(texts, classes)`, from the rows of the head's outputs by name."""
        if PROBABILITIES in outputs:  # of a file for Task Library or MediaPipe
            return np.asarray(outputs[PROBABILITIES])
        logits = outputs.get("logits", ())
        if not len(logits):
            return np.zeros((0, len(self.class_names)))
        return (sigmoid if self.multi_label else softmax)(np.asarray(logits))

    def prediction(self, scores: np.ndarray, layers: int | None = None) -> Prediction:
        """Returns the answer to one text, from the probabilities `(classes,)` of its labels; of equals the first."""
        by_label = {label: float(p) for label, p in zip(self.class_names, scores, strict=True)}
        best = self.class_names[int(np.argmax(scores))]
        holding = tuple(k for k, p in by_label.items() if p >= HOLDS_FROM)
        labels = holding if self.multi_label else (best,)
        return Prediction(best, by_label[best], by_label, labels, layers=layers)

    def answers(self, outputs: Outputs, *_) -> list[Prediction]:
        """Returns the answer to each text, from the rows of the head's outputs by name."""
        return _predictions(self, outputs)


@dataclasses.dataclass(frozen=True)
class ValueDecoder:
    """Reads numbers from the outputs of a text regressor."""

    def scores(self, outputs: Outputs) -> np.ndarray:
        """Returns the values `(texts,)`, from the rows of the head's outputs by name."""
        return np.reshape(np.asarray(outputs.get("logits", ())), -1)

    def prediction(self, value: float, layers: int | None = None) -> Prediction:
        """Returns the answer to one text."""
        return Prediction(value=float(value), layers=layers)

    def answers(self, outputs: Outputs, *_) -> list[Prediction]:
        """Returns the answer to each text, from the rows of the head's outputs by name."""
        return _predictions(self, outputs)


def _predictions(decoder, outputs) -> list[Prediction]:
    scores = decoder.scores(outputs)
    layers = map(int, outputs[LAYERS_RUN]) if LAYERS_RUN in outputs else [None] * len(scores)
    return [decoder.prediction(*row) for row in zip(scores, layers, strict=True)]


def names_or_numbers(class_names: Sequence[str] | None, num_classes: int) -> tuple[str, ...]:
    """Returns the names of the classes; their numbers where they have none."""
    return tuple(map(str, range(num_classes))) if class_names is None else tuple(class_names)
