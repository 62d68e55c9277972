"""From logits to probabilities, in float64: the one place that decides what a probability is."""

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Returns probabilities over the last axis."""
    logits = np.asarray(logits, "float64")
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Returns the probability of each logit on its own, without overflow on either side."""
    logits = np.asarray(logits, "float64")
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1.0, small) / (1.0 + small)


def log_sum(values: np.ndarray) -> float:
    """Returns log(sum(exp(values))); minus infinity for none."""
    values = np.asarray(values, "float64")
    largest = values.max(initial=-np.inf)
    return (
        float(largest + np.log(np.exp(values - largest).sum())) if np.isfinite(largest) else -np.inf
    )
