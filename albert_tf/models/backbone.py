"""`AlbertBackbone`: the encoder with its embedding and pooler, as a functional Keras model."""

from collections.abc import Mapping
from typing import Any

import keras

from albert_tf.config import BACKBONE_INPUTS, AlbertConfig
from albert_tf.layers import FactorizedEmbedding, Pooler, SharedEncoder
from albert_tf.models.inputs import complete_inputs
from albert_tf.models.preset import PresetMixin
from albert_tf.models.summary import SharingSummaryMixin
from albert_tf.type_names import Tensor


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertBackbone(PresetMixin, SharingSummaryMixin, keras.Model):
    """ALBERT's encoder (Lan et al. 2020): factorized embedding, shared blocks, pooler.

    Args:
        config: an `AlbertConfig`.
        return_all_layers: also return the output of every block application.
        remat: recompute activations in the backward pass (gradient checkpointing): less memory for long
            texts, at about a third more compute.
        dtype: dtype or policy, e.g. `"mixed_bfloat16"`; default the global policy.

    Inputs: a dict of int32 tensors `(batch, length)`: `token_ids`, `segment_ids` (0 or 1; 0 where
    left out), `padding_mask` (1 for tokens, 0 for padding).

    Outputs: a dict: `sequence_output` `(batch, length, hidden_size)`, `pooled_output` `(batch, hidden_size)`,
    and with `return_all_layers` `all_layers`, a list of `(batch, length, hidden_size)`, one for each application
    of a block.

    Example:

    ```python
    import numpy as np
    from albert_tf import AlbertBackbone, AlbertConfig

    backbone = AlbertBackbone(AlbertConfig.named("tiny"))
    outputs = backbone({
        "token_ids": np.array([[2, 10975, 126, 3]]),
        "segment_ids": np.zeros((1, 4), "int32"),
        "padding_mask": np.ones((1, 4), "int32"),
    })
    outputs["pooled_output"].shape  # (1, 312)
    ```
    """

    head = None

    def __init__(
        self,
        config: AlbertConfig,
        *,
        return_all_layers: bool = False,
        remat: bool = False,
        dtype: Any = None,
        **kwargs: Any,
    ):
        # === Layers ===
        embeddings = FactorizedEmbedding(config, dtype=dtype, name="embeddings")
        encoder = SharedEncoder(
            config, remat=remat, return_all_layers=return_all_layers, dtype=dtype, name="encoder"
        )
        pooler = Pooler(
            config.hidden_size,
            activation="tanh",
            kernel_initializer=embeddings.initializer(),
            dtype=dtype,
            name="pooler",
        )

        # === Functional model ===
        inputs = {
            name: keras.Input(shape=(None,), dtype="int32", name=name) for name in BACKBONE_INPUTS
        }
        embedded = embeddings(inputs["token_ids"], inputs["segment_ids"])
        encoded = encoder(embedded, inputs["padding_mask"])
        sequence_output = encoded[-1] if return_all_layers else encoded
        outputs = {"sequence_output": sequence_output, "pooled_output": pooler(sequence_output)}
        if return_all_layers:
            outputs["all_layers"] = encoded
        super().__init__(inputs=inputs, outputs=outputs, dtype=dtype, **kwargs)

        # === Config ===
        self.config = config
        self.embeddings = embeddings
        self.encoder = encoder
        self.pooler = pooler

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> dict[str, Tensor]:
        """Calls the model; `segment_ids` may be left out (0)."""
        return super().__call__(_completed(inputs), *args, **kwargs)

    def call(
        self, inputs: Any, training: bool | None = None, mask: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Returns the outputs; see the class."""
        # Keras's JAX trainer comes here without `__call__`.
        return super().call(_completed(inputs), training=training, mask=mask)

    def with_all_layers(self) -> "AlbertBackbone":
        """Returns a backbone of the same weights, in variables of its own, that has `return_all_layers`."""
        config = {**self.get_config(), "return_all_layers": True}
        other = type(self).from_config(config)
        values = {variable.path: variable for variable in self.weights}
        for variable in other.weights:
            variable.assign(values[variable.path])
        other.carries_pooler = self.carries_pooler
        other.about_the_weights = dict(self.about_the_weights)
        other.encoder.gradient_scales = self.encoder.gradient_scales
        return other

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            "config": self.config.to_dict(),
            "return_all_layers": self.encoder.return_all_layers,
            "remat": self.encoder.remat,
            "dtype": keras.dtype_policies.serialize(self.encoder.dtype_policy),
            "name": self.name,
            "trainable": self.trainable,
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> "AlbertBackbone":
        """Builds a backbone from what `get_config` returned."""
        config = {**config, "config": AlbertConfig.from_dict(config["config"])}
        config["dtype"] = keras.dtype_policies.deserialize(config["dtype"])
        return cls(**config)


def _completed(inputs):
    return complete_inputs(inputs) if isinstance(inputs, Mapping) else inputs
