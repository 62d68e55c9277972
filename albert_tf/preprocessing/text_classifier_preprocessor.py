"""`AlbertTextClassifierPreprocessor`: raw text to the inputs of classifier, regressor and embedder."""

from typing import Any

import keras

from albert_tf.answers.readers import TextReader
from albert_tf.errors import ConfigError, DataError
from albert_tf.preprocessing.in_graph import pack_in_graph
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.text_inputs import is_string_tensor
from albert_tf.type_names import Targets

TRUNCATIONS = ("longest_first", "only_first", "only_second")


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextClassifierPreprocessor(AlbertPreprocessor):
    """Tokenizes texts or pairs of texts, adds `[CLS]` and `[SEP]`, truncates and pads.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest input, in tokens, special tokens included; longer texts are truncated.
        truncate: which text of a pair loses tokens: `"longest_first"`, `"only_first"` or `"only_second"`.

    Call arguments:
        x: any flat sequence of `str`, such as a list, an array or a column of a table; a tuple `(texts, pairs)` of two;
            rows `[text, pair]`; or string tensors of shape `(batch,)` or `(batch, 2)`, also inside
            `tf.data.Dataset.map`. One text, a `str` or a tensor `()`, gives its inputs without the batch axis.
        y: targets, passed through.
        sample_weight: passed through.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(batch, longest)`; where they are given, as in
        keras-hub, the tuple `(dict, y)` or `(dict, y, sample_weight)`.

    Raises:
        ConfigError: when an argument is impossible.
        DataError: when a text is not a `str`, or `x` may be read in two ways.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=128)
    preprocessor(["Hello, World!"])["token_ids"]  # [[2, 10975, 15, 126, 187, 3]]
    preprocessor((["A question?"], ["An answer."]))["segment_ids"]
    ```
    """

    reader_cls = TextReader
    packs_in_graph = True

    def __init__(
        self,
        tokenizer: AlbertTokenizer,
        sequence_length: int = 512,
        truncate: str = "longest_first",
    ):
        super().__init__(tokenizer, sequence_length)
        self.truncate = checked_truncation(truncate)

    def examples(
        self,
        x: Any,
        y: Targets = None,
        sample_weight: Targets = None,
        *,
        length: int | None = None,
    ) -> tuple:
        """Returns inputs, targets and weights, also of string tensors and of a single text; see the class."""
        if is_string_tensor(x) and not _is_list_of_texts(x):
            return pack_in_graph(self._graph_tokenizer, x, self), y, sample_weight
        if isinstance(x, tuple) and len(x) == 2 and all(isinstance(text, str) for text in x):
            raise DataError(
                "a tuple of two texts may be two texts, or a text and its pair; pass a list, [text, text], or the pair "
                "as ([text], [pair])"
            )
        if not isinstance(x, str):
            return super().examples(x, y, sample_weight, length=length)
        inputs, *_ = super().examples([x], length=length)
        return {name: row for name, (row,) in inputs.items()}, y, sample_weight

    @property
    def _graph_tokenizer(self):
        # Made at first use: its lookup tables take a moment, and a pickled preprocessor need not carry them.
        if not hasattr(self, "_made_graph_tokenizer"):
            self._made_graph_tokenizer = self.tokenizer.in_graph()
        return self._made_graph_tokenizer

    def __getstate__(self):
        return {
            name: value for name, value in vars(self).items() if name != "_made_graph_tokenizer"
        }


def checked_truncation(truncate: str) -> str:
    """Returns the way in which a pair is cut.

    Raises:
        ConfigError: when it is none of `TRUNCATIONS`.
    """
    if truncate not in TRUNCATIONS:
        raise ConfigError(f"truncate is {truncate!r}; expected one of {', '.join(TRUNCATIONS)}")
    return truncate


def _is_list_of_texts(tensors) -> bool:
    """Whether string tensors are one text each, as an eager loop over a dataset gives them."""
    return isinstance(tensors, (list, tuple)) and all(
        tensor.shape.rank == 0 and hasattr(tensor, "numpy") for tensor in tensors
    )
