"""Multiple choice: from a logit for each choice to the best one."""

import numpy as np

from albert_tf.answers.probabilities import softmax
from albert_tf.answers.results import Choice


def choose(logits: np.ndarray) -> Choice:
    """Returns the best of the choices of one question, whose logits are `(choices,)`; of equals the first."""
    scores = softmax(logits)
    index = int(scores.argmax())
    return Choice(index, float(scores[index]), tuple(map(float, scores)))
