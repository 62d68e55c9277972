"""`AlbertTextClassifierPreprocessor`: raw text to the inputs of classifier, regressor and embedder."""

import base64

import keras

from albert_tf.errors import ConfigError
from albert_tf.preprocessing.batches import LengthBucketedBatches
from albert_tf.preprocessing.in_graph import pack_in_graph
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.text_inputs import is_string_tensor, texts_and_pairs

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
            rows `[text, pair]`; or string tensors of shape `(batch,)`, also inside `tf.data.Dataset.map`.
        y: targets, passed through.
        sample_weight: passed through.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(batch, longest)`; together with `y` and
        `sample_weight` as a tuple where they are given.

    Raises:
        ConfigError: when an argument is impossible.
        DataError: when a text is not a `str`.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=128)
    preprocessor(["Hello, World!"])["token_ids"]  # [[2, 10975, 15, 126, 187, 3]]
    preprocessor((["A question?"], ["An answer."]))["segment_ids"]
    ```
    """

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

    def __call__(self, x, y=None, sample_weight=None):
        """See the class."""
        if is_string_tensor(x) and not _is_list_of_texts(x):
            inputs = pack_in_graph(self._graph_tokenizer, x, self)
        else:
            packed = self.pack(x)
            names = ("token_ids", "segment_ids", "padding_mask")
            inputs = dict(zip(names, packed.padded(self.tokenizer.pad_id), strict=True))
        if y is None:
            return inputs
        return (inputs, y) if sample_weight is None else (inputs, y, sample_weight)

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

    def pack(self, x):
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
        self, x, y=None, sample_weight=None, *, batch_size=32, order="by_length", seed=0
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

    def batches_of(self, packed, y=None, sample_weight=None, **options) -> LengthBucketedBatches:
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
    def from_config(cls, config: dict):
        """Builds a preprocessor from what `get_config` returned."""
        config = dict(config)
        model = config.pop("tokenizer_model")
        model = None if model is None else base64.b64decode(model)
        tokenizer = AlbertTokenizer.from_config(config.pop("tokenizer"), model)
        return cls(tokenizer, **config)

    @classmethod
    def from_checkpoint(cls, checkpoint, **changes):
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
        settings = {**checkpoint.extra.get("preprocessor", {}), **changes}
        found = {"lowercase": checkpoint.lowercase, "strip_accents": checkpoint.strip_accents}
        options = settings.pop("tokenizer", found)
        settings.setdefault("sequence_length", checkpoint.config.max_position_embeddings)
        return cls(AlbertTokenizer.from_bytes(checkpoint.tokenizer_model, **options), **settings)

    def describe(self, checkpoint) -> None:
        """Adds tokenizer and settings to a `Checkpoint`, for `from_checkpoint`."""
        options = self.tokenizer.get_config()
        options.pop("model_sha256")
        checkpoint.tokenizer_model = self.tokenizer.model_bytes
        checkpoint.lowercase = self.tokenizer.lowercase
        checkpoint.strip_accents = self.tokenizer.strip_accents
        checkpoint.extra["preprocessor"] = {**self.settings(), "tokenizer": options}


def _is_list_of_texts(tensors) -> bool:
    """Whether string tensors are one text each, as an eager loop over a dataset gives them."""
    return isinstance(tensors, (list, tuple)) and all(t.shape.rank == 0 for t in tensors)
