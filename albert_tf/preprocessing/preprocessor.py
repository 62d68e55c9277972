"""`AlbertPreprocessor`: what the preprocessors of all heads share."""

import base64
import inspect
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import keras
import tensorflow as tf

from albert_tf.answers.readers import Columns
from albert_tf.errors import ConfigError, DataError
from albert_tf.preprocessing.batches import LengthBucketedBatches
from albert_tf.preprocessing.python_examples import python_examples
from albert_tf.preprocessing.token_rows import TokenRows
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.type_names import Targets, Texts
from albert_tf.weights import Checkpoint, read_checkpoint


class AlbertPreprocessor:
    """Turns raw texts and their targets into what a model takes.

    A subclass has a reader (`albert_tf.answers.readers`), which makes rows of tokens of texts, and where targets speak
    of the texts themselves, such as characters of them, `row_targets`, which makes those of the rows.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest input, in tokens, special tokens included.

    Raises:
        ConfigError: when an argument is impossible.
    """

    reader_cls: type
    """Makes rows of tokens of texts; takes the tokenizer and `settings`."""

    text_keys: tuple[str, ...] = ("text", "pair")
    """What the texts that a head reads are, as keys of a dataset's elements; those that may be left out last."""

    packs_in_graph = False
    """Whether the graph makes the rows of a dataset of texts, instead of the Python code for texts in memory."""

    input_rank = 2
    """How many axes the inputs have."""

    autograph_info__: Mapping = MappingProxyType({})
    """As `tf.autograph.experimental.do_not_convert` marks a function: in `Dataset.map` there is nothing here for
    AutoGraph to convert, and it would wrap the errors. It does not look behind the `__call__` of an object."""

    def __init__(self, tokenizer: AlbertTokenizer, sequence_length: int = 512):
        if not isinstance(sequence_length, int) or sequence_length < 4:
            raise ConfigError(
                f"sequence_length is {sequence_length!r}; expected at least 4: [CLS] a [SEP] and a token more"
            )
        self.tokenizer = tokenizer
        self.sequence_length = sequence_length

    def __call__(self, x: Any, y: Targets = None, sample_weight: Targets = None) -> Any:
        """See the class."""
        if y is None and sample_weight is not None:  # Keras would leave it out
            raise DataError("sample_weight was given without y, whose weight it is; pass y too")
        return keras.utils.pack_x_y_sample_weight(*self.examples(x, y, sample_weight))

    def examples(
        self,
        x: Any,
        y: Targets = None,
        sample_weight: Targets = None,
        *,
        length: int | None = None,
    ) -> tuple:
        """Returns inputs, targets and weights, as in a call, None for what was not given.

        Args:
            x: as in a call.
            y: as in a call.
            sample_weight: as in a call.
            length: tokens of all rows, padding included; None: those of the longest.
        """
        symbolic = filter(tf.is_symbolic_tensor, tf.nest.flatten(x, expand_composites=True))
        for tensor in symbolic:
            if not self.packs_in_graph:
                return python_examples(self, x, y, sample_weight, length=length)
            if tensor.dtype != tf.string:
                raise DataError(
                    f"texts is a tensor of {tensor.dtype.name}; expected one of strings"
                )
        columns = self.columns(x)
        packed = self.pack_columns(columns)
        targets = self.row_targets(columns, packed, y, sample_weight)
        inputs = packed.batch(range(len(packed)), self.tokenizer.pad_id, length)
        length = inputs["token_ids"].shape[-1]
        return inputs, *(keras.tree.map_structure(lambda t: _padded(t, length), t) for t in targets)

    @property
    def reader(self) -> Any:
        """Makes rows of tokens of texts, with these settings."""
        return self.reader_cls(self.tokenizer, **self.settings())

    def columns(self, x: Any) -> Columns:
        """Returns raw text in memory as lists, one for each role that a text has.

        Args:
            x: as in a call.

        Raises:
            DataError: when `x` is a single string, or holds something other than `str`.
        """
        return self.reader.columns(x)

    def pack(self, x: Texts) -> PackedTokens:
        """Returns the rows of tokens of raw text in memory, unpadded.

        Args:
            x: as in a call.

        Raises:
            DataError: when `x` is a single string, or holds something other than `str`.
        """
        return self.pack_columns(self.columns(x))

    def pack_columns(self, columns: Columns) -> PackedTokens:
        """Returns the same of what `columns` returned."""
        return self.reader.pack(columns)

    def row_targets(
        self, columns: Columns, packed: PackedTokens, y: Targets, sample_weight: Targets
    ) -> tuple[Targets, Targets]:
        """Returns targets and weights of the rows, from those of the texts; here they are the same.

        Args:
            columns: what `columns` returned.
            packed: what `pack_columns` made of it.
            y: what a model's rule of targets has read, one for each text; or None.
            sample_weight: one number for each text, or None.
        """
        return y, sample_weight

    def row_specs(self, weighted: bool) -> tuple[Any, Any]:
        """Returns what `row_targets` gives for a batch, targets and weights, as structures of `tf.TensorSpec`.

        A dataset of raw text needs to know; see `python_examples`. `TokenRows` are `(None, None)`.

        Args:
            weighted: whether the texts have weights.

        Returns:
            The specifications of the targets, and of the weights or None where there are none.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what its targets look like")

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
            x: texts, as in a call.
            y: targets, one for each text, or None.
            sample_weight: one number for each text, or None.
            batch_size: rows in a batch.
            order: `"shuffled"`, `"given"` or `"by_length"`.
            seed: of the shuffled order.
        """
        columns = self.columns(x)
        packed = self.pack_columns(columns)
        y, sample_weight = self.row_targets(columns, packed, y, sample_weight)
        options = {"batch_size": batch_size, "order": order, "seed": seed}
        return self.batches_of(packed, y, sample_weight, **options)

    def batches_of(
        self, packed: PackedTokens, y: Targets = None, sample_weight: Targets = None, **options: Any
    ) -> LengthBucketedBatches:
        """Returns the batches of rows and their targets; `options` as for `LengthBucketedBatches`."""
        return LengthBucketedBatches(
            packed,
            y,
            sample_weight,
            pad_id=self.tokenizer.pad_id,
            max_length=self.sequence_length,
            **options,
        )

    # === Saving ===

    @classmethod
    def setting_names(cls) -> tuple[str, ...]:
        """Names of the constructor's arguments but for the tokenizer."""
        return tuple(name for name in inspect.signature(cls).parameters if name != "tokenizer")

    def settings(self) -> dict:
        """Returns the constructor's arguments but for the tokenizer, serializable."""
        return {name: getattr(self, name) for name in self.setting_names()}

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
            **settings: arguments of the class, such as `sequence_length`, by default all positions of the preset's
                model; they win over the preset's.

        Raises:
            CheckpointError: when there is no such checkpoint, it is damaged, or it carries no tokenizer.
            ConfigError: when a setting is unknown or impossible.
        """
        names = cls.setting_names()
        for unknown in sorted(settings.keys() - set(names)):
            raise ConfigError(
                f"{cls.__name__}.from_preset has no argument {unknown!r}; expected {' or '.join(names)}"
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
        # The checkpoint may be of another head, whose preprocessor has other settings.
        saved = checkpoint.extra.get("preprocessor", {})
        settings = {name: saved[name] for name in cls.setting_names() if name in saved} | changes
        positions = checkpoint.config.max_position_embeddings
        settings.setdefault("sequence_length", cls.usual_length(checkpoint, positions))
        options = checkpoint.tokenizer_options()
        return cls(AlbertTokenizer.from_bytes(tokenizer_model, **options), **settings)

    @classmethod
    def usual_length(cls, checkpoint: Checkpoint, most: int) -> int:
        """Returns how long the rows of a checkpoint's model are, where nobody says it.

        Args:
            checkpoint: what the model starts from.
            most: as long as this kind of model has them, when nothing speaks against it.

        Returns:
            `most`. Windows, in which a text is read whole however short they are, are no longer than those of the
            checkpoint's own task, or than what its weights have learned from: behind that, answers are worse by far.
        """
        if "stride" not in cls.setting_names():
            return most
        saved = checkpoint.extra.get("preprocessor", {})
        own = saved["sequence_length"] if "stride" in saved else checkpoint.learned_positions
        return min(most, own)

    def describe(self, checkpoint: Checkpoint) -> None:
        """Adds tokenizer and settings to a `Checkpoint`, for `from_checkpoint`."""
        options = self.tokenizer.get_config()
        options.pop("model_sha256")
        checkpoint.tokenizer_model = self.tokenizer.model_bytes
        checkpoint.lowercase = self.tokenizer.lowercase
        checkpoint.strip_accents = self.tokenizer.strip_accents
        checkpoint.extra["preprocessor"] = {**self.settings(), "tokenizer": options}


def _padded(rows, length):
    """Targets or weights as an array, those of tokens padded to the length of the inputs."""
    return rows.batch(range(len(rows)), length) if isinstance(rows, TokenRows) else rows
