"""The masked-language-model head, tied to the word table."""

import keras
from keras import ops

from albert_tf.layers.base import AlbertLayer, activation_function


@keras.saving.register_keras_serializable(package="albert_tf")
class MaskedLMHead(AlbertLayer):
    """`LayerNorm(act(W h + b)) E^T + c`: back to width E, then scores against the word table `E`.

    As in google-research/albert `run_pretraining.py`, `get_masked_lm_output`. The word table is passed in the
    call, so the head owns no copy of it and does not track it.

    Args:
        config: an `AlbertConfig`.
        layer_norm_eps: epsilon of the LayerNorm; default `config.layer_norm_eps`.

    Call arguments:
        hidden: `(batch, length, hidden_size)`.
        word_embeddings: `(vocab_size, embedding_size)`, the backbone's word table.
        masked_positions: optional int32 `(batch, masked)`; only these positions are scored.

    Returns:
        Logits in float32, `(batch, length, vocab_size)` or `(batch, masked, vocab_size)`.
    """

    def __init__(self, config, *, layer_norm_eps=None, **kwargs):
        super().__init__(config, **kwargs)
        self._dense = self.dense(self.config.embedding_size, "dense")
        self._activation = activation_function(self.config.hidden_act)
        self._layer_norm = self.layer_norm("layer_norm", epsilon=layer_norm_eps)

    def build(self, hidden_shape, *other_shapes, **named_shapes):
        """Builds the transform and creates the bias over the vocabulary."""
        self._dense.build(hidden_shape)
        self._layer_norm.build((*hidden_shape[:-1], self.config.embedding_size))
        self.bias = self.add_weight(
            shape=(self.config.vocab_size,), initializer="zeros", name="bias"
        )

    def call(self, hidden, word_embeddings, masked_positions=None):
        """See the class."""
        if masked_positions is not None:
            hidden = ops.take_along_axis(hidden, masked_positions[:, :, None], axis=1)  # [B, M, H]
        features = self._layer_norm(self._activation(self._dense(hidden)))  # [B, M, E]
        table = ops.cast(word_embeddings, self.compute_dtype)
        logits = ops.matmul(features, ops.transpose(table))  # [B, M, V]
        return ops.cast(logits, "float32") + ops.cast(self.bias, "float32")

    def compute_output_spec(self, hidden, word_embeddings, masked_positions=None):
        """Returns shape and dtype without tracing, so that the length may stay unknown."""
        rows = hidden.shape[:2] if masked_positions is None else masked_positions.shape
        return keras.KerasTensor((*rows, self.config.vocab_size), dtype="float32")

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {**super().get_config(), "layer_norm_eps": self._layer_norm.epsilon}
