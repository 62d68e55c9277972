"""`AlbertTextRegressor`: one number for a text or a pair of texts."""

from typing import Any

import keras

from albert_tf.models.answering import AnsweringTextTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.early_exit import EarlyExitTask
from albert_tf.models.metrics import PearsonCorrelation
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.preprocessing.targets import Numbers, TargetRule


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextRegressor(AnsweringTextTask, EarlyExitTask):
    """Predicts one number for a text, or a pair of texts.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertTextClassifierPreprocessor` for raw strings, or None for token ids.
        dropout: rate before the output layer; default `config.classifier_dropout_prob`.
        pooling: `"pooler"` or `"mean"`; see `PooledTask`.
        early_exit: an output layer after every layer of the encoder; see `EarlyExitTask`.

    Outputs: float32 `(batch, 1)`. Loss: mean squared error.
    """

    head = "text_regressor"

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertTextClassifierPreprocessor | None = None,
        *,
        dropout: float | None = None,
        pooling: str = "pooler",
        early_exit: bool = False,
        **kwargs: Any,
    ):
        super().__init__(
            backbone,
            preprocessor,
            units=1,
            dropout=dropout,
            pooling=pooling,
            early_exit=early_exit,
            **kwargs,
        )
        self.compile()

    def default_loss(self) -> keras.losses.Loss:
        """Mean squared error."""
        return keras.losses.MeanSquaredError()

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """One number for each text."""
        return Numbers()

    def active_target_rule(self, inputs: dict | None = None) -> TargetRule:
        """The same for any loss of Keras's; a function may want more than one number."""
        is_keras = isinstance(self.loss, (str, keras.losses.Loss))
        return self.target_rule() if is_keras else super().active_target_rule(inputs)

    def default_metrics(self) -> list:
        """Root mean squared error, in the target's units, and Pearson correlation."""
        return [
            keras.metrics.RootMeanSquaredError(name="rmse"),
            PearsonCorrelation(),
        ]
