"""Metrics that Keras does not have."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="albert_tf")
class PearsonCorrelation(keras.metrics.Metric):
    """The Pearson correlation of all examples, however they are batched.

    Keras's own takes the mean of the batches' correlations (3.15): another number, and none at all
    when one batch holds a single example or equal targets. Here the weight, the means and the
    co-moments of each batch are merged into those of the examples before it (Chan, Golub and LeVeque
    1979, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances").

    Args:
        name: as for any Keras metric.
        dtype: as for any Keras metric.

    Call arguments:
        y_true: `(batch,)` or `(batch, 1)`.
        y_pred: `(batch,)` or `(batch, 1)`.
        sample_weight: `(batch,)` or `(batch, 1)`, at least 0; None weighs all alike.

    Returns:
        A scalar from -1 to 1; NaN when all targets, or all predictions, are equal.
    """

    _direction = "up"  # where Keras's callbacks look with mode="auto"

    def __init__(self, name="pearson", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.weight = self.add_variable((), "zeros", dtype=self.dtype, name="weight")
        self.means = self.add_variable((2,), "zeros", dtype=self.dtype, name="means")
        self.comoments = self.add_variable((2, 2), "zeros", dtype=self.dtype, name="comoments")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Merges a batch into the examples before it."""
        pairs = ops.stack([self._flat(y_true), self._flat(y_pred)], axis=1)  # [B, 2]
        weights = ops.ones_like(pairs[:, 0]) if sample_weight is None else self._flat(sample_weight)
        weight = ops.sum(weights)
        # Counted from an example that has a weight, so that the mean of equal values is exact.
        origin = ops.take(pairs, ops.argmax(weights), axis=0)
        shifts = weights[:, None] * (pairs - origin)
        means = origin + ops.divide_no_nan(ops.sum(shifts, axis=0), weight)
        deviations = pairs - means
        products = deviations[:, :, None] * deviations[:, None, :]
        self._merge(weight, means, ops.sum(weights[:, None, None] * products, axis=0))

    def _flat(self, values):
        return ops.reshape(ops.cast(values, self.dtype), (-1,))

    def _merge(self, weight, means, comoments):
        total = self.weight + weight
        share = ops.divide_no_nan(weight, total)
        shift = means - self.means
        between = self.weight * share * shift[:, None] * shift[None, :]
        self.comoments.assign_add(comoments + between)
        self.means.assign_add(share * shift)
        self.weight.assign(total)

    def result(self):
        """Returns the correlation of all examples so far; see the class."""
        deviations = ops.sqrt(ops.diagonal(self.comoments))
        return self.comoments[0, 1] / (deviations[0] * deviations[1])


class FScore(keras.metrics.Metric):
    """Counts what F1 is made of, over all examples, however they are batched.

    Args:
        shape: of each count: one for each class, or a single one.
        name: as for any Keras metric.
        dtype: as for any Keras metric.
    """

    _direction = "up"  # where Keras's callbacks look with mode="auto"

    def __init__(self, shape, name, dtype):
        super().__init__(name=name, dtype=dtype)
        self.right = self.add_variable(shape, "zeros", dtype=self.dtype, name="right")
        self.marked = self.add_variable(shape, "zeros", dtype=self.dtype, name="marked")

    def _count(self, true, predicted, sample_weight, axis):
        """Adds a batch of zeros and ones, `(batch, classes)`, summed over an axis."""
        if sample_weight is not None:
            weights = ops.reshape(ops.cast(sample_weight, self.dtype), (-1, 1))
            true, both = true * weights, true * predicted * weights
            predicted = predicted * weights
        else:
            both = true * predicted
        self.right.assign_add(ops.sum(both, axis=axis))
        self.marked.assign_add(ops.sum(true + predicted, axis=axis))

    def _scores(self):
        return ops.divide_no_nan(2.0 * self.right, self.marked)


@keras.saving.register_keras_serializable(package="albert_tf")
class MacroF1(FScore):
    """The mean of the classes' F1, over all examples: every class counts alike, however rare.

    The mean is over the classes that are true or predicted somewhere, as in scikit-learn. Keras's own
    `F1Score` wants one-hot targets, and counts a class that occurs nowhere as 0.

    Args:
        num_classes: classes of the logits.
        name: as for any Keras metric.
        dtype: as for any Keras metric.

    Call arguments:
        y_true: class numbers, `(batch,)` or `(batch, 1)`.
        y_pred: logits or probabilities, `(batch, num_classes)`.
        sample_weight: `(batch,)` or `(batch, 1)`; None weighs all alike.

    Returns:
        A scalar from 0 to 1.
    """

    def __init__(self, num_classes, name="macro_f1", dtype=None):
        super().__init__((num_classes,), name, dtype)
        self.num_classes = num_classes

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Counts a batch."""
        true = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        true, predicted = (
            ops.one_hot(classes, self.num_classes, dtype=self.dtype)
            for classes in (true, ops.argmax(y_pred, axis=-1))
        )
        self._count(true, predicted, sample_weight, axis=0)

    def result(self):
        """Returns the mean over the classes seen so far; see the class."""
        seen = ops.sum(ops.cast(self.marked > 0.0, self.dtype))
        return ops.divide_no_nan(ops.sum(self._scores()), seen)

    def get_config(self):
        """Returns the constructor's arguments, serializable."""
        return {**super().get_config(), "num_classes": self.num_classes}


@keras.saving.register_keras_serializable(package="albert_tf")
class MicroF1(FScore):
    """F1 of all yes-or-no decisions of a multi-label classifier together, over all examples.

    Args:
        name: as for any Keras metric.
        dtype: as for any Keras metric.

    Call arguments:
        y_true: zeros and ones, `(batch, classes)`.
        y_pred: logits, `(batch, classes)`; a label is predicted from 0 on, a probability of one half.
        sample_weight: `(batch,)` or `(batch, 1)`; None weighs all alike.

    Returns:
        A scalar from 0 to 1; 0 when no label is true or predicted.
    """

    def __init__(self, name="micro_f1", dtype=None):
        super().__init__((), name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Counts a batch."""
        true, predicted = ops.cast(y_true, self.dtype), ops.cast(y_pred >= 0.0, self.dtype)
        self._count(true, predicted, sample_weight, axis=None)

    def result(self):
        """Returns F1 of all decisions so far; see the class."""
        return self._scores()
