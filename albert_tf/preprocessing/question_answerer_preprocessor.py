"""`AlbertQuestionAnswererPreprocessor`: questions and contexts to the inputs of a question answerer."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from albert_tf.answers.questions import QuestionReader
from albert_tf.answers.readers import Columns
from albert_tf.errors import ConfigError
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
from albert_tf.preprocessing.span_targets import AnswerSpans, check_spans, window_positions
from albert_tf.preprocessing.target_values import check_row_count
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.type_names import Targets

OUTPUTS = ("start_logits", "end_logits")
SEQUENCE_LENGTH = 384
"""Of google-research's runs on SQuAD."""


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertQuestionAnswererPreprocessor(AlbertPreprocessor):
    """Tokenizes questions and contexts: `[CLS] question [SEP] context [SEP]`, a row for each window of a context.

    A context that does not fit beside its question is read in windows that overlap, so there may be more rows than
    questions; they stand in the order of the questions.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest row, in tokens, special tokens included.
        stride: tokens from the beginning of a window to that of the next (`doc_stride` in google-research's code). At
            most half of what the longest question leaves of a row is taken, so that windows always overlap.
        max_question_length: longest question, in tokens; what is longer is cut, also to half of a row.

    Call arguments:
        x: `(questions, contexts)`, two flat sequences of `str`, or rows `[question, context]`; or string tensors, also
            inside `tf.data.Dataset.map`, where a batch of questions becomes one of windows.
        y: for each question None or the characters `(start, end)` of its context; see `AnswerSpans`.
        sample_weight: one number for each question.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(windows, longest)`; with targets the tuple
        `(dict, y)` or `(dict, y, sample_weight)`, where y is a dict of `start_logits` and `end_logits`, `(windows,)`:
        the places of the first and last token of the answer, both 0, the place of `[CLS]`, in a window that does not
        hold all of it.

    Raises:
        ConfigError: when an argument is impossible.
        DataError: when a text is not a `str`, or an answer does not lie in its context.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.preprocessing import AlbertQuestionAnswererPreprocessor

    preprocessor = AlbertQuestionAnswererPreprocessor(AlbertTokenizer())
    inputs, y = preprocessor((["Where was it?"], ["It was in Rome."]), [(10, 14)])
    place = y["start_logits"][0]
    preprocessor.tokenizer.id_to_piece(int(inputs["token_ids"][0, place]))  # '▁rome'
    ```
    """

    reader_cls = QuestionReader
    text_keys = ("question", "context")

    def __init__(
        self,
        tokenizer: AlbertTokenizer,
        sequence_length: int = SEQUENCE_LENGTH,
        stride: int = 128,
        max_question_length: int = 64,
    ):
        super().__init__(tokenizer, sequence_length)
        if sequence_length < 5:
            raise ConfigError(
                f"sequence_length is {sequence_length}; expected at least 5: a token of the question, one of its "
                "context, [CLS] and twice [SEP]"
            )
        for name, value in (("stride", stride), ("max_question_length", max_question_length)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(
                    f"{name} is {value!r}; expected a whole number of tokens, at least 1"
                )
        self.stride = stride
        self.max_question_length = max_question_length

    @classmethod
    def _of(cls, checkpoint, tokenizer_model, changes):
        if "stride" not in checkpoint.extra.get("preprocessor", {}):
            # Windows are of the published length, not of another head's, nor of all positions there are.
            positions = checkpoint.config.max_position_embeddings
            length = cls.usual_length(checkpoint, min(SEQUENCE_LENGTH, positions))
            changes = {"sequence_length": length, **changes}
        return super()._of(checkpoint, tokenizer_model, changes)

    def row_targets(
        self, columns: Columns, packed: PackedTokens, y: Targets, sample_weight: Targets
    ) -> tuple[Targets, Targets]:
        """Returns the places of each window's answer, as a dict by output, and the weight of its question."""
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight)
            check_row_count(sample_weight, len(columns[0]), "sample_weight", of="question")
            sample_weight = sample_weight[packed.text_index]
        if y is not None:
            spans = check_spans(AnswerSpans().read(y), columns[1])
            places = window_positions(spans, packed)
            y = dict(zip(OUTPUTS, places, strict=True))
        return y, sample_weight

    def row_specs(self, weighted: bool) -> tuple[Any, Any]:
        """Returns what `row_targets` gives: a number for each window."""
        places = {name: tf.TensorSpec((None,), tf.int64) for name in OUTPUTS}
        return places, tf.TensorSpec((None,), tf.float32) if weighted else None
