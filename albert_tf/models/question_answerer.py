"""`AlbertQuestionAnswerer`: where in a passage the answer starts and ends."""

from typing import Any

import keras

from albert_tf.answers import QuestionAnswer
from albert_tf.models.answering import AnsweringTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing import AlbertQuestionAnswererPreprocessor
from albert_tf.preprocessing.span_targets import AnswerSpans
from albert_tf.preprocessing.targets import ByOutput, ClassNumbers, TargetRule, TextTargetRule
from albert_tf.type_names import Tensor, Texts


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertQuestionAnswerer(AnsweringTask, AlbertTask):
    """Finds the answer to a question in a passage: scores every token as its start and as its end.

    With a preprocessor, `x` is `(questions, contexts)`, and targets are for each question the characters `(start, end)`
    of its context, or None where that does not answer it; see `AnswerSpans` for the forms. A context that does not
    fit is read in windows, and `predict` gives a row for each window; `answer` gives the best answer of all of them.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertQuestionAnswererPreprocessor` for raw strings, or None for token ids: question as
            segment 0, passage as segment 1.
        can_be_unanswerable: whether a context may hold no answer (SQuAD v2.0), which `[CLS]` as start and end means;
            otherwise `answer` always gives one.
        no_answer_threshold: probability of no answer from which on `answer` gives none; `best_no_answer_threshold` of
            `albert_tf.tasks` finds it on validation data.
        max_answer_tokens: longest answer that `answer` gives, in tokens.

    Outputs: a dict of float32 logits `start_logits`, `end_logits`, each `(batch, length)`. Targets beside token ids: a
    dict of the same keys with token positions `(batch,)`.

    Raises:
        ConfigError: when an option is impossible.

    Example:

    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertQuestionAnswerer, AlbertTokenizer
    from albert_tf.preprocessing import AlbertQuestionAnswererPreprocessor

    answerer = AlbertQuestionAnswerer(
        AlbertBackbone(AlbertConfig.named("tiny")),
        AlbertQuestionAnswererPreprocessor(AlbertTokenizer(), sequence_length=128),
    )
    contexts = ["It was in Rome.", "We left on Friday."]
    answerer.fit((["Where was it?", "When did we leave?"], contexts), [(10, 14), (11, 17)], verbose=0)
    (answer,) = answerer.answer(["Where was it?"], ["It was in Rome."])
    print(answer.text, answer.start, answer.end, answer.probability)
    ```
    """

    head = "question_answerer"
    preprocessor_cls = AlbertQuestionAnswererPreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertQuestionAnswererPreprocessor | None = None,
        *,
        can_be_unanswerable: bool = False,
        no_answer_threshold: float = 0.5,
        max_answer_tokens: int = 30,
        **kwargs: Any,
    ):
        super().__init__(backbone, preprocessor, **kwargs)
        self.can_be_unanswerable = can_be_unanswerable
        self.no_answer_threshold = no_answer_threshold
        self.max_answer_tokens = max_answer_tokens
        self.decoder()  # which says what is impossible
        self.qa_outputs = self.head_dense(2, "qa_outputs")
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> dict[str, Tensor]:
        """Returns the dict of logits; see the class."""
        logits = self.qa_outputs(self.encode(inputs, training=training)["sequence_output"])
        return {"start_logits": logits[..., 0], "end_logits": logits[..., 1]}

    def answer(
        self, questions: Texts, contexts: Texts | None = None, *, batch_size: int | None = None
    ) -> list[QuestionAnswer]:
        """Answers questions on contexts, as `TFLiteRunner` does from an exported file.

        Args:
            questions: a flat sequence of `str`; also a tuple `(questions, contexts)`, or rows `[question, context]`.
            contexts: the passages, one for each question.
            batch_size: windows that are run together; default 32.

        Returns:
            One `QuestionAnswer` for each question, in their order.

        Raises:
            ConfigError: when the model has no preprocessor.
            DataError: when the texts are no such sequences, or one of them is not a `str`.
        """
        return self.answers_to(questions if contexts is None else (questions, contexts), batch_size)

    def default_loss(self) -> dict[str, keras.losses.Loss]:
        """Cross-entropy over the positions, for start and for end."""
        return {name: super(AlbertQuestionAnswerer, self).default_loss() for name in _OUTPUTS}

    def default_metrics(self) -> dict[str, list]:
        """Share of exactly right starts, and of exactly right ends."""
        return {name: super(AlbertQuestionAnswerer, self).default_metrics() for name in _OUTPUTS}

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A position of the input for start and for end."""
        position = ClassNumbers(None if inputs is None else inputs["token_ids"].shape[1])
        return ByOutput(dict.fromkeys(_OUTPUTS, position))

    def text_target_rule(self) -> TextTargetRule:
        """The characters of the context that are the answer, or none where there may be none."""
        return AnswerSpans(self.can_be_unanswerable)

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {
            "can_be_unanswerable": self.can_be_unanswerable,
            "no_answer_threshold": self.no_answer_threshold,
            "max_answer_tokens": self.max_answer_tokens,
        }


_OUTPUTS = ("start_logits", "end_logits")
