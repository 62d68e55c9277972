"""What every layer of this package shares: it is built from an `AlbertConfig`, and serializes as one."""

import keras

from albert_tf.config import AlbertConfig


class AlbertLayer(keras.layers.Layer):
    """A Keras layer whose hyperparameters are an `AlbertConfig`.

    Args:
        config: an `AlbertConfig`, or the dict that `AlbertConfig.to_dict` returns (as in a saved model).
        **kwargs: `name`, `dtype`, `trainable`, as for any `keras.layers.Layer`.
    """

    def __init__(self, config: AlbertConfig | dict, **kwargs):
        super().__init__(**kwargs)
        self.config = AlbertConfig.from_dict(config) if isinstance(config, dict) else config

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {**super().get_config(), "config": self.config.to_dict()}

    def initializer(self):
        """Returns ALBERT's initializer of every matrix: a truncated normal."""
        return keras.initializers.TruncatedNormal(stddev=self.config.initializer_range)

    def dense(
        self, units: int, name: str, activation: str | None = None, *, use_bias: bool = True
    ) -> keras.layers.Dense:
        """Returns a `Dense` layer with ALBERT's initializer and this layer's dtype policy."""
        return keras.layers.Dense(
            units,
            activation=None if activation is None else activation_function(activation),
            use_bias=use_bias,
            kernel_initializer=self.initializer(),
            dtype=self.dtype_policy,
            name=name,
        )

    def layer_norm(
        self, name: str, epsilon: float | None = None
    ) -> keras.layers.LayerNormalization:
        """Returns a `LayerNormalization`, which Keras computes in float32; default epsilon: the config's."""
        epsilon = self.config.layer_norm_eps if epsilon is None else epsilon
        return keras.layers.LayerNormalization(epsilon=epsilon, dtype=self.dtype_policy, name=name)

    def dropout(self, rate: float, name: str) -> keras.layers.Dropout:
        """Returns a `Dropout` layer; at rate 0, ALBERT v2's default, it is the identity."""
        return keras.layers.Dropout(rate, dtype=self.dtype_policy, name=name)


@keras.saving.register_keras_serializable(package="albert_tf")
def gelu_new(x):
    """GELU in its tanh approximation, as google-research/albert computes it under the name `gelu`."""
    return _gelu(x, approximate=True)


@keras.saving.register_keras_serializable(package="albert_tf")
def gelu(x):
    """GELU in its exact form, through the error function."""
    return _gelu(x, approximate=False)


def _gelu(x, approximate):
    """Computes in float32: in bfloat16 each of the many steps rounds, and on CPUs takes twice as long."""
    dtype = keras.backend.standardize_dtype(x.dtype)
    if dtype == "float32":
        return keras.ops.gelu(x, approximate=approximate)
    return keras.ops.cast(keras.ops.gelu(keras.ops.cast(x, "float32"), approximate), dtype)


def activation_function(hidden_act: str):
    """Returns the function that `AlbertConfig.hidden_act` names."""
    own = {"gelu": gelu, "gelu_new": gelu_new}
    return own.get(hidden_act) or keras.activations.get(hidden_act)
