"""`AlbertDistiller`: the student with everything that the teacher can be compared with."""

import keras
from keras import ops

from albert_tf.config import BACKBONE_INPUTS
from albert_tf.distillation.losses import (
    NeighbourLoss,
    SentenceVectorLoss,
    WordStateLoss,
)
from albert_tf.layers import MaskedLMHead
from albert_tf.models.pooled_task import mean_pool
from albert_tf.models.task import AlbertTask


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertDistiller(AlbertTask):
    """An ALBERT that learns a teacher's hidden states and sentence vectors, and masked tokens beside.

    Where some of the texts have a class, it can learn these too: a sentence encoder that was trained
    on meaning alone puts "a good film" close to "a bad film".

    Args:
        backbone: an `AlbertBackbone` with `return_all_layers`.
        preprocessor: None; the model takes what `DistillationBatches` makes.
        layers: the layers, counted from 1, whose states are compared with the teacher's.
        state_scales: `len(layers)` rows of `hidden_size` numbers, the standard deviations of the
            teacher's states: the unit in which each component is compared.
        mlm_weight: weight of the masked-token loss beside the others, which have 1.
        neighbour_weight: weight of the loss that compares the similarities within a batch.
        num_classes: classes that some of the texts have; 0 when there are none to learn.
        class_weight: weight of the loss of these classes.

    Inputs: the backbone's; `words`, int32 `(batch, length)`, the word of each token, or -1; and
    `masked_positions`, int32 `(batch, masked)`.

    Outputs: a dict: `states` `(batch, words, layers, hidden_size)`, means over the tokens of each
    word; `vectors` `(batch, hidden_size)`, means over all tokens; `pooled` `(batch, hidden_size)`;
    `neighbours`, the vectors again; `mlm_logits` `(batch, masked, vocab_size)`; and with classes
    `class_logits` `(batch, num_classes)`, a linear function of the vectors.
    """

    head = "masked_lm"
    input_names = (*BACKBONE_INPUTS, "words", "masked_positions")

    def __init__(
        self,
        backbone,
        preprocessor=None,
        *,
        layers,
        state_scales,
        mlm_weight=0.1,
        neighbour_weight=1.0,
        num_classes=0,
        class_weight=1.0,
        **kwargs,
    ):
        super().__init__(backbone, preprocessor, **kwargs)
        self.layers_compared = tuple(layers)
        self.state_scales = state_scales
        self.mlm_weight = mlm_weight
        self.neighbour_weight = neighbour_weight
        self.num_classes = num_classes
        self.class_weight = class_weight
        self.class_dense = self.head_dense(num_classes, "class_logits") if num_classes else None
        self.mlm_head = MaskedLMHead(
            self.config, dtype=backbone.encoder.dtype_policy, name="mlm_head"
        )
        self.mlm_head.build((None, None, self.config.hidden_size))
        self.built = True
        self.compile()

    def call(self, inputs, training=None):
        """Returns the dict of outputs; see the class."""
        encoded = self.encode(inputs, training=training)
        vectors = mean_pool(encoded["sequence_output"], inputs["padding_mask"])
        compared = ops.stack([encoded["all_layers"][i - 1] for i in self.layers_compared], axis=2)
        table = self.backbone.embeddings.word_embeddings
        outputs = {
            "states": _word_means(ops.cast(compared, "float32"), inputs["words"]),
            "vectors": vectors,
            "pooled": ops.cast(encoded["pooled_output"], "float32"),
            "neighbours": vectors,
            "mlm_logits": self.mlm_head(
                encoded["sequence_output"], table, inputs["masked_positions"]
            ),
        }
        if self.class_dense is not None:
            outputs["class_logits"] = self.class_dense(vectors)
        return outputs

    @classmethod
    def uses_pooler(cls) -> bool:
        """True, other than for the masked LM that it leaves behind: the pooler has a teacher too."""
        return True

    def default_loss(self):
        """Squared error of the states, cosine of the vectors, neighbours, masked tokens, classes."""
        losses = {
            "states": WordStateLoss(self.state_scales),
            "vectors": SentenceVectorLoss(),
            "pooled": SentenceVectorLoss(),
            "neighbours": NeighbourLoss(self.neighbour_weight),
            "mlm_logits": _WeightedCrossentropy(self.mlm_weight),
        }
        if self.num_classes:
            # By the size of the batch: one text with a class among many without counts as one text.
            losses["class_logits"] = _WeightedCrossentropy(
                self.class_weight, reduction="sum_over_batch_size"
            )
        return losses

    def default_metrics(self):
        """None beside the losses of the outputs, which `fit` shows one by one."""
        return

    def compile_arguments(self, loss, metrics, weighted_metrics) -> tuple:
        """The accuracies count masked tokens, and texts with a class, alone."""
        named = ["mlm_logits", "class_logits"] if self.num_classes else ["mlm_logits"]
        weighted_metrics = weighted_metrics or {
            name: keras.metrics.SparseCategoricalAccuracy(name="accuracy") for name in named
        }
        return loss, metrics, weighted_metrics

    def _is_carried(self, variable) -> bool:
        """Whether a variable belongs into a checkpoint: the classes have taught what they could."""
        return super()._is_carried(variable) and not variable.path.startswith("class_logits/")

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            **super().get_config(),
            "layers": self.layers_compared,
            "state_scales": [list(map(float, row)) for row in self.state_scales],
            "mlm_weight": self.mlm_weight,
            "neighbour_weight": self.neighbour_weight,
            "num_classes": self.num_classes,
            "class_weight": self.class_weight,
        }


@keras.saving.register_keras_serializable(package="albert_tf")
class _WeightedCrossentropy(keras.losses.SparseCategoricalCrossentropy):
    def __init__(self, weight=1.0, reduction="mean_with_sample_weight", **kwargs):
        super().__init__(from_logits=True, reduction=reduction)
        self.weight = weight

    def call(self, y_true, y_pred):
        return self.weight * super().call(y_true, y_pred)

    def get_config(self):
        return {"weight": self.weight, "reduction": self.reduction}


def _word_means(states, words):
    """`(batch, length, layers, width)` to `(batch, words, layers, width)`.

    A row has at most as many words as tokens, so `words` is `length`; the last ones are zero.
    """
    length = ops.shape(words)[1]
    member = ops.cast(ops.equal(words[:, None, :], ops.arange(length)[None, :, None]), states.dtype)
    counts = ops.maximum(ops.sum(member, axis=2), 1.0)[:, :, None, None]
    return ops.einsum("bwt,btlh->bwlh", member, states) / counts
