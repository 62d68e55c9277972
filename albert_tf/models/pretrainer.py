"""`AlbertPretrainer`: masked language model and sentence order together."""

from typing import Any

import keras

from albert_tf.config import BACKBONE_INPUTS
from albert_tf.layers import MaskedLMHead
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.losses import MaskedTokenCrossentropy
from albert_tf.models.preset import ABOUT_THE_WEIGHTS
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing.targets import ByOutput, ClassNumbers, TargetRule
from albert_tf.type_names import Tensor
from albert_tf.weights.checkpoint import Checkpoint


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertPretrainer(AlbertTask):
    """ALBERT's pretraining objectives (Lan et al. 2020, section 3.1): masked tokens, and sentence order.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: None; the model takes token ids.

    Inputs: the backbone's, and optionally `masked_positions`, int32 `(batch, masked)`.

    Outputs: a dict of float32 logits: `mlm_logits` `(batch, masked or length, vocab_size)` and `sop_logits`
    `(batch, 2)`; class 0 is the right order of the two segments, class 1 swapped.
    """

    head = "pretrainer"
    input_names = (*BACKBONE_INPUTS, "masked_positions")

    def __init__(self, backbone: AlbertBackbone, preprocessor: None = None, **kwargs: Any):
        super().__init__(backbone, preprocessor, **kwargs)
        self.mlm_head = MaskedLMHead(
            self.config, dtype=backbone.encoder.dtype_policy, name="mlm_head"
        )
        self.mlm_head.build((None, None, self.config.hidden_size))
        self.sop_classifier = self.head_dense(2, "sop_classifier")
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> dict[str, Tensor]:
        """Returns the dict of logits; see the class."""
        encoded = self.encode(inputs, training=training)
        table = self.backbone.embeddings.word_embeddings
        return {
            "mlm_logits": self.mlm_head(
                encoded["sequence_output"], table, inputs.get("masked_positions")
            ),
            "sop_logits": self.sop_classifier(encoded["pooled_output"]),
        }

    def to_checkpoint(self) -> Checkpoint:
        """Returns the model as a `Checkpoint`, without what its preset said of how the weights were trained.

        Pretraining trains them anew, the pooler too, and at a length of its own.
        """
        checkpoint = super().to_checkpoint()
        for name in ABOUT_THE_WEIGHTS:
            checkpoint.extra.pop(name, None)
        return checkpoint

    def default_loss(self) -> dict[str, keras.losses.Loss]:
        """Cross-entropy of both objectives, added with equal weight, as in google-research/albert."""
        return {
            "mlm_logits": MaskedTokenCrossentropy(),
            "sop_logits": super().default_loss(),
        }

    def default_metrics(self) -> dict[str, list]:
        """Accuracy of both objectives, each over what has a weight."""
        return {name: super(AlbertPretrainer, self).default_metrics() for name in OUTPUTS}

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A token of the vocabulary for each masked place, and 0 or 1 for the order."""
        tokens = ClassNumbers(self.config.vocab_size, rank=2)
        return ByOutput({"mlm_logits": tokens, "sop_logits": ClassNumbers(2)})

    def compile_arguments(self, loss: Any, metrics: Any, weighted_metrics: Any) -> tuple:
        """The default metrics are weighted: a place without a masked token has weight 0."""
        if isinstance(metrics, str) and metrics == "auto":
            metrics = None
            weighted_metrics = weighted_metrics or self.default_metrics()
        return loss, metrics, weighted_metrics


OUTPUTS = ("mlm_logits", "sop_logits")
