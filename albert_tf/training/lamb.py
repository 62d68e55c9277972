"""`AlbertLamb`: the LAMB that trained ALBERT."""

import re
from typing import Any

import keras
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.type_names import Tensor

EXCLUDED = (
    r"(^|/)bias$",
    r"(^|/)(gamma|beta)$",
    r"layer_?norm",
    r"relative_attention_bias/",
)
"""Regular expressions of variable paths, case aside: biases, LayerNorm, and θ, a bias too."""


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertLamb(keras.optimizers.Optimizer):
    """LAMB as google-research/albert implements it (You et al. 2020; `lamb_optimizer.py`).

    With gradient `g`, weights `w`, and elementwise moments `m` and `v`:

        m = beta_1 m + (1 - beta_1) g
        v = beta_2 v + (1 - beta_2) g²
        u = m / (sqrt(v) + epsilon) + weight_decay w
        w = w - learning_rate (|w| / |u|) u

    It differs from `keras.optimizers.Lamb` in four ways: the moments are not corrected for their
    start at zero; epsilon is 1e-6; weight decay stands inside the update, before its norm is taken;
    and LayerNorm and biases take neither weight decay nor the trust ratio `|w| / |u|`, which is
    also 1 where either norm is 0. The table of the learned attention bias θ is excluded too: it
    starts at zero, where a trust ratio would hold it.

    Args:
        learning_rate: a float, a `keras.optimizers.schedules.LearningRateSchedule`, or a callable.
        beta_1: decay of the mean of the gradients.
        beta_2: decay of the mean of their squares.
        epsilon: added to the denominator.
        weight_decay: rate of the decay inside the update.
        exclude: regular expressions, searched in a variable's path, case aside: what they match
            takes neither weight decay nor trust ratio.
        **kwargs: as for any `keras.optimizers.Optimizer`, e.g. `global_clipnorm=1.0`, which ALBERT
            uses.

    Example:
    ```python
    from albert_tf import AlbertLamb

    optimizer = AlbertLamb(learning_rate=0.00176, global_clipnorm=1.0)
    ```
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-6,
        weight_decay: float | None = 0.01,
        exclude: tuple[str, ...] = EXCLUDED,
        name: str = "albert_lamb",
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate=learning_rate, weight_decay=weight_decay, name=name, **kwargs
        )
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.exclude = tuple(exclude)
        try:
            self._excluded = re.compile("|".join(self.exclude) or r"(?!)", re.IGNORECASE)
        except re.error as error:
            raise ConfigError(
                f"AlbertLamb: exclude {self.exclude} is no regular expression: {error}"
            ) from error

    def build(self, variables: list) -> None:
        """Creates the two moments of each variable."""
        if self.built:
            return
        super().build(variables)
        self._means, self._squares = self.add_optimizer_variables(variables, ["mean", "square"])
        # On TensorFlow `update_step` meets the bare tf.Variable, which does not know its path.
        self._is_plain = [self._excluded.search(v.path) is not None for v in variables]

    def apply(self, grads: list, trainable_variables: list | None = None) -> None:
        """Updates the variables; see `keras.optimizers.Optimizer.apply`."""
        # A table's gradient may come from TensorFlow as slices in which a row occurs more than
        # once. Squares and norms of the slices are not those of their sums.
        if trainable_variables is None:
            variables = self._trainable_variables
        else:
            variables = trainable_variables = list(trainable_variables)
        grads = [_summed(g, v) for g, v in zip(grads, variables, strict=True)]
        return super().apply(grads, trainable_variables)

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Any) -> None:
        """Updates one variable and its moments."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        rate = ops.cast(learning_rate, variable.dtype)
        mean, square = self._means[index], self._squares[index]
        self.assign(mean, self.beta_1 * mean + (1.0 - self.beta_1) * gradient)
        self.assign(square, self.beta_2 * square + (1.0 - self.beta_2) * ops.square(gradient))
        update = mean / (ops.sqrt(square) + self.epsilon)
        if not self._is_plain[index]:
            if self.weight_decay:
                update = update + self.weight_decay * variable
            update = update * _trust_ratio(variable, update)
        self.assign_sub(variable, rate * update)

    def _apply_weight_decay(self, variables):
        """Does nothing: the decay is part of the update, and passes through its norm."""

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "exclude": list(self.exclude),
        }


def _trust_ratio(variable, update):
    weight_norm = ops.sqrt(ops.sum(ops.square(variable)))
    update_norm = ops.sqrt(ops.sum(ops.square(update)))
    has_ratio = ops.logical_and(weight_norm > 0.0, update_norm > 0.0)
    # The divisor is 1 where the ratio is not used, so that no 0 / 0 arises.
    return ops.where(has_ratio, weight_norm / ops.where(has_ratio, update_norm, 1.0), 1.0)


def _summed(gradient, variable):
    """Returns a gradient as one dense tensor; adding zeros makes Keras sum a row's slices."""
    if gradient is None or not hasattr(gradient, "indices"):
        return gradient
    return ops.add(gradient, ops.zeros(variable.shape, gradient.dtype))
