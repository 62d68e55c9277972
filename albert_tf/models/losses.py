"""Losses that Keras does not have."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="albert_tf")
class MaskedTokenCrossentropy(keras.losses.Loss):
    """The masked LM loss of google-research/albert (`run_pretraining.py`, `get_masked_lm_output`).

    The mean of the cross-entropies over the masked tokens of the whole batch,
    `sum(weight * nll) / (sum(weight) + 1e-5)`. Keras's own reductions divide by all places of the
    batch, those without a masked token too, which would make the loss depend on how many there are.

    Call arguments:
        y_true: int32 `(batch, masked)`, the tokens that were masked.
        y_pred: float32 logits `(batch, masked, vocab_size)`.
        sample_weight: `(batch, masked)`, 1 for a masked token and 0 for a place that has none; None
            weighs all alike.

    Returns:
        A scalar, in nats a token.
    """

    def __init__(self, name="masked_token_crossentropy", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def __call__(self, y_true, y_pred, sample_weight=None):
        """See the class."""
        losses = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
        if sample_weight is None:
            sample_weight = ops.ones_like(losses)
        weights = ops.cast(sample_weight, losses.dtype)
        return ops.sum(weights * losses) / (ops.sum(weights) + 1e-5)

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {"name": self.name}
