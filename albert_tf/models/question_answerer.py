"""`AlbertQuestionAnswerer`: where in a passage the answer starts and ends."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from albert_tf.answers import QuestionAnswer
from albert_tf.config import BACKBONE_INPUTS
from albert_tf.errors import ConfigError
from albert_tf.layers import ConditionalSpanHead
from albert_tf.models.answering import AnsweringTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.inputs import complete_inputs
from albert_tf.models.losses import YesOrNoCrossentropy
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing import AlbertQuestionAnswererPreprocessor
from albert_tf.preprocessing.span_targets import AnswerSpans
from albert_tf.preprocessing.targets import ByOutput, ClassNumbers, TargetRule, TextTargetRule
from albert_tf.type_names import Data, Tensor, Texts

START_POSITIONS = "start_positions"
"""Input of the right starts, in training."""
NO_ANSWER = "cls_logits"
"""Output that says, above 0, that there is no answer."""


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertQuestionAnswerer(AnsweringTask, AlbertTask):
    """Finds the answer to a question in a passage: scores every token as its start and as its end.

    With a preprocessor, `x` is `(questions, contexts)`, and targets are for each question the characters `(start, end)`
    of its context, or None where that does not answer it; see `AnswerSpans` for the forms. A context that does not
    fit is read in windows, and `predict` gives a row for each window; `answer` gives the best answer of all of them.

    It has one of two heads, and `answer` gives the same objects with both. The simple one scores starts and ends apart,
    as BERT does, and google-research/albert for SQuAD v1.1. With `end_conditioned_on_start` it is the one that its
    `run_squad_v2.py` trains for SQuAD v2.0: the end is scored for a given start, and a classifier of its own says that
    there is no answer; see `ConditionalSpanHead`. It is an option and no class of its own, so that one need not know
    which head a checkpoint has in order to load it.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertQuestionAnswererPreprocessor` for raw strings, or None for token ids: question as
            segment 0, passage as segment 1.
        can_be_unanswerable: whether a context may hold no answer (SQuAD v2.0), which `[CLS]` as start and end means,
            or with `end_conditioned_on_start` the classifier; otherwise `answer` always gives one.
        no_answer_threshold: probability of no answer from which on `answer` gives none; `best_no_answer_threshold` of
            `albert_tf.tasks` finds it on validation data.
        max_answer_tokens: longest answer that `answer` gives, in tokens.
        end_conditioned_on_start: which head it has.
        start_n_top: with it: starts that are tried; google-research's name, and number.
        end_n_top: with it: ends that are tried for each of them.
        dropout: with it: rate before the last layer of the classifier; default `config.classifier_dropout_prob`.

    Outputs: a dict of float32 logits `start_logits`, `end_logits`, each `(batch, length)`; with
    `end_conditioned_on_start` those of `ConditionalSpanHead`, the beam. Targets beside token ids: a dict of
    `start_logits`, `end_logits` with token positions `(batch,)`, both 0 for no answer. The loss is the sum of the
    cross-entropies, with `end_conditioned_on_start` half of the sum of three. There `fit` and `evaluate` score the ends
    of the right starts, which they give the model as a further input, `start_positions`, int32 `(batch,)`.

    Raises:
        ConfigError: when an option is impossible; when the model is called with `training=True` and has no
            `start_positions` to score ends for.

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
        end_conditioned_on_start: bool = False,
        start_n_top: int = 5,
        end_n_top: int = 5,
        dropout: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(backbone, preprocessor, **kwargs)
        self.can_be_unanswerable = can_be_unanswerable
        self.no_answer_threshold = no_answer_threshold
        self.max_answer_tokens = max_answer_tokens
        self.end_conditioned_on_start = end_conditioned_on_start
        self._beam_settings = {
            "start_n_top": _checked_beam("start_n_top", start_n_top),
            "end_n_top": _checked_beam("end_n_top", end_n_top),
            "dropout": self.config.classifier_dropout_prob if dropout is None else dropout,
        }
        self.decoder()  # which says what is impossible
        if end_conditioned_on_start:
            self.input_names = (*BACKBONE_INPUTS, START_POSITIONS)
            self.span_head = ConditionalSpanHead(
                self.config,
                start_n_top=start_n_top,
                end_n_top=end_n_top,
                rate=self._beam_settings["dropout"],
                name="span_head",
            )
            self.span_head.build((None, None, self.config.hidden_size))
        else:
            self.qa_outputs = self.head_dense(2, "qa_outputs")
        self.built = True
        self.compile()

    def __call__(
        self, inputs: Data, *args: Any, training: bool | None = None, **kwargs: Any
    ) -> Any:
        """Calls the model on a dict of its inputs, or on raw text."""
        if training and self.end_conditioned_on_start and START_POSITIONS not in inputs:
            raise ConfigError(  # here, since Keras adds many lines to what is raised in `call`
                "with end_conditioned_on_start the ends are learned for given starts; give the input "
                f"{START_POSITIONS}, or train with fit, which makes it of the targets"
            )
        return super().__call__(inputs, *args, training=training, **kwargs)

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> dict[str, Tensor]:
        """Returns the dict of logits; see the class."""
        states = self.encode(inputs, training=training)["sequence_output"]
        if not self.end_conditioned_on_start:
            logits = self.qa_outputs(states)
            return {"start_logits": logits[..., 0], "end_logits": logits[..., 1]}
        where = _can_be_answer(complete_inputs(inputs, self.input_names))
        return self.span_head(states, where, inputs.get(START_POSITIONS), training=training)

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
        """Cross-entropy over the positions, for start and for end; and of no answer, where that has its own logit."""
        losses = {name: super(AlbertQuestionAnswerer, self).default_loss() for name in _OUTPUTS}
        return losses | (
            {NO_ANSWER: YesOrNoCrossentropy()} if self.end_conditioned_on_start else {}
        )

    def default_metrics(self) -> dict[str, list]:
        """Share of exactly right starts, and of exactly right ends; and of windows with and without an answer."""
        shares = {name: super(AlbertQuestionAnswerer, self).default_metrics() for name in _OUTPUTS}
        if self.end_conditioned_on_start:
            shares[NO_ANSWER] = [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)]
        return shares

    def default_loss_weights(self) -> dict[str, float] | None:
        """One half for each of three losses, as in google-research's `squad_utils.py`; two are added up."""
        return dict.fromkeys(self.default_loss(), 0.5) if self.end_conditioned_on_start else None

    def completed_batch(self, batch: tuple) -> tuple:
        """Returns a batch with the right starts as an input, and whether there is no answer as a target.

        Args:
            batch: see `AlbertTask`.
        """
        x, y, *rest = batch
        if not self.end_conditioned_on_start or not isinstance(y, Mapping) or _OUTPUTS[0] not in y:
            return batch
        starts = y[_OUTPUTS[0]]
        # Of an array or a tensor of tf.data, which the backend's own operators may not take.
        return ({**x, START_POSITIONS: starts}, {**y, NO_ANSWER: starts == 0}, *rest)

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A position of the input for start and for end."""
        position = ClassNumbers(None if inputs is None else inputs["token_ids"].shape[1])
        return ByOutput(dict.fromkeys(_OUTPUTS, position))

    def text_target_rule(self) -> TextTargetRule:
        """The characters of the context that are the answer, or none where there may be none."""
        return AnswerSpans(self.can_be_unanswerable)

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        settings = {
            "can_be_unanswerable": self.can_be_unanswerable,
            "no_answer_threshold": self.no_answer_threshold,
            "max_answer_tokens": self.max_answer_tokens,
            "end_conditioned_on_start": self.end_conditioned_on_start,
        }
        return settings | (self._beam_settings if self.end_conditioned_on_start else {})

    @classmethod
    def shape_arguments(cls) -> tuple[str, ...]:
        """Names of the head arguments that decide the shapes of its weights."""
        return ("end_conditioned_on_start",)


_OUTPUTS = ("start_logits", "end_logits")


def _can_be_answer(inputs) -> Tensor:
    """Tokens where an answer may start and end: those of the context, and `[CLS]` for none; bool `(batch, length)`."""
    mask = ops.cast(inputs["padding_mask"], "bool")
    has_next = ops.pad(mask[:, 1:], [[0, 0], [0, 1]])  # the last one is [SEP]
    is_first = ops.arange(ops.shape(mask)[1], dtype="int32") == 0
    return ops.logical_or(ops.logical_and(inputs["segment_ids"] == 1, has_next), is_first)


def _checked_beam(name, count) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ConfigError(f"{name} is {count!r}; expected a whole number, at least 1")
    return count
