"""The transformer block that ALBERT shares."""

import keras

from albert_tf.layers.attention import AlbertAttention
from albert_tf.layers.base import AlbertLayer


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertBlock(AlbertLayer):
    """Self-attention and a feed-forward layer, each with residual connection and LayerNorm after it.

    As in google-research/albert `modeling.py`, `attention_ffn_block`:
    `a = LayerNorm(x + Attention(x))`, then `LayerNorm(a + W2 act(W1 a))`.

    Args:
        config: an `AlbertConfig`.

    Call arguments:
        hidden: `(batch, length, hidden_size)`.
        attention_bias: float32, broadcastable to `(batch, heads, length, length)`.

    Returns:
        `(batch, length, hidden_size)`.
    """

    def __init__(self, config, **kwargs):
        # Keras would cast the float32 bias to the compute dtype; the hidden states have that dtype already.
        super().__init__(config, autocast=False, **kwargs)
        config = self.config
        self.attention = AlbertAttention(config, dtype=self.dtype_policy, name="attention")
        self.attention_layer_norm = self.layer_norm("attention_layer_norm")
        self.intermediate = self.dense(
            config.intermediate_size, "intermediate", activation=config.hidden_act
        )
        self.output_dense = self.dense(config.hidden_size, "output")
        self.output_layer_norm = self.layer_norm("output_layer_norm")
        self._dropout = self.dropout(config.hidden_dropout_prob, "dropout")

    def build(self, hidden_shape, attention_bias_shape=None):
        """Builds the parts."""
        self.attention.build(hidden_shape)
        self.attention_layer_norm.build(hidden_shape)
        self.intermediate.build(hidden_shape)
        self.output_dense.build((*hidden_shape[:-1], self.config.intermediate_size))
        self.output_layer_norm.build(hidden_shape)

    def call(self, hidden, attention_bias=None, training=None):
        """See the class."""
        attended = self.attention(hidden, attention_bias, training=training)
        attended = self._dropout(attended, training=training)
        attended = self.attention_layer_norm(hidden + attended)
        output = self.output_dense(self.intermediate(attended))
        output = self._dropout(output, training=training)
        return self.output_layer_norm(attended + output)

    def compute_output_spec(self, hidden, attention_bias=None, training=None):
        """Returns shape and dtype without tracing, so that the length may stay unknown."""
        return keras.KerasTensor(hidden.shape, dtype=self.compute_dtype)
