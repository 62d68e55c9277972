"""`AlbertTextRegressor`: one number for a text or a pair of texts."""

from typing import Any

import keras

from albert_tf.answers import Prediction
from albert_tf.models.answering import AnsweringTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.early_exit import EarlyExitTask
from albert_tf.models.metrics import PearsonCorrelation
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.preprocessing.targets import Numbers, TargetRule
from albert_tf.type_names import Texts


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTextRegressor(AnsweringTask, EarlyExitTask):
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

    def answer(
        self, texts: Texts, pairs: Texts | None = None, *, batch_size: int | None = None
    ) -> list[Prediction]:
        """Answers texts, as `TFLiteRunner` does from an exported file.

        Args:
            texts: a flat sequence of `str`; also a tuple `(texts, pairs)`, or rows `[text, pair]`.
            pairs: the second texts, one for each text.
            batch_size: texts that are run together; default 32.

        Returns:
            One `Prediction` for each text, in their order.

        Raises:
            ConfigError: when the model has no preprocessor.
            DataError: when the texts are no such sequence, or one of them is not a `str`.
        """
        return self.answers_to(texts if pairs is None else (texts, pairs), batch_size)

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
