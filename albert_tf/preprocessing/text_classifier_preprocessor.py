"""`AlbertTextClassifierPreprocessor`: raw text to the inputs of classifier, regressor and embedder."""

import base64
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import keras
import tensorflow as tf

from albert_tf.errors import ConfigError, DataError
from albert_tf.preprocessing.batches import LengthBucketedBatches
from albert_tf.preprocessing.in_graph import pack_in_graph
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.tokenizer.text_inputs import is_string_tensor, texts_and_pairs
from albert_tf.type_names import Targets, Texts
from albert_tf.weights import Checkpoint, read_checkpoint

TRUNCATIONS = ("longest_first", "only_first", "only_second")


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextClassifierPreprocessor:
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

    autograph_info__: Mapping = MappingProxyType({})
    """As `tf.autograph.experimental.do_not_convert` marks a function: in `Dataset.map` there is nothing here for
    AutoGraph to convert, and it would wrap the errors. It does not look behind the `__call__` of an object."""

    def __init__(
        self,
        tokenizer: AlbertTokenizer,
        sequence_length: int = 512,
        truncate: str = "longest_first",
    ):
        if not isinstance(sequence_length, int) or sequence_length < 4:
            raise ConfigError(
                f"sequence_length is {sequence_length!r}; expected at least 4: [CLS] a [SEP] and a token more"
            )
        if truncate not in TRUNCATIONS:
            raise ConfigError(f"truncate is {truncate!r}; expected one of {', '.join(TRUNCATIONS)}")
        self.tokenizer = tokenizer
        self.sequence_length = sequence_length
        self.truncate = truncate

    def __call__(self, x: Any, y: Targets = None, sample_weight: Targets = None) -> Any:
        """See the class."""
        if y is None and sample_weight is not None:  # Keras would leave it out
            raise DataError("sample_weight was given without y, whose weight it is; pass y too")
        return keras.utils.pack_x_y_sample_weight(self._inputs(x), y, sample_weight)

    def _inputs(self, x) -> dict:
        if is_string_tensor(x) and not _is_list_of_texts(x):
            return pack_in_graph(self._graph_tokenizer, x, self)
        for part in x[:2] if isinstance(x, tuple) else (x,):
            if tf.is_symbolic_tensor(part):
                raise DataError(f"texts is a tensor of {part.dtype.name}; expected one of strings")
        if isinstance(x, tuple) and len(x) == 2 and all(isinstance(text, str) for text in x):
            raise DataError(
                "a tuple of two texts may be two texts, or a text and its pair; pass a list, [text, text], or the pair "
                "as ([text], [pair])"
            )
        packed = self.pack([x] if isinstance(x, str) else x)
        rows = packed.padded(self.tokenizer.pad_id)
        inputs = dict(zip(("token_ids", "segment_ids", "padding_mask"), rows, strict=True))
        return {name: row for name, (row,) in inputs.items()} if isinstance(x, str) else inputs

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

    def pack(self, x: Texts) -> PackedTokens:
        """Returns the tokenizer's `PackedTokens` of raw text in memory, unpadded.

        Args:
            x: as for `texts_and_pairs`.

        Raises:
            DataError: when `x` is a single string, or holds something other than `str`.
        """
        texts, pairs = texts_and_pairs(x)
        return self.tokenizer.pack(
            texts,
            pairs,
            max_length=self.sequence_length,
            truncate="longest_first" if pairs is None else self.truncate,
        )

    def batches(
        self,
        x: Texts,
        y: Targets = None,
        sample_weight: Targets = None,
        *,
        batch_size: int = 32,
        order: str = "by_length",
        seed: int = 0,
    ) -> LengthBucketedBatches:
        """Returns the batches of in-memory texts; see `LengthBucketedBatches`.

        Args:
            x: texts, pairs of them or rows, as for `texts_and_pairs`.
            y: targets, one row for each text, or None.
            sample_weight: one number for each text, or None.
            batch_size: texts in a batch.
            order: `"shuffled"`, `"given"` or `"by_length"`.
            seed: of the shuffled order.
        """
        options = {"batch_size": batch_size, "order": order, "seed": seed}
        return self.batches_of(self.pack(x), y, sample_weight, **options)

    def batches_of(
        self, packed: PackedTokens, y: Targets = None, sample_weight: Targets = None, **options: Any
    ) -> LengthBucketedBatches:
        """Returns the batches of what `pack` returned; `options` as for `LengthBucketedBatches`."""
        return LengthBucketedBatches(
            packed,
            y,
            sample_weight,
            pad_id=self.tokenizer.pad_id,
            max_length=self.sequence_length,
            **options,
        )

    # === Saving ===

    def settings(self) -> dict:
        """Returns the constructor's arguments but for the tokenizer, serializable."""
        return {"sequence_length": self.sequence_length, "truncate": self.truncate}

    def get_config(self) -> dict:
        """Returns everything that `from_config` needs; a tokenizer that is not bundled is included whole."""
        tokenizer = self.tokenizer
        is_bundled = tokenizer.model_bytes == AlbertTokenizer().model_bytes
        model = None if is_bundled else base64.b64encode(tokenizer.model_bytes).decode("ascii")
        return {
            **self.settings(),
            "tokenizer": tokenizer.get_config(),
            "tokenizer_model": model,
        }

    @classmethod
    def from_config(cls, config: dict) -> Self:
        """Builds a preprocessor from what `get_config` returned."""
        config = dict(config)
        model = config.pop("tokenizer_model")
        model = None if model is None else base64.b64decode(model)
        tokenizer = AlbertTokenizer.from_config(config.pop("tokenizer"), model)
        return cls(tokenizer, **config)

    @classmethod
    def from_preset(cls, preset: str | Path, **settings: Any) -> Self:
        """Returns the preprocessor of a preset, of a foreign checkpoint's folder, or of `hf://owner/name`.

        Args:
            preset: as for `from_preset` of a model, e.g. `"albert_small_en"`.
            **settings: `sequence_length`, by default all positions of the preset's model, and `truncate`; they win over
                the preset's.

        Raises:
            CheckpointError: when there is no such checkpoint, it is damaged, or it carries no tokenizer.
            ConfigError: when a setting is unknown or impossible.
        """
        unknown = sorted(settings.keys() - {"sequence_length", "truncate"})
        if unknown:
            raise ConfigError(
                f"{cls.__name__}.from_preset has no argument {unknown[0]!r}; expected sequence_length or truncate"
            )
        checkpoint = read_checkpoint(preset)
        return cls._of(checkpoint, checkpoint.check_tokenizer(), settings)

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, **changes: Any) -> Self | None:
        """Returns the preprocessor that a `Checkpoint` describes, or None when it carries no tokenizer.

        Args:
            checkpoint: a `Checkpoint`.
            **changes: settings that replace the checkpoint's, e.g. `sequence_length=64`.

        Raises:
            ConfigError: when there are changes and no tokenizer, or one is impossible.
        """
        if checkpoint.tokenizer_model is None:
            for name, value in changes.items():
                raise ConfigError(
                    f"{name} is {value!r}, but {checkpoint.source} carries no tokenizer; pass preprocessor="
                    f"{cls.__name__}(AlbertTokenizer(...), {name}={value!r})"
                )
            return None
        return cls._of(checkpoint, checkpoint.tokenizer_model, changes)

    @classmethod
    def _of(cls, checkpoint: Checkpoint, tokenizer_model: bytes, changes: dict) -> Self:
        settings = {**checkpoint.extra.get("preprocessor", {}), **changes}
        settings.pop("tokenizer", None)
        settings.setdefault("sequence_length", checkpoint.config.max_position_embeddings)
        options = checkpoint.tokenizer_options()
        return cls(AlbertTokenizer.from_bytes(tokenizer_model, **options), **settings)

    def describe(self, checkpoint: Checkpoint) -> None:
        """Adds tokenizer and settings to a `Checkpoint`, for `from_checkpoint`."""
        options = self.tokenizer.get_config()
        options.pop("model_sha256")
        checkpoint.tokenizer_model = self.tokenizer.model_bytes
        checkpoint.lowercase = self.tokenizer.lowercase
        checkpoint.strip_accents = self.tokenizer.strip_accents
        checkpoint.extra["preprocessor"] = {**self.settings(), "tokenizer": options}


def _is_list_of_texts(tensors) -> bool:
    """Whether string tensors are one text each, as an eager loop over a dataset gives them."""
    return isinstance(tensors, (list, tuple)) and all(
        tensor.shape.rank == 0 and hasattr(tensor, "numpy") for tensor in tensors
    )
