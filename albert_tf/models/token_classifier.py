"""`AlbertTokenClassifier`: a label for every token."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.class_names import (
    NamedClasses,
    checked_class_names,
    class_count,
    with_old_name,
)
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing.targets import ClassNumbers, TargetRule
from albert_tf.type_names import Tensor


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTokenClassifier(NamedClasses, AlbertTask):
    """Labels every token, e.g. for named entities.

    Args:
        backbone: an `AlbertBackbone`.
        num_classes: number of classes; default: that of the names, or else 2.
        preprocessor: None; the model takes token ids.
        class_names: the classes' names, in the order of the logits, as for `AlbertTextClassifier`.
        dropout: rate before the output layer; default `config.classifier_dropout_prob`.

    Outputs: logits in float32, `(batch, length, num_classes)`. Give padding and continuation tokens a
    `sample_weight` of 0.
    """

    head = "token_classifier"

    def __init__(
        self,
        backbone: AlbertBackbone,
        num_classes: int | None = None,
        preprocessor: None = None,
        *,
        class_names: Sequence | Mapping[int, str] | None = None,
        dropout: float | None = None,
        **kwargs: Any,
    ):
        class_names = with_old_name(class_names, kwargs)
        num_classes = class_count(num_classes, class_names)
        names = checked_class_names(class_names, num_classes)
        super().__init__(backbone, preprocessor, **kwargs)
        self.num_classes = num_classes
        self.class_names = names
        rate = self.config.classifier_dropout_prob if dropout is None else dropout
        self.dropout = keras.layers.Dropout(rate, name="classifier_dropout")
        self.classifier = self.head_dense(num_classes, "classifier")
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        """Returns the logits; see the class."""
        sequence = self.encode(inputs, training=training)["sequence_output"]
        return self.classifier(self.dropout(sequence, training=training))

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A class for each token."""
        return ClassNumbers(self.num_classes, tuple(self.class_names or ()), rank=2)

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {
            "num_classes": self.num_classes,
            "class_names": self.class_names,
            "dropout": self.dropout.rate,
        }

    @classmethod
    def shape_arguments(cls) -> tuple[str, ...]:
        """Names of the head arguments that decide the shapes of its weights."""
        return ("num_classes",)
