"""Output layers of the early exits, one for each layer below the last."""

import keras
from keras import ops

from albert_tf.layers.base import AlbertLayer


@keras.saving.register_keras_serializable(package="albert_tf")
class ExitHeads(AlbertLayer):
    """A dense output layer of its own for every layer of the encoder but the last.

    The blocks of an ALBERT are shared, but what its layers give is not alike; so each exit has its own
    weights (Zhou et al. 2020, "BERT Loses Patience", section 3.1).

    Args:
        config: an `AlbertConfig`; there are `num_hidden_layers - 1` exits.
        units: outputs of each.

    Call arguments:
        features: `(batch, num_hidden_layers - 1, hidden_size)`, what each exit reads.

    Returns:
        `(batch, num_hidden_layers - 1, units)`.
    """

    def __init__(self, config, units: int, **kwargs):
        super().__init__(config, **kwargs)
        self.units = units

    def build(self, features_shape=None):
        """Creates the kernels and biases of all exits."""
        exits = self.config.num_hidden_layers - 1
        self.kernel = self.add_weight(
            shape=(exits, self.config.hidden_size, self.units),
            initializer=self.initializer(),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(exits, self.units), initializer="zeros", name="bias")

    def call(self, features):
        """See the class."""
        return ops.einsum("blh,lhu->blu", features, self.kernel) + self.bias

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {**super().get_config(), "units": self.units}
