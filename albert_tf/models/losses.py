"""Losses that Keras does not have, and which of its own a model of logits takes."""

import warnings

import keras
from keras import ops

from albert_tf.errors import AlbertWarning

CROSSENTROPIES = {
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "binary_focal_crossentropy": keras.losses.BinaryFocalCrossentropy,
}
SHORT_NAMES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "logcosh": "log_cosh",
}
"""Keras's short names of its losses."""
OF_VECTORS = {
    "binarycrossentropy",
    "binaryfocalcrossentropy",
    "categoricalcrossentropy",
    "categoricalfocalcrossentropy",
    "categoricalhinge",
    "cosinesimilarity",
    "dice",
    "hinge",
    "huber",
    "kldivergence",
    "logcosh",
    "meanabsoluteerror",
    "meanabsolutepercentageerror",
    "meansquarederror",
    "meansquaredlogarithmicerror",
    "poisson",
    "squaredhinge",
    "tversky",
}
"""Losses of Keras's whose targets have the shape of the outputs; of another shape they may be broadcast in silence."""


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


@keras.saving.register_keras_serializable(package="albert_tf")
class YesOrNoCrossentropy(keras.losses.Loss):
    """The cross-entropy of one yes or no for each example.

    Keras's `BinaryCrossentropy` takes a vector for each, and its mean would take the batch for one.

    Call arguments:
        y_true: `(batch,)`, 1 for yes and 0 for no.
        y_pred: float32 logits `(batch,)`.

    Returns:
        A scalar, in nats.
    """

    def __init__(self, name="yes_or_no_crossentropy", reduction="sum_over_batch_size", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        """Returns the loss of each example."""
        return ops.binary_crossentropy(y_true, y_pred, from_logits=True)


def loss_of_logits(loss):
    """Returns a loss for outputs that are logits; of several outputs, theirs.

    Keras's cross-entropies take probabilities unless told otherwise, and learn nothing from logits without a word.

    Args:
        loss: a loss, its name, or a dict or list of them. A cross-entropy by name becomes that of logits; one that was
            made for probabilities is kept, with a warning.
    """
    if isinstance(loss, dict):
        return {name: loss_of_logits(part) for name, part in loss.items()}
    if isinstance(loss, (list, tuple)) and len(loss) == 1:
        return loss_of_logits(loss[0])  # the models have one output, or a dict of them
    if isinstance(loss, str) and loss in CROSSENTROPIES:
        return CROSSENTROPIES[loss](from_logits=True)
    is_crossentropy = isinstance(loss, tuple(CROSSENTROPIES.values()))
    # A subclass may leave the setting out of its configuration, since it has only one.
    if is_crossentropy and loss.get_config().get("from_logits") is False:
        warnings.warn(
            f"{type(loss).__name__} takes probabilities, and this model gives logits: pass from_logits=True",
            AlbertWarning,
            stacklevel=3,
        )
    return loss


def kind_of(loss) -> str:
    """Returns the name of a loss's or metric's class or function, in small letters; short names are written out."""
    name = (
        SHORT_NAMES.get(loss.lower(), loss)
        if isinstance(loss, str)
        else getattr(loss, "__name__", None)
    )
    return (name or type(loss).__name__).replace("_", "").lower()


def is_same_kind(loss, other) -> bool:
    """Whether two losses are of the same class; of several outputs, each of them."""
    if isinstance(loss, dict) and isinstance(other, dict):
        return set(loss) == set(other) and all(
            is_same_kind(loss[name], other[name]) for name in loss
        )
    return not isinstance(loss, dict) and kind_of(loss) == kind_of(other)
