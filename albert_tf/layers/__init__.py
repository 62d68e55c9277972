"""ALBERT's layers, in `keras.ops` only: they run on every Keras backend."""

import albert_tf.backend  # noqa: F401
from albert_tf.layers.attention import AlbertAttention
from albert_tf.layers.attention_bias import RelativeAttentionBias, relative_position_buckets
from albert_tf.layers.block import AlbertBlock
from albert_tf.layers.conditional_span_head import ConditionalSpanHead
from albert_tf.layers.embedding import FactorizedEmbedding
from albert_tf.layers.encoder import SharedEncoder
from albert_tf.layers.exit_heads import ExitHeads
from albert_tf.layers.masked_lm_head import MaskedLMHead
from albert_tf.layers.pooler import Pooler

__all__ = [
    "AlbertAttention",
    "AlbertBlock",
    "ConditionalSpanHead",
    "ExitHeads",
    "FactorizedEmbedding",
    "MaskedLMHead",
    "Pooler",
    "RelativeAttentionBias",
    "SharedEncoder",
    "relative_position_buckets",
]
