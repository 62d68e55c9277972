"""`AlbertDistiller`: the student with everything that the teacher can be compared with."""

import keras
from keras import ops

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

    Args:
        backbone: an `AlbertBackbone` with `return_all_layers`.
        preprocessor: None; the model takes what `DistillationBatches` makes.
        layers: the layers, counted from 1, whose states are compared with the teacher's.
        state_scales: `len(layers)` rows of `hidden_size` numbers, the standard deviations of the
            teacher's states: the unit in which each component is compared.
        mlm_weight: weight of the masked-token loss beside the others, which have 1.
        neighbour_weight: weight of the loss that compares the similarities within a batch.

    Inputs: the backbone's; `words`, int32 `(batch, length)`, the word of each token, or -1; and
    `masked_positions`, int32 `(batch, masked)`.

    Outputs: a dict: `states` `(batch, words, layers, hidden_size)`, means over the tokens of each
    word; `vectors` `(batch, hidden_size)`, means over all tokens; `pooled` `(batch, hidden_size)`;
    `neighbours`, the vectors again; `mlm_logits` `(batch, masked, vocab_size)`.
    """

    head = "masked_lm"

    def __init__(
        self,
        backbone,
        preprocessor=None,
        *,
        layers,
        state_scales,
        mlm_weight=0.1,
        neighbour_weight=1.0,
        **kwargs,
    ):
        super().__init__(backbone, preprocessor, **kwargs)
        self.layers_compared = tuple(layers)
        self.state_scales = state_scales
        self.mlm_weight = mlm_weight
        self.neighbour_weight = neighbour_weight
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
        return {
            "states": _word_means(ops.cast(compared, "float32"), inputs["words"]),
            "vectors": vectors,
            "pooled": ops.cast(encoded["pooled_output"], "float32"),
            "neighbours": vectors,
            "mlm_logits": self.mlm_head(
                encoded["sequence_output"], table, inputs["masked_positions"]
            ),
        }

    def default_loss(self):
        """Squared error of the states, cosine of the vectors, neighbours, and masked tokens."""
        return {
            "states": WordStateLoss(self.state_scales),
            "vectors": SentenceVectorLoss(),
            "pooled": SentenceVectorLoss(),
            "neighbours": NeighbourLoss(self.neighbour_weight),
            "mlm_logits": _WeightedCrossentropy(self.mlm_weight),
        }

    def default_metrics(self):
        """None beside the losses of the outputs, which `fit` shows one by one."""
        return

    def compile(self, optimizer="auto", *, loss="auto", metrics="auto", **kwargs):
        """Compiles the model; the accuracy of masked tokens counts these alone."""
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        kwargs.setdefault("weighted_metrics", {"mlm_logits": accuracy})
        super().compile(optimizer, loss=loss, metrics=metrics, **kwargs)

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            **super().get_config(),
            "layers": self.layers_compared,
            "state_scales": [list(map(float, row)) for row in self.state_scales],
            "mlm_weight": self.mlm_weight,
            "neighbour_weight": self.neighbour_weight,
        }


@keras.saving.register_keras_serializable(package="albert_tf")
class _WeightedCrossentropy(keras.losses.SparseCategoricalCrossentropy):
    def __init__(self, weight=1.0, **kwargs):
        super().__init__(from_logits=True, reduction="mean_with_sample_weight", name="mlm")
        self.weight = weight

    def call(self, y_true, y_pred):
        return self.weight * super().call(y_true, y_pred)

    def get_config(self):
        return {"weight": self.weight}


def _word_means(states, words):
    """`(batch, length, layers, width)` to `(batch, words, layers, width)`.

    A row has at most as many words as tokens, so `words` is `length`; the last ones are zero.
    """
    length = ops.shape(words)[1]
    member = ops.cast(ops.equal(words[:, None, :], ops.arange(length)[None, :, None]), states.dtype)
    counts = ops.maximum(ops.sum(member, axis=2), 1.0)[:, :, None, None]
    return ops.einsum("bwt,btlh->bwlh", member, states) / counts
