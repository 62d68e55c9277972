"""`AlbertTextEmbedder`: one vector for each text."""

from typing import Any

import keras
from keras import ops

from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.pooled_task import PooledTask
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.preprocessing.targets import Numbers, TargetRule
from albert_tf.type_names import Tensor


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextEmbedder(PooledTask):
    """Sentence vectors of length 1, whose products are cosines (Reimers, Gurevych 2019).

    The head has no weights of its own: any backbone gives vectors, but only one that was trained to,
    such as `albert_small_en`, gives similar ones to texts of similar meaning.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertTextClassifierPreprocessor`, or None for a model that takes token ids.
        pooling: `"mean"` or `"pooler"`; see `PooledTask`.

    Outputs: float32 `(batch, hidden_size)`.

    Example:

    ```python
    from albert_tf import AlbertTextEmbedder

    embedder = AlbertTextEmbedder.from_preset("albert_small_en")
    vectors = embedder.predict(["Where is my card?", "My card has not arrived.", "A lovely film."])
    similarities = vectors @ vectors.T
    ```
    """

    head = "text_embedder"

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertTextClassifierPreprocessor | None = None,
        *,
        pooling: str = "mean",
        **kwargs: Any,
    ):
        super().__init__(backbone, preprocessor, pooling=pooling, **kwargs)
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        """Returns the vectors; see the class."""
        vectors = ops.cast(self.features(inputs, training=training), "float32")
        squares = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
        return vectors * ops.rsqrt(ops.maximum(squares, 1e-12))

    def default_loss(self) -> keras.losses.Loss:
        """Negative cosine to the target vectors."""
        return keras.losses.CosineSimilarity()

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A vector for each text."""
        return Numbers(self.config.hidden_size)

    def default_metrics(self) -> list:
        """Cosine to the target vectors."""
        return [keras.metrics.CosineSimilarity(name="cosine")]
