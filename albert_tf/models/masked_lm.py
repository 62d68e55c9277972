"""`AlbertMaskedLM`: which token belongs at a position."""

from typing import Any

import keras

from albert_tf.config import BACKBONE_INPUTS
from albert_tf.layers import MaskedLMHead
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing.targets import ClassNumbers, TargetRule
from albert_tf.type_names import Tensor


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMaskedLM(AlbertTask):
    """Predicts tokens through a decoder that is tied to the word table.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: None; the model takes token ids.
        layer_norm_eps: epsilon of the head's LayerNorm; default `config.layer_norm_eps`. keras-hub's head has 1e-5.

    Inputs: the backbone's, and optionally `masked_positions`, int32 `(batch, masked)`.

    Outputs: logits in float32, `(batch, length, vocab_size)`, or `(batch, masked, vocab_size)` when
    `masked_positions` is given.
    """

    head = "masked_lm"
    input_names = (*BACKBONE_INPUTS, "masked_positions")

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: None = None,
        *,
        layer_norm_eps: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(backbone, preprocessor, **kwargs)
        self.layer_norm_eps = layer_norm_eps
        self.mlm_head = MaskedLMHead(
            self.config,
            layer_norm_eps=layer_norm_eps,
            dtype=backbone.encoder.dtype_policy,
            name="mlm_head",
        )
        self.mlm_head.build((None, None, self.config.hidden_size))
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        """Returns the logits; see the class."""
        sequence = self.encode(inputs, training=training)["sequence_output"]
        table = self.backbone.embeddings.word_embeddings
        return self.mlm_head(sequence, table, inputs.get("masked_positions"))

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A token of the vocabulary for each position."""
        return ClassNumbers(self.config.vocab_size, rank=2)

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {} if self.layer_norm_eps is None else {"layer_norm_eps": self.layer_norm_eps}
