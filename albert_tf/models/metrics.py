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
