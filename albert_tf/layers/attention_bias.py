"""The learned attention bias θ: relative-position buckets, one table for all layers."""

import math

import keras
import numpy as np
from keras import ops

from albert_tf.layers.base import AlbertLayer


def relative_position_buckets(max_length: int, num_buckets: int, max_distance: int) -> np.ndarray:
    """T5's bidirectional bucket of every signed distance (Raffel et al. 2020, section 2.1).

    Half of the buckets hold keys behind the query, half keys ahead of it. In each half, the first half of the
    buckets stands for one distance each, the rest for ranges that widen logarithmically up to `max_distance`.

    Args:
        max_length: longest sequence, in tokens.
        num_buckets: number of buckets, a multiple of 4.
        max_distance: distance from which on all share the last bucket of their direction.

    Returns:
        int32 array `(2 * max_length - 1,)`; entry `d + max_length - 1` is the bucket of `key - query = d`.
    """
    distance = np.arange(-(max_length - 1), max_length)
    per_direction = num_buckets // 2
    exact = per_direction // 2
    magnitude = np.abs(distance)
    # log(magnitude / exact) is only used from `exact` on; the maximum keeps log away from 0.
    ratio = np.log(np.maximum(magnitude, exact) / exact) / math.log(max_distance / exact)
    far = exact + (ratio * (per_direction - exact)).astype("int32")
    bucket = np.where(magnitude < exact, magnitude, np.minimum(far, per_direction - 1))
    return (bucket + np.where(distance > 0, per_direction, 0)).astype("int32")


@keras.saving.register_keras_serializable(package="albert_tf")
class RelativeAttentionBias(AlbertLayer):
    """θ in `softmax(Q K^T / sqrt(d) + θ) V`: for each head, one number for each bucket of relative positions.

    A θ that is one number for each head would cancel in the softmax, so θ varies over key positions. One table
    serves all layers, like everything else in ALBERT, and it starts at zero: switching it on leaves a model's
    outputs as they are until it is trained.

    Args:
        config: an `AlbertConfig`; uses `relative_attention_num_buckets`, `relative_attention_max_distance`,
            `num_attention_heads` and `max_position_embeddings`.

    Call arguments:
        hidden: `(batch, length, hidden_size)`; only its length matters.

    Returns:
        `(1, num_attention_heads, length, length)`: query by key, to be added to the scores.
    """

    def __init__(self, config, **kwargs):
        super().__init__(config, **kwargs)
        # Tabulated once by distance: no logarithm at run time, hence the same buckets on every backend and device.
        self._buckets = relative_position_buckets(
            self.config.max_position_embeddings,
            self.config.relative_attention_num_buckets,
            self.config.relative_attention_max_distance,
        )

    def build(self, input_shape=None):
        """Creates the table, at zero."""
        self.table = self.add_weight(
            shape=(self.config.relative_attention_num_buckets, self.config.num_attention_heads),
            initializer="zeros",
            name="table",
        )
        self.built = True

    def call(self, hidden):
        """See the class."""
        position = ops.arange(ops.shape(hidden)[1], dtype="int32")
        distance = position[None, :] - position[:, None]  # [T, T], key minus query
        buckets = ops.take(
            self._buckets, distance + (self.config.max_position_embeddings - 1), axis=0
        )
        bias = ops.take(self.table, buckets, axis=0)  # [T, T, N]
        return ops.transpose(bias, (2, 0, 1))[None]  # [1, N, T, T]
