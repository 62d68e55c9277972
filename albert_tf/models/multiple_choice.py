"""`AlbertMultipleChoice`: the best of several continuations or answers."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from albert_tf.answers import Choice
from albert_tf.models.answering import AnsweringTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.inputs import complete_inputs
from albert_tf.models.losses import is_same_kind
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing import AlbertMultipleChoicePreprocessor
from albert_tf.preprocessing.choice_targets import RightChoices
from albert_tf.preprocessing.targets import ClassNumbers, TargetRule, TextTargetRule
from albert_tf.type_names import Tensor, Texts

ABSENT = -1e9
"""The logit of a choice that a question does not have: it takes no part in softmax and cross-entropy."""


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMultipleChoice(AnsweringTask, AlbertTask):
    """Scores each choice by its own pass through the encoder (as ALBERT did for RACE).

    Raw text is the tuple `(questions, choices)` or `(questions, choices, contexts)`, with a list of choices for each
    question; their number may differ. Targets are the number of the right choice, from 0, or its text.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertMultipleChoicePreprocessor` for raw text, or None for token ids.
        dropout: rate before the output layer; default `config.classifier_dropout_prob`.

    Inputs: a dict of int32 tensors `(batch, choices, length)`; a choice without any token is none.

    Outputs: logits in float32, `(batch, choices)`, and -1e9 for what is no choice; `predict` on raw text gives as many
    as the question with the most choices has.

    Example:

    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertMultipleChoice, AlbertTokenizer
    from albert_tf.preprocessing import AlbertMultipleChoicePreprocessor

    model = AlbertMultipleChoice(
        AlbertBackbone(AlbertConfig.named("tiny")),
        AlbertMultipleChoicePreprocessor(AlbertTokenizer(), sequence_length=64),
    )
    questions, choices = ["What barks?", "Is water wet?"], [["a dog", "a cat", "a tree"], ["yes", "no"]]
    model.fit((questions, choices), ["a dog", "yes"], verbose=0)
    model.answer(questions, choices)[1].scores  # two probabilities
    ```
    """

    head = "multiple_choice"
    input_rank = 3
    preprocessor_cls = AlbertMultipleChoicePreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertMultipleChoicePreprocessor | None = None,
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
        is_there = ops.max(inputs["padding_mask"], axis=-1) > 0  # [B, C]
        return ops.where(is_there, ops.reshape(logits, (-1, choices)), ABSENT)

    def answer(
        self,
        questions: Texts,
        choices: Sequence[Sequence[str]],
        contexts: Texts | None = None,
        *,
        batch_size: int | None = None,
    ) -> list[Choice]:
        """Answers questions, as `TFLiteRunner` does from an exported file.

        Args:
            questions: a flat sequence of `str`: questions, or how sentences begin.
            choices: for each question a list of its choices, of any number.
            contexts: what is to be read first, one text for each question.
            batch_size: questions that are run together; default 32.

        Returns:
            One `Choice` for each question, in their order.

        Raises:
            ConfigError: when the model has no preprocessor.
            DataError: when a question has no choice, or something is not a `str`.
        """
        return self.answers_to((questions, choices, contexts), batch_size)

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """The number of the right choice."""
        return ClassNumbers(None if inputs is None else inputs["token_ids"].shape[1])

    def text_target_rule(self) -> TextTargetRule:
        """The number of the right choice, or its text."""
        is_own = is_same_kind(self.loss, self.default_loss())
        return RightChoices() if is_own else self.active_target_rule()

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {"dropout": self.dropout.rate}
