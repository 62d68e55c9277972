"""`PooledTask`: what the heads on one vector for each text share."""

from typing import Any

from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.type_names import Tensor

POOLINGS = ("pooler", "mean")


class PooledTask(AlbertTask):
    """An `AlbertTask` whose head reads one vector for each text.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: a preprocessor for raw strings, or None for token ids.
        pooling: `"pooler"`, ALBERT's own: the first token through the pooler; or `"mean"` of the token
            states, padding left out, for backbones whose means were trained to be sentence vectors.
            `from_preset` takes what the preset recommends (`albert_small_en`: the mean).
        **kwargs: as for `AlbertTask`.

    Raises:
        ConfigError: when `pooling` is neither.
    """

    preprocessor_cls = AlbertTextClassifierPreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertTextClassifierPreprocessor | None = None,
        *,
        pooling: str = "pooler",
        **kwargs: Any,
    ):
        if pooling not in POOLINGS:
            raise ConfigError(f"pooling is {pooling!r}; expected one of {', '.join(POOLINGS)}")
        super().__init__(backbone, preprocessor, **kwargs)
        self.pooling = pooling

    def features(self, inputs: dict, training: bool | None = None) -> Tensor:
        """Returns what the head reads, `(batch, hidden_size)`, of the backbone's inputs."""
        return self.pool(self.encode(inputs, training=training), inputs["padding_mask"])

    def pool(self, encoded: dict, padding_mask: Tensor) -> Tensor:
        """Returns the same of the backbone's outputs."""
        if self.pooling == "mean":
            return mean_pool(encoded["sequence_output"], padding_mask)
        return encoded["pooled_output"]

    def pool_states(self, states: Tensor, padding_mask: Tensor) -> Tensor:
        """Returns the same of the token states of any layer, `(batch, length, hidden_size)`."""
        pooled = self.backbone.pooler(states) if self.uses_pooler() else None
        return self.pool({"sequence_output": states, "pooled_output": pooled}, padding_mask)

    def uses_pooler(self) -> bool:  # type: ignore[override]  # it depends on the model's pooling
        """Whether the outputs depend on the pooler."""
        return self.pooling == "pooler"

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {"pooling": self.pooling}


def mean_pool(states, padding_mask):
    """Averages token states in float32, padding left out.

    Args:
        states: `(batch, length, width)`.
        padding_mask: `(batch, length)`, 1 for tokens.

    Returns:
        float32 `(batch, width)`.
    """
    mask = ops.cast(padding_mask, "float32")[:, :, None]
    states = ops.cast(states, "float32")
    return ops.sum(states * mask, axis=1) / ops.maximum(ops.sum(mask, axis=1), 1.0)
