"""The pooler: the first token's state, through a tanh layer."""

import keras


@keras.saving.register_keras_serializable(package="albert_tf")
class Pooler(keras.layers.Dense):
    """`tanh(W h_0 + b)` of the first token's hidden state (google-research/albert `modeling.py`).

    Call arguments:
        hidden: `(batch, length, hidden_size)`.

    Returns:
        `(batch, units)`.
    """

    def call(self, hidden):
        """See the class."""
        return super().call(hidden[:, 0])

    def compute_output_spec(self, hidden):
        """Returns shape and dtype without tracing, so that the length may stay unknown."""
        return keras.KerasTensor((hidden.shape[0], self.units), dtype=self.compute_dtype)
