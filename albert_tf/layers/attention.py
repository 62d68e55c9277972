"""Multi-head self-attention with an additive bias."""

import keras
from keras import ops

from albert_tf.layers.base import AlbertLayer


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertAttention(AlbertLayer):
    """`softmax(Q K^T / sqrt(d) + bias) V`, and the output projection (Vaswani et al. 2017, section 3.2).

    The bias carries the padding mask and, where it is switched on, θ; the encoder computes it once for all its
    layers. The softmax runs in float32 whatever the compute dtype is.

    Args:
        config: an `AlbertConfig`.

    Call arguments:
        hidden: `(batch, length, hidden_size)`.
        attention_bias: float32, broadcastable to `(batch, heads, length, length)`: query by key.

    Returns:
        `(batch, length, hidden_size)`, before the residual connection.
    """

    def __init__(self, config, **kwargs):
        # Keras would cast the float32 bias to the compute dtype; the hidden states have that dtype already.
        super().__init__(config, autocast=False, **kwargs)
        hidden_size = self.config.hidden_size
        # Dense and reshape, not EinsumDense: on TFLite they become one FULLY_CONNECTED each.
        self.query = self.dense(hidden_size, "query")
        self.key = self.dense(hidden_size, "key")
        self.value = self.dense(hidden_size, "value")
        self._probs_dropout = self.dropout(
            self.config.attention_probs_dropout_prob, "probs_dropout"
        )
        self.output_dense = self.dense(hidden_size, "output")

    def build(self, hidden_shape, attention_bias_shape=None):
        """Builds the four projections."""
        for dense in (self.query, self.key, self.value, self.output_dense):
            dense.build(hidden_shape)

    def call(self, hidden, attention_bias=None, training=None):
        """See the class."""
        heads = self.config.num_attention_heads
        head_size = self.config.hidden_size // heads
        rows = _rows(hidden)

        def split(x, axes):  # [B, T, H] -> [B, T, N, d] -> transposed
            return ops.transpose(ops.reshape(x, (*rows, heads, head_size)), axes)

        query = split(self.query(hidden) * head_size**-0.5, (0, 2, 1, 3))  # [B, N, T, d]
        key = split(self.key(hidden), (0, 2, 3, 1))  # [B, N, d, T]
        value = split(self.value(hidden), (0, 2, 1, 3))  # [B, N, T, d]
        scores = ops.cast(ops.matmul(query, key), "float32")  # [B, N, T, T]
        if attention_bias is not None:
            scores = scores + attention_bias
        probs = ops.cast(ops.softmax(scores, axis=-1), self.compute_dtype)
        probs = self._probs_dropout(probs, training=training)
        context = ops.transpose(ops.matmul(probs, value), (0, 2, 1, 3))  # [B, T, N, d]
        return self.output_dense(ops.reshape(context, (*rows, self.config.hidden_size)))

    def compute_output_spec(self, hidden, attention_bias=None, training=None):
        """Returns shape and dtype without tracing, so that the length may stay unknown."""
        return keras.KerasTensor(hidden.shape, dtype=self.compute_dtype)


def _rows(hidden):
    """The axes `(batch, length)` for a reshape, one of them as -1.

    A known batch with an unknown length is what is exported to TFLite. There the shape must be a constant:
    one computed at run time costs a chain of small operators, and a loop needs the batch to stay known.
    """
    batch, length, _ = hidden.shape
    return (batch, -1) if batch is not None and length is None else (-1, ops.shape(hidden)[1])
