"""`AlbertMaskedLMPreprocessor`: texts with `[MASK]` in them to the inputs of `AlbertMaskedLM`."""

import keras

from albert_tf.answers.mask_reader import MaskReader
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMaskedLMPreprocessor(AlbertPreprocessor):
    """Tokenizes texts, whose `[MASK]`s become the mask's id, adds `[CLS]` and `[SEP]`, and pads.

    It masks nothing by itself: `albert_tf.pretraining` draws masks, runs of whole words as ALBERT did.

    A blank before a `[MASK]` is part of it, since a token of SentencePiece holds the blank before its word. A text that is
    too long becomes several rows, windows that overlap by half.

    Args:
        tokenizer: an `AlbertTokenizer` whose vocabulary has a mask.
        sequence_length: longest row, in tokens, special tokens included.

    Call arguments:
        x: a flat sequence of `str`.
        y: targets, passed through.
        sample_weight: passed through.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(rows, longest)`; where they are given, as in
        keras-hub, the tuple `(dict, y)` or `(dict, y, sample_weight)`.

    Raises:
        ConfigError: when an argument is impossible, or the vocabulary has no mask.
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
