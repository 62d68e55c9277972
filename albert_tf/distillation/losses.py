"""What the student is held to."""

import keras
import numpy as np
from keras import ops

TEMPERATURE = 0.05
"""Of the distribution over neighbours; sentence-transformers trains its models at this one too."""

_OWN = -1e4
"""Takes a text out of its own neighbours."""


@keras.saving.register_keras_serializable(package="albert_tf")
class WordStateLoss(keras.losses.Loss):
    """Squared error of word states, each component in units of the teacher's deviation.

    BERT's hidden states have a few components far larger than the rest; without the units nothing
    but these would count.

    Args:
        scales: `(layers, hidden_size)` standard deviations.
        weight: factor of the loss.

    Call arguments:
        y_true, y_pred: `(batch, words, layers, hidden_size)`.
        sample_weight: `(batch, words)`, 0 where there is no word.
    """

    def __init__(self, scales, weight=1.0, name="states", **kwargs):
        super().__init__(name=name, reduction="mean_with_sample_weight", **kwargs)
        self.scales = np.asarray(scales, "float32")
        self.weight = weight

    def call(self, y_true, y_pred):
        """Returns `(batch, words)`."""
        difference = (ops.cast(y_true, "float32") - y_pred) / self.scales
        return self.weight * ops.mean(ops.square(difference), axis=(2, 3))

    def get_config(self):
        """Returns the constructor's arguments, serializable."""
        return {"scales": self.scales.tolist(), "weight": self.weight, "name": self.name}


@keras.saving.register_keras_serializable(package="albert_tf")
class SentenceVectorLoss(keras.losses.Loss):
    """One minus the cosine of two vectors; `(batch, width)` each."""

    def __init__(self, name="vectors", **kwargs):
        super().__init__(name=name, reduction="mean_with_sample_weight", **kwargs)

    def call(self, y_true, y_pred):
        """Returns `(batch,)`."""
        return 1.0 - ops.sum(_unit(y_true) * _unit(y_pred), axis=-1)

    def get_config(self):
        """Returns the constructor's arguments, serializable."""
        return {"name": self.name}


@keras.saving.register_keras_serializable(package="albert_tf")
class NeighbourLoss(keras.losses.Loss):
    """Whether each text has the same neighbours in the batch as the teacher sees (similarity distillation).

    The Kullback-Leibler divergence between softmax(similarities / 0.05) of the teacher and of the
    student, a text's similarity to itself left out (Fang et al. 2021, "SEED", section 3.2, with the
    batch for their queue).

    Args:
        weight: factor of the loss.

    Call arguments:
        y_true, y_pred: `(batch, width)`.
    """

    def __init__(self, weight=1.0, name="neighbours", **kwargs):
        super().__init__(name=name, reduction="mean_with_sample_weight", **kwargs)
        self.weight = weight

    def call(self, y_true, y_pred):
        """Returns `(batch,)`."""
        teacher, student = _log_neighbours(y_true), _log_neighbours(y_pred)
        return self.weight * ops.sum(ops.exp(teacher) * (teacher - student), axis=-1)

    def get_config(self):
        """Returns the constructor's arguments, serializable."""
        return {"weight": self.weight, "name": self.name}


def _log_neighbours(vectors):
    vectors = _unit(vectors)
    similarities = ops.matmul(vectors, ops.transpose(vectors)) / TEMPERATURE
    own = ops.eye(ops.shape(similarities)[0]) * _OWN
    return ops.log_softmax(similarities + own, axis=-1)


def _unit(vectors):
    vectors = ops.cast(vectors, "float32")
    return vectors / ops.maximum(ops.norm(vectors, axis=-1, keepdims=True), 1e-6)
