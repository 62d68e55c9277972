"""`AlbertTokenClassifier`: a label for every token, and the entities or words that they make."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from albert_tf.answers import Entity
from albert_tf.answers.labels import names_or_numbers
from albert_tf.models.answering import AnsweringTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.class_names import (
    NamedClasses,
    checked_class_names,
    class_count,
    with_old_name,
)
from albert_tf.models.entity_f1 import EntityF1
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing import AlbertTokenClassifierPreprocessor
from albert_tf.preprocessing.entity_targets import EntityTargets
from albert_tf.preprocessing.targets import ClassNumbers, TargetRule, TextTargetRule
from albert_tf.tables.class_tags import tags_of
from albert_tf.type_names import Tensor, Texts


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTokenClassifier(NamedClasses, AnsweringTask, AlbertTask):
    """Labels every token of a text, and reads entities, such as names, or labels of words, such as parts of speech.

    The class names decide what it answers. Are they tags, as `entity_tags` makes them, it answers entities, in a
    sequence of tags that is valid and the most probable one. Else it answers every word between blanks, with the label
    that the word's tokens on average find best.

    With raw text, the targets are what the data holds (see `EntityTargets`): for each text a list of entities,
    `(start, end, label)` in characters, or a list with a tag for each word between blanks. All tokens of a word and of
    an entity learn, in each row that holds them, special tokens do not. With token ids they are a class number for each
    token, `(batch, length)`; give padding and continuation tokens a `sample_weight` of 0.

    Args:
        backbone: an `AlbertBackbone`.
        num_classes: number of classes; default: that of the names, or else 2.
        preprocessor: an `AlbertTokenClassifierPreprocessor` for raw strings, or None for token ids.
        class_names: the classes' names, in the order of the logits, as for `AlbertTextClassifier`.
        dropout: rate before the output layer; default `config.classifier_dropout_prob`.

    Outputs: logits in float32, `(batch, length, num_classes)`. `predict` of raw text gives one row, or for a long text
    several, as its preprocessor packs it.

    Example:

    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTokenClassifier, AlbertTokenizer
    from albert_tf.preprocessing import AlbertTokenClassifierPreprocessor
    from albert_tf.tables import entity_tags

    model = AlbertTokenClassifier(
        AlbertBackbone(AlbertConfig.named("tiny")),
        preprocessor=AlbertTokenClassifierPreprocessor(AlbertTokenizer(), sequence_length=64),
        class_names=entity_tags(["PER", "LOC"]),
    )
    model.fit(["Ada lives in Rome.", "It rains."], [[(0, 3, "PER"), (13, 17, "LOC")], []], verbose=0)
    (entities,) = model.answer(["Rome is old."])  # a list of Entity: label, text, start, end, probability
    ```
    """

    head = "token_classifier"
    preprocessor_cls = AlbertTokenClassifierPreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        num_classes: int | None = None,
        preprocessor: AlbertTokenClassifierPreprocessor | None = None,
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

    def answer(self, texts: Texts, *, batch_size: int | None = None) -> list[list[Entity]]:
        """Finds the entities of texts, or the labels of their words, as `TFLiteRunner` does from an exported file.

        Args:
            texts: a flat sequence of `str`, of any length.
            batch_size: rows of tokens that are run together; default 32.

        Returns:
            A list of `Entity` for each text, in the order of its characters; `text[start:end]` is the entity's text.

        Raises:
            ConfigError: when the model has no preprocessor.
            DataError: when the texts are no such sequence, or one of them is not a `str`.
        """
        return self.answers_to(texts, batch_size)

    def default_loss(self) -> keras.losses.Loss:
        """Cross-entropy over the classes, the mean of the tokens by their weights: padding does not count."""
        return keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        )

    def default_metrics(self) -> list:
        """Accuracy over the tokens and, where the class names are tags, F1 of the entities."""
        names = self.class_names or []
        is_of_tags = tags_of(names) is not None
        return [*super().default_metrics(), *([EntityF1(names)] if is_of_tags else ())]

    def compile_arguments(self, loss: Any, metrics: Any, weighted_metrics: Any) -> tuple:
        """The default metrics count tokens by their weights: special tokens and padding are neither right nor wrong."""
        if isinstance(metrics, str) and metrics == "auto":
            metrics, weighted_metrics = [], weighted_metrics or self.default_metrics()
        return loss, metrics, weighted_metrics

    def text_target_rule(self) -> TextTargetRule:
        """Entities, or a tag for each word."""
        return EntityTargets(names_or_numbers(self.class_names, self.num_classes))

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
