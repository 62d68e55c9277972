"""`AlbertMultipleChoicePreprocessor`: questions with choices to the inputs of `AlbertMultipleChoice`."""

from typing import Any

import keras
import tensorflow as tf

from albert_tf.answers.choice_reader import ChoiceReader
from albert_tf.answers.readers import Columns
from albert_tf.preprocessing.choice_targets import numbers_of_choices, tells_choices
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
from albert_tf.preprocessing.text_classifier_preprocessor import checked_truncation
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.type_names import Targets


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMultipleChoicePreprocessor(AlbertPreprocessor):
    """Tokenizes each choice beside its question, adds `[CLS]` and `[SEP]`, truncates and pads.

    A row is `[CLS] question [SEP] choice [SEP]`, or with a context, as ALBERT read RACE,
    `[CLS] context [SEP] question choice [SEP]`: the choice stands in the place of a blank, `_`, if the question has
    one, and else behind it; of question and choice the last tokens are kept, of a context the first.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest row, in tokens, special tokens included; longer texts are truncated.
        truncate: which of the two texts of a row loses tokens: `"longest_first"`, `"only_first"` or `"only_second"`.

    Call arguments:
        x: a tuple `(questions, choices)` or `(questions, choices, contexts)`: flat sequences of `str`, and of the
            choices a list for each question, or a table with a column for each. Their number may differ from question
            to question. In `tf.data`, string tensors `(batch,)`, and `(batch, choices)` or ragged for the choices.
        y: the number of the right choice of each question, from 0, or its text.
        sample_weight: one number for each question.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(questions, most choices, longest)`, where a
        choice that a question does not have is padding only; where they are given, as in keras-hub, the tuple
        `(dict, y)` or `(dict, y, sample_weight)`, `y` as numbers.

    Raises:
        ConfigError: when an argument is impossible.
        DataError: when `x` is something else, or a target is none of its question's choices.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.preprocessing import AlbertMultipleChoicePreprocessor

    preprocessor = AlbertMultipleChoicePreprocessor(AlbertTokenizer(), sequence_length=64)
    questions = ["What barks?", "Is water wet?"]
    inputs, y = preprocessor((questions, [["a dog", "a cat", "a tree"], ["yes", "no"]]), ["a dog", "yes"])
    inputs["token_ids"].shape  # (2, 3, 9)
    ```
    """

    reader_cls = ChoiceReader
    text_keys = ("question", "choices", "context")
    input_rank = 3

    def __init__(
        self,
        tokenizer: AlbertTokenizer,
        sequence_length: int = 512,
        truncate: str = "longest_first",
    ):
        super().__init__(tokenizer, sequence_length)
        self.truncate = checked_truncation(truncate)

    def row_targets(
        self, columns: Columns, packed: PackedTokens, y: Targets, sample_weight: Targets
    ) -> tuple[Targets, Targets]:
        """Returns the number of the right choice of each question; see `AlbertPreprocessor.row_targets`.

        Targets of another loss than the model's own, such as one-hot rows, are returned as they are.
        """
        if y is not None and tells_choices(y):
            y = numbers_of_choices(y, columns[1])
        return y, sample_weight

    def row_specs(self, weighted: bool) -> tuple[Any, Any]:
        """Returns what `row_targets` gives for a batch: numbers of choices, and weights."""
        return tf.TensorSpec((None,), tf.int64), tf.TensorSpec(
            (None,), tf.float32
        ) if weighted else None
