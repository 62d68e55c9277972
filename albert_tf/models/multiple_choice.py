"""`AlbertMultipleChoice`: the best of several continuations or answers."""

from typing import Any

import keras
from keras import ops

from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.inputs import complete_inputs
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing.targets import ClassNumbers, TargetRule
from albert_tf.type_names import Tensor


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMultipleChoice(AlbertTask):
    """Scores each choice by its own pass through the encoder (as ALBERT did for RACE).

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: None; the model takes token ids.
        dropout: rate before the output layer; default `config.classifier_dropout_prob`.

    Inputs: a dict of int32 tensors `(batch, choices, length)`.

    Outputs: logits in float32, `(batch, choices)`.
    """

    head = "multiple_choice"
    input_rank = 3

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: None = None,
        *,
        dropout: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(backbone, preprocessor, **kwargs)
        rate = self.config.classifier_dropout_prob if dropout is None else dropout
        self.dropout = keras.layers.Dropout(rate, name="classifier_dropout")
        self.classifier = self.head_dense(1, "classifier")
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        """Returns the logits; see the class."""
        inputs = complete_inputs(inputs)
        _, choices, length = ops.shape(inputs["token_ids"])
        flat = {name: ops.reshape(x, (-1, length)) for name, x in inputs.items()}  # [B * C, T]
        pooled = self.encode(flat, training=training)["pooled_output"]
        logits = self.classifier(self.dropout(pooled, training=training))  # [B * C, 1]
        return ops.reshape(logits, (-1, choices))

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """The number of the right choice."""
        return ClassNumbers(None if inputs is None else inputs["token_ids"].shape[1])

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {"dropout": self.dropout.rate}
