"""`AlbertTokenClassifierPreprocessor`: raw text, and labels of its words or entities, to the inputs of its tokens."""

from typing import Any

import keras
import tensorflow as tf

from albert_tf.answers.entities import EntityReader
from albert_tf.answers.readers import Columns
from albert_tf.errors import ConfigError, DataError
from albert_tf.preprocessing.entity_targets import TokenTargets
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.type_names import Targets


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTokenClassifierPreprocessor(AlbertPreprocessor):
    """Tokenizes texts and adds `[CLS]` and `[SEP]`; a long text becomes several rows, which overlap.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest row, in tokens, special tokens included.
        stride: tokens from the begin of a row to that of the next; default: half a row. Each token is labelled in the
            row that gives it the most context.

    Call arguments:
        x: any flat sequence of `str`; or a string tensor, also inside `tf.data.Dataset.map`, where a batch of texts
            becomes one of rows.
        y: what the target rule of an `AlbertTokenClassifier` has read, whose class names it needs.
        sample_weight: one number for each text.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(rows, longest)`; with targets the tuple
        `(dict, y, sample_weight)`, of numbers for each token.

    Raises:
        ConfigError: when an argument is impossible.
        DataError: when a text is not a `str`.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.preprocessing import AlbertTokenClassifierPreprocessor

    preprocessor = AlbertTokenClassifierPreprocessor(AlbertTokenizer(), sequence_length=64)
    preprocessor(["Rome is a city."])["token_ids"].shape  # (1, 7)
    ```
    """

    reader_cls = EntityReader
    text_keys = ("text",)

    def __init__(
        self, tokenizer: AlbertTokenizer, sequence_length: int = 512, stride: int | None = None
    ):
        super().__init__(tokenizer, sequence_length)
        is_number = isinstance(stride, int) and not isinstance(stride, bool)
        if stride is not None and (not is_number or stride < 1):
            raise ConfigError(f"stride is {stride!r}; expected at least 1 token, or None")
        self.stride = stride

    def row_targets(
        self, columns: Columns, packed: PackedTokens, y: Targets, sample_weight: Targets
    ) -> tuple[Targets, Targets]:
        """Returns a class number and a weight for each token of the rows; see `TokenTargets.of_tokens`.

        Raises:
            DataError: when a target does not fit its text, or has not been read with the names of the classes.
        """
        if y is None:
            return None, None
        if not isinstance(y, TokenTargets):
            raise DataError(
                f"y is of type {type(y).__name__}; expected what text_targets(y) of an AlbertTokenClassifier gives, "
                "which knows the names of the classes"
            )
        (texts,) = columns
        return y.of_tokens(packed, texts, sample_weight)

    def row_specs(self, weighted: bool) -> tuple[Any, Any]:
        """Returns what `row_targets` gives: a number and a weight for each token."""
        return tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.float32)
