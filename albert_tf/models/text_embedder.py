"""`AlbertTextEmbedder`: one vector for each text."""

import keras
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.models.task import AlbertTask

POOLINGS = ("mean", "pooler")


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextEmbedder(AlbertTask):
    """Sentence vectors of length 1, whose products are cosines (Reimers, Gurevych 2019).

    The head has no weights of its own: any backbone gives vectors, but only one that was trained to,
    such as `albert_small_en`, gives similar ones to texts of similar meaning.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertTextClassifierPreprocessor`, or None for a model that takes token ids.
        pooling: `"mean"` of the token states, padding left out, or `"pooler"`, the pooled output.

    Outputs: float32 `(batch, hidden_size)`.

    Raises:
        ConfigError: when `pooling` is neither.

    Example:

    ```python
    from albert_tf import AlbertTextEmbedder

    embedder = AlbertTextEmbedder.from_preset("albert_small_en")
    vectors = embedder.predict(["Where is my card?", "My card has not arrived.", "A lovely film."])
    similarities = vectors @ vectors.T
    ```
    """

    head = "text_embedder"

    def __init__(self, backbone, preprocessor=None, *, pooling="mean", **kwargs):
        if pooling not in POOLINGS:
            raise ConfigError(f"pooling is {pooling!r}; expected one of {', '.join(POOLINGS)}")
        super().__init__(backbone, preprocessor, **kwargs)
        self.pooling = pooling
        self.built = True
        self.compile()

    def call(self, inputs, training=None):
        """Returns the vectors; see the class."""
        encoded = self.encode(inputs, training=training)
        if self.pooling == "mean":
            states = ops.cast(encoded["sequence_output"], "float32")
            vectors = mean_pool(states, inputs["padding_mask"])
        else:
            vectors = ops.cast(encoded["pooled_output"], "float32")
        squares = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
        return vectors * ops.rsqrt(ops.maximum(squares, 1e-12))

    def default_loss(self):
        """Negative cosine to the target vectors."""
        return keras.losses.CosineSimilarity()

    def default_metrics(self):
        """Cosine to the target vectors."""
        return [keras.metrics.CosineSimilarity(name="cosine")]

    def uses_pooler(self) -> bool:
        """Whether the vectors come from the pooler."""
        return self.pooling == "pooler"

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {"pooling": self.pooling}


def mean_pool(states, padding_mask):
    """Averages token states, padding left out.

    Args:
        states: `(batch, length, width)`.
        padding_mask: `(batch, length)`, 1 for tokens.

    Returns:
        `(batch, width)`.
    """
    mask = ops.cast(padding_mask, states.dtype)[:, :, None]
    return ops.sum(states * mask, axis=1) / ops.maximum(ops.sum(mask, axis=1), 1.0)
