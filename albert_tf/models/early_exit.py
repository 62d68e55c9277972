"""`EarlyExitTask`: an answer after every layer, so that easy texts need only the first few."""

from typing import Any

import keras
import numpy as np
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.layers import ExitHeads
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.pooled_task import PooledTask
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.type_names import Data, Targets, Tensor


class EarlyExitTask(PooledTask):
    """A `PooledTask` with one output layer, and with `early_exit` one more after every layer below.

    All of them are trained together: the loss is the mean of the exits' losses, weighted by depth (1 for the
    first layer, 2 for the second; Zhou et al. 2020, "BERT Loses Patience", equation 4). `predict` and `evaluate`
    give the answer of full depth; `predict_exits` those of all layers. In an exported file the layer loop ends
    as soon as an answer has stood for `patience` layers.

    Args:
        backbone: an `AlbertBackbone`. With `early_exit` it needs `return_all_layers`; of one without, the model has a
            copy that does, `self.backbone`.
        preprocessor: as for `AlbertTask`.
        units: outputs of each output layer.
        dropout: rate before them; default `config.classifier_dropout_prob`.
        early_exit: whether there are exits.
        **kwargs: as for `PooledTask`.

    Raises:
        ConfigError: when `early_exit` is asked of a backbone of one layer.
    """

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertTextClassifierPreprocessor | None = None,
        *,
        units: int,
        dropout: float | None = None,
        early_exit: bool = False,
        **kwargs: Any,
    ):
        if early_exit and isinstance(backbone, AlbertBackbone):
            backbone = _with_exits(backbone)
        super().__init__(backbone, preprocessor, **kwargs)
        rate = self.config.classifier_dropout_prob if dropout is None else dropout
        self.dropout = keras.layers.Dropout(rate, name="classifier_dropout")
        self.classifier = self.head_dense(units, "classifier")
        self.early_exit = early_exit
        if early_exit:
            self.exits = ExitHeads(self.config, units, dtype="float32", name="exits")
            self.exits.build()
        self.built = True

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        """Returns the outputs of full depth `(batch, units)`; in training, with exits, those of all layers."""
        if training and self.early_exit:
            return self.exit_outputs(inputs, training=True)
        features = self.features(inputs, training=training)
        return self.classifier(self.dropout(features, training=training))

    def exit_outputs(self, inputs: dict, training: bool | None = None) -> Tensor:
        """Returns the outputs after every layer, `(batch, num_hidden_layers, units)`.

        Args:
            inputs: the backbone's.
            training: whether dropout is on.
        """
        features = self.exit_features(self.encode(inputs, training=training), inputs)
        features = self.dropout(features, training=training)
        below = self.exits(features[:, :-1])
        return ops.concatenate([below, self.classifier(features[:, -1:])], axis=1)

    def exit_features(self, encoded: dict, inputs: dict) -> Tensor:
        """Returns what each exit and the output layer read, float32 `(batch, num_hidden_layers, hidden_size)`.

        Args:
            encoded: the backbone's outputs, `all_layers` among them.
            inputs: the backbone's inputs.
        """
        each = self.config.inner_group_num
        return ops.stack(
            [
                ops.cast(self.pool_states(states, inputs["padding_mask"]), "float32")
                for states in encoded["all_layers"][each - 1 :: each]
            ],
            axis=1,
        )

    def predict_exits(self, x: Data, batch_size: int = 32) -> np.ndarray:
        """Returns the outputs after every layer, `(texts, num_hidden_layers, units)`.

        Args:
            x: as for `predict`.
            batch_size: texts at a time.

        Raises:
            ConfigError: when the model has no exits.
        """
        if not self.early_exit:
            raise ConfigError(
                f"this {type(self).__name__} has no exits; build and train it with early_exit=True"
            )
        return self._predict_with(_AllExits(self).predict, x, batch_size, verbose=0)

    # === Training: y_pred has the exits' outputs, (batch, layers, units) ===

    def compute_loss(
        self,
        x: Data = None,
        y: Targets = None,
        y_pred: Tensor = None,
        sample_weight: Targets = None,
        training: bool | None = True,
    ) -> Tensor:
        """Returns the loss; with exits in training the mean of theirs, weighted by depth."""
        arguments = {"x": x, "y": y, "sample_weight": sample_weight, "training": training}
        if not _holds_exits(y_pred):
            return super().compute_loss(y_pred=y_pred, **arguments)
        return sum(
            weight * super(EarlyExitTask, self).compute_loss(y_pred=y_pred[:, layer], **arguments)
            for layer, weight in enumerate(depth_weights(self.config.num_hidden_layers))
        )

    def compute_metrics(
        self, x: Data, y: Targets, y_pred: Tensor, sample_weight: Targets = None
    ) -> dict:
        """Returns the metrics, those of full depth."""
        y_pred = y_pred[:, -1] if _holds_exits(y_pred) else y_pred
        return super().compute_metrics(x, y, y_pred, sample_weight)

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        exits = {"early_exit": True} if self.early_exit else {}
        return {"dropout": self.dropout.rate, **exits, **super().head_config()}


def depth_weights(layers: int) -> list[float]:
    """Returns the weight of each layer's loss: proportional to its depth, 1 in all."""
    return [2.0 * depth / (layers * (layers + 1)) for depth in range(1, layers + 1)]


def _holds_exits(y_pred) -> bool:
    return len(y_pred.shape) == 3


def _with_exits(backbone):
    """A backbone that gives all its layers, of which there is one to leave out."""
    if backbone.config.num_hidden_layers < 2:
        raise ConfigError(
            f"early_exit needs layers to leave out; the backbone has {backbone.config.num_hidden_layers}"
        )
    return backbone if backbone.encoder.return_all_layers else backbone.with_all_layers()


class _AllExits(keras.Model):
    """A view of a model that answers with all its exits."""

    def __init__(self, task):
        super().__init__(name="all_exits")
        self.task = task
        self.built = True

    def call(self, inputs, training=None):
        return self.task.exit_outputs(inputs, training=training)
