"""`AlbertTextRegressor`: one number for a text or a pair of texts."""

import keras

from albert_tf.models.pooled_task import PooledTask


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextRegressor(PooledTask):
    """Predicts one number for a text, or a pair of texts.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertTextClassifierPreprocessor` for raw strings, or None for token ids.
        dropout: rate before the output layer; default `config.classifier_dropout_prob`.
        pooling: `"pooler"` or `"mean"`; see `PooledTask`.

    Outputs: float32 `(batch, 1)`. Loss: mean squared error.
    """

    head = "text_regressor"

    def __init__(
        self,
        backbone,
        preprocessor=None,
        *,
        dropout: float | None = None,
        pooling: str = "pooler",
        **kwargs,
    ):
        super().__init__(backbone, preprocessor, pooling=pooling, **kwargs)
        rate = self.config.classifier_dropout_prob if dropout is None else dropout
        self.dropout = keras.layers.Dropout(rate, name="classifier_dropout")
        self.classifier = self.head_dense(1, "classifier")
        self.built = True
        self.compile()

    def call(self, inputs, training=None):
        """Returns the number; see the class."""
        features = self.features(inputs, training=training)
        return self.classifier(self.dropout(features, training=training))

    def default_loss(self):
        """Mean squared error."""
        return keras.losses.MeanSquaredError()

    def default_metrics(self):
        """Root mean squared error and Pearson correlation, in the target's units."""
        return [
            keras.metrics.RootMeanSquaredError(name="rmse"),
            keras.metrics.PearsonCorrelation(name="pearson", axis=0),
        ]

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {"dropout": self.dropout.rate, **super().head_config()}
