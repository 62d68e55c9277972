"""`AlbertConfig`: the hyperparameters of an ALBERT, under the names that ALBERT's own JSON files use."""

import dataclasses
import difflib
import json
from importlib import resources
from pathlib import Path
from typing import Any

from albert_tf.errors import ConfigError

BACKBONE_INPUTS = ("token_ids", "segment_ids", "padding_mask")
"""Names of the inputs of every backbone, and of every exported file, in their order."""

ACTIVATIONS = ("gelu", "gelu_new", "relu", "silu", "tanh")
"""Accepted values of `hidden_act`: `gelu` is the exact (erf) form, `gelu_new` the tanh approximation."""


@dataclasses.dataclass(frozen=True)
class AlbertConfig:
    """Hyperparameters of an ALBERT encoder.

    The defaults are ALBERT-base v2 (Lan et al. 2020, table 1; dropout is 0 as in the v2 release).

    Args:
        vocab_size: number of tokens in the word table, `V`.
        embedding_size: width `E` of the factorized word, position and segment tables.
        hidden_size: width `H` of the encoder.
        num_hidden_layers: how often a block group is applied in total, `L`.
        num_hidden_groups: number of distinct groups `G`; layer `i` uses group `i * G // L`.
        inner_group_num: number of blocks applied in turn within each group.
        num_attention_heads: attention heads; must divide `hidden_size`.
        intermediate_size: width of the feed-forward layer.
        hidden_act: activation of the feed-forward layer, one of `ACTIVATIONS`.
        hidden_dropout_prob: dropout after embeddings, attention output and feed-forward output.
        attention_probs_dropout_prob: dropout on the attention probabilities.
        classifier_dropout_prob: dropout before the heads' output layer.
        max_position_embeddings: longest sequence, in tokens.
        type_vocab_size: number of segment types.
        initializer_range: standard deviation of the truncated normal that starts every matrix.
        layer_norm_eps: epsilon of every LayerNorm.
        pad_token_id: id of the padding token.
        use_relative_attention_bias: adds the learned bias θ to the attention scores: one table of
            relative-position buckets for each head, shared by all layers, zero at the start.
        relative_attention_num_buckets: rows of that table (T5's bidirectional bucketing).
        relative_attention_max_distance: distance, in tokens, from which on all share one bucket.

    Raises:
        ConfigError: naming the field, its value and what was expected.

    Example:

    ```python
    from albert_tf import AlbertConfig

    config = AlbertConfig.named("base")
    smaller = AlbertConfig.named("base", num_hidden_layers=6)
    print(smaller.to_json())
    ```
    """

    vocab_size: int = 30000
    embedding_size: int = 128
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_hidden_groups: int = 1
    inner_group_num: int = 1
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu_new"
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    classifier_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int = 0
    use_relative_attention_bias: bool = False
    relative_attention_num_buckets: int = 32
    relative_attention_max_distance: int = 128

    def __post_init__(self):
        for field in dataclasses.fields(self):
            self._check_type(field.name, field.type, getattr(self, field.name))
        for name in _POSITIVE:
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"AlbertConfig.{name} is {getattr(self, name)}; it must be at least 1"
                )
        for name in _PROBABILITIES:
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ConfigError(
                    f"AlbertConfig.{name} is {getattr(self, name)}; it must be at least 0 and below 1"
                )
        for name in ("initializer_range", "layer_norm_eps"):
            if not getattr(self, name) > 0.0:
                raise ConfigError(
                    f"AlbertConfig.{name} is {getattr(self, name)}; it must be above 0"
                )
        if self.num_hidden_layers > _MOST_LAYERS:
            raise ConfigError(
                f"AlbertConfig.num_hidden_layers is {self.num_hidden_layers}; it must be at most {_MOST_LAYERS:,}"
            )
        if self.hidden_size % self.num_attention_heads:
            raise ConfigError(
                f"AlbertConfig.hidden_size {self.hidden_size} is not a multiple of num_attention_heads "
                f"{self.num_attention_heads}; each head takes hidden_size / num_attention_heads features"
            )
        if self.num_hidden_groups > self.num_hidden_layers:
            raise ConfigError(
                f"AlbertConfig.num_hidden_groups {self.num_hidden_groups} exceeds num_hidden_layers "
                f"{self.num_hidden_layers}; some groups would never be applied"
            )
        if self.hidden_act not in ACTIVATIONS:
            raise ConfigError(
                f"AlbertConfig.hidden_act is {self.hidden_act!r}; expected one of {', '.join(ACTIVATIONS)}"
            )
        if not 0 <= self.pad_token_id < self.vocab_size:
            raise ConfigError(
                f"AlbertConfig.pad_token_id {self.pad_token_id} lies outside the vocabulary of "
                f"{self.vocab_size} tokens"
            )
        self._check_relative_attention()

    def _check_relative_attention(self):
        # T5's bidirectional bucketing halves the buckets by direction, and again into exact and logarithmic ones.
        buckets, distance = (
            self.relative_attention_num_buckets,
            self.relative_attention_max_distance,
        )
        if buckets < 4 or buckets % 4:
            raise ConfigError(
                f"AlbertConfig.relative_attention_num_buckets is {buckets}; expected a positive multiple of 4"
            )
        if distance <= buckets // 4:
            raise ConfigError(
                f"AlbertConfig.relative_attention_max_distance is {distance}; it must exceed a quarter of "
                f"relative_attention_num_buckets ({buckets // 4})"
            )

    @staticmethod
    def _check_type(name, expected, value):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = {
            int: isinstance(value, int) and not isinstance(value, bool),
            float: is_number,
            bool: isinstance(value, bool),
            str: isinstance(value, str),
        }[expected]
        if not fits:
            raise ConfigError(
                f"AlbertConfig.{name} is {value!r} of type {type(value).__name__}; expected {expected.__name__}"
            )

    @property
    def application_groups(self) -> tuple[int, ...]:
        """The group that each of the `num_hidden_layers` applications uses, in order."""
        layers, groups = self.num_hidden_layers, self.num_hidden_groups
        return tuple(i * groups // layers for i in range(layers))

    @classmethod
    def sizes(cls) -> tuple[str, ...]:
        """Names that `named` accepts, from the files in `configs/models/`."""
        folder = resources.files("albert_tf.configs") / "models"
        names = [f.name.removesuffix(".json") for f in folder.iterdir() if f.name.endswith(".json")]
        return tuple(sorted(names))

    @classmethod
    def named(cls, size: str, **overrides: Any) -> "AlbertConfig":
        """Returns the configuration of a published size, with any field overridden.

        Args:
            size: one of `sizes()`, e.g. `"base"`.
            **overrides: fields to replace, e.g. `num_hidden_layers=6`.

        Raises:
            ConfigError: when the size or a field is unknown.
        """
        if size not in cls.sizes():
            raise ConfigError(
                f"unknown ALBERT size {size!r}; expected one of {', '.join(cls.sizes())}"
            )
        text = (resources.files("albert_tf.configs") / "models" / f"{size}.json").read_text("utf-8")
        return cls.from_dict({**json.loads(text), **overrides})

    @classmethod
    def from_dict(cls, values: dict) -> "AlbertConfig":
        """Builds a configuration from a dict of its fields; missing fields take their default.

        Raises:
            ConfigError: when a key is not a field, with the nearest field's name.
        """
        known = [f.name for f in dataclasses.fields(cls)]
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known fields: {', '.join(known)}"
                raise ConfigError(f"AlbertConfig has no field {key!r}; {hint}")
        return cls(**values)

    def to_dict(self) -> dict:
        """Returns all fields as a dict that `from_dict` reads back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, path: str | Path) -> "AlbertConfig":
        """Reads a JSON file that holds the fields of this class.

        Raises:
            ConfigError: when the file is missing, is not JSON, or a field is wrong.
        """
        try:
            values = json.loads(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ConfigError(f"cannot read the configuration {path}: {error}") from error
        if not isinstance(values, dict):
            raise ConfigError(
                f"{path} holds a {type(values).__name__}; expected a JSON object of fields"
            )
        return cls.from_dict(values)

    def to_json(self) -> str:
        """Returns the fields as indented JSON text."""
        return json.dumps(self.to_dict(), indent=2)

    def replace(self, **changes: Any) -> "AlbertConfig":
        """Returns a copy with some fields changed."""
        return type(self).from_dict({**self.to_dict(), **changes})


# The trained ones have up to 24; a damaged file may ask for more than fits into the memory.
_MOST_LAYERS = 1000
_POSITIVE = (
    "vocab_size",
    "embedding_size",
    "hidden_size",
    "num_hidden_layers",
    "num_hidden_groups",
    "inner_group_num",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "type_vocab_size",
)
_PROBABILITIES = ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout_prob")
