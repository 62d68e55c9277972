"""`AlbertMaskedLMPreprocessor`: texts with `[MASK]` in them to the inputs of `AlbertMaskedLM`."""

from typing import Any

import keras

from albert_tf.answers.mask_reader import MaskReader
from albert_tf.answers.readers import Columns
from albert_tf.errors import ConfigError
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.type_names import Targets

NO_TARGETS = (
    "AlbertMaskedLM takes raw text in answer and predict only; to train it on text use albert-tf pretrain "
    "(albert_tf.pretraining), or pass a dict of token_ids and padding_mask with the tokens as targets"
)


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMaskedLMPreprocessor(AlbertPreprocessor):
    """Tokenizes texts, whose `[MASK]`s become the mask's id, adds `[CLS]` and `[SEP]`, and pads.

    It masks nothing by itself: `albert_tf.pretraining` draws masks, runs of whole words as ALBERT did.

    A blank before a `[MASK]` is part of it, since a token of SentencePiece holds the blank before its word. A text that
    is too long becomes several rows, windows that overlap by half.

    Args:
        tokenizer: an `AlbertTokenizer` whose vocabulary has a mask.
        sequence_length: longest row, in tokens, special tokens included.

    Call arguments:
        x: a flat sequence of `str`; or a string tensor, also inside `tf.data.Dataset.map`.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(rows, longest)`.

    Raises:
        ConfigError: when an argument is impossible, the vocabulary has no mask, or there are targets.
        DataError: when a text is not a `str`.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.preprocessing import AlbertMaskedLMPreprocessor

    preprocessor = AlbertMaskedLMPreprocessor(AlbertTokenizer(), sequence_length=64)
    preprocessor(["the capital of [MASK] is paris"])["token_ids"]  # [[2, 14, 1057, 16, 4, 25, 1162, 3]]
    ```
    """

    reader_cls = MaskReader
    text_keys = ("text",)

    def row_targets(
        self, columns: Columns, packed: PackedTokens, y: Targets, sample_weight: Targets
    ) -> tuple[Targets, Targets]:
        """Returns None for both: there are no targets beside raw text.

        Raises:
            ConfigError: when there are.
        """
        if y is not None:
            raise ConfigError(NO_TARGETS)
        return None, None

    def row_specs(self, weighted: bool) -> tuple[Any, Any]:
        """There are none.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(NO_TARGETS)
