"""`AlbertTextClassifier`: one label, or several, for a text or a pair of texts."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from albert_tf.errors import ConfigError
from albert_tf.models.answering import AnsweringTextTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.class_names import (
    NamedClasses,
    checked_class_names,
    class_count,
    with_old_name,
)
from albert_tf.models.early_exit import EarlyExitTask
from albert_tf.models.losses import OF_VECTORS, is_same_kind, kind_of
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.preprocessing.targets import ClassNumbers, Numbers, TargetRule, YesOrNo

VECTOR_METRICS = {"auc", "binaryaccuracy", "f1score", "fbetascore", "precision", "recall"}
"""Metrics of Keras's that take a yes or no for each class."""


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextClassifier(NamedClasses, AnsweringTextTask, EarlyExitTask):
    """Classifies a text, or a pair of texts.

    Args:
        backbone: an `AlbertBackbone`.
        num_classes: number of classes, at least 2 (1 is allowed with `multi_label`); default: that of the names, or
            else 2.
        preprocessor: an `AlbertTextClassifierPreprocessor` for raw strings, or None for token ids.
        class_names: the classes' names, in the order of the logits, or a dict of them by number; they travel with
            presets and exports, as `str`. Each is one line of text, and no two are the same.
        multi_label: each class is a yes or no of its own: targets are 0/1 vectors, the loss binary
            cross-entropy.
        dropout: rate before the output layer; default `config.classifier_dropout_prob`.
        pooling: `"pooler"` or `"mean"`; see `PooledTask`.
        early_exit: an output layer after every layer of the encoder; see `EarlyExitTask`.

    Outputs: logits in float32, `(batch, num_classes)`; softmax (or sigmoid with `multi_label`) is not applied.

    Raises:
        ConfigError: when `num_classes`, the number of `class_names` or one of them is wrong.

    Example:

    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    classifier = AlbertTextClassifier(
        AlbertBackbone(AlbertConfig.named("tiny")),
        num_classes=2,
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer()),
        class_names=["ham", "spam"],
    )
    classifier.fit(["see you at six", "you have won a prize"], [0, 1], verbose=0)
    classifier.predict(["call now and win"], verbose=0).shape  # (1, 2)
    ```
    """

    head = "text_classifier"

    def __init__(
        self,
        backbone: AlbertBackbone,
        num_classes: int | None = None,
        preprocessor: AlbertTextClassifierPreprocessor | None = None,
        *,
        class_names: Sequence | Mapping[int, str] | None = None,
        multi_label: bool = False,
        dropout: float | None = None,
        pooling: str = "pooler",
        early_exit: bool = False,
        **kwargs: Any,
    ):
        class_names = with_old_name(class_names, kwargs)
        num_classes = class_count(num_classes, class_names)
        if num_classes < (1 if multi_label else 2):
            raise ConfigError(
                f"num_classes is {num_classes}; expected at least 2 (for one number use AlbertTextRegressor)"
            )
        names = checked_class_names(class_names, num_classes)
        super().__init__(
            backbone,
            preprocessor,
            units=num_classes,
            dropout=dropout,
            pooling=pooling,
            early_exit=early_exit,
            **kwargs,
        )
        self.num_classes = num_classes
        self.class_names = names
        self.multi_label = multi_label
        self.compile()

    def default_loss(self) -> keras.losses.Loss:
        """Cross-entropy over the classes, or binary for each class with `multi_label`."""
        if self.multi_label:
            return keras.losses.BinaryCrossentropy(from_logits=True)
        return super().default_loss()

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """The class of each text, or a yes or no for each class with `multi_label`."""
        kind = YesOrNo if self.multi_label else ClassNumbers
        return kind(self.num_classes, tuple(self.class_names or ()))

    def active_target_rule(self, inputs: dict | None = None) -> TargetRule:
        """The same for its own loss; a vector over the classes for Keras's `CategoricalCrossentropy` and its kin."""
        if self._takes_vectors(self.loss):
            return self.target_rule() if self.multi_label else Numbers(self.num_classes)
        return super().active_target_rule(inputs)

    def _takes_vectors(self, loss) -> bool:
        """Whether the targets of a loss, another than the head's own, are a vector over the classes for each text."""
        return not is_same_kind(loss, self.default_loss()) and kind_of(loss) in OF_VECTORS

    def default_metrics(self) -> list:
        """Accuracy over the classes, or of each yes or no with `multi_label`."""
        if self.multi_label:
            return [keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")]
        return super().default_metrics()

    def compile_arguments(self, loss: Any, metrics: Any, weighted_metrics: Any) -> tuple:
        """The default metrics follow a loss over vectors; metrics over vectors are refused beside class numbers."""
        if isinstance(loss, str) and loss.lower() in ("crossentropy", "ce"):
            loss = "auto"  # Keras would choose by the shape of the first targets
        takes_vectors = self.multi_label or self._takes_vectors(loss)
        if isinstance(metrics, str) and metrics == "auto":
            if takes_vectors and not self.multi_label:
                metrics = [keras.metrics.CategoricalAccuracy(name="accuracy")]
        elif not takes_vectors:
            _check_metrics([*_flat(metrics), *_flat(weighted_metrics)])
        return loss, metrics, weighted_metrics

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {
            "num_classes": self.num_classes,
            "class_names": self.class_names,
            "multi_label": self.multi_label,
            **super().head_config(),
        }

    @classmethod
    def shape_arguments(cls) -> tuple[str, ...]:
        """Names of the head arguments that decide the shapes of its weights."""
        return ("num_classes",)


def _flat(metrics) -> list:
    return [] if metrics is None else keras.tree.flatten(metrics)


def _check_metrics(metrics):
    for metric in metrics:
        if kind_of(metric) in VECTOR_METRICS:
            name = metric if isinstance(metric, str) else type(metric).__name__
            raise ConfigError(
                f"the metric {name} takes a yes or no for each class, and the targets are class numbers; use "
                "'accuracy' or albert_tf.models.metrics.MacroF1(num_classes), or one-hot targets with the loss "
                "'categorical_crossentropy'"
            )
