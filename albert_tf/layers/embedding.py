"""Factorized embedding (Lan et al. 2020, section 3.1)."""

import keras
from keras import ops

from albert_tf.errors import AlbertError
from albert_tf.layers.base import AlbertLayer


@keras.saving.register_keras_serializable(package="albert_tf")
class FactorizedEmbedding(AlbertLayer):
    """Word, position and segment tables of width E, LayerNorm, and one projection to the hidden width H.

    `LayerNorm(W[token] + P[position] + S[segment])` has width E, far below H; the projection `E -> H`
    (`embedding_hidden_mapping_in` in google-research/albert `modeling.py`) makes the word table
    `V * E + E * H` parameters instead of `V * H`.

    Args:
        config: an `AlbertConfig`.

    Call arguments:
        token_ids: int32, `(batch, length)`.
        segment_ids: int32, `(batch, length)`.

    Returns:
        `(batch, length, hidden_size)`.

    Raises:
        AlbertError: when the length, where it is known, exceeds `max_position_embeddings`.
    """

    def __init__(self, config, **kwargs):
        super().__init__(config, **kwargs)
        self._layer_norm = self.layer_norm("layer_norm")
        self._dropout = self.dropout(self.config.hidden_dropout_prob, "dropout")
        self.projection = self.dense(self.config.hidden_size, "projection")

    def build(self, token_ids_shape, segment_ids_shape=None):
        """Creates the three tables and builds LayerNorm and projection."""
        config = self.config
        self.word_embeddings = self._table(config.vocab_size, "word_embeddings")
        self.position_embeddings = self._table(
            config.max_position_embeddings, "position_embeddings"
        )
        self.token_type_embeddings = self._table(config.type_vocab_size, "token_type_embeddings")
        factorized = (*token_ids_shape, config.embedding_size)
        self._layer_norm.build(factorized)
        self.projection.build(factorized)

    def _table(self, rows, name):
        return self.add_weight(
            shape=(rows, self.config.embedding_size), initializer=self.initializer(), name=name
        )

    def call(self, token_ids, segment_ids, training=None):
        """See the class."""
        self._check_length(token_ids.shape[1])
        length = ops.shape(token_ids)[1]
        words = ops.take(self._read(self.word_embeddings, training), token_ids, axis=0)  # [B, T, E]
        positions = self._read(self.position_embeddings, training)[:length]  # [T, E]
        segments = ops.take(
            self._read(self.token_type_embeddings, training), segment_ids, axis=0
        )  # [B, T, E]
        x = self._layer_norm(words + positions + segments)
        x = self._dropout(x, training=training)
        return self.projection(x)  # [B, T, H]

    def _read(self, table, training):
        table = ops.cast(table, self.compute_dtype)
        # On TensorFlow the gradient of a bare look-up lists a token once for each time it occurs, and Keras's
        # optimizers square the entries one by one: a frequent token's second moment comes out too small. Behind a
        # product the gradient is dense, its entries summed, as on the other backends.
        return table * 1.0 if training else table

    def _check_length(self, length):
        if length is not None and length > self.config.max_position_embeddings:
            raise AlbertError(
                f"the input is {length} tokens long; this model has {self.config.max_position_embeddings} "
                "positions (max_position_embeddings): truncate the text or use a longer model"
            )

    def compute_output_spec(self, token_ids, segment_ids, training=None):
        """Returns shape and dtype without tracing, so that the length may stay unknown."""
        return keras.KerasTensor(
            (*token_ids.shape, self.config.hidden_size), dtype=self.compute_dtype
        )
