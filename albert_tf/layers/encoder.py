"""The encoder: few blocks, applied many times."""

import itertools

import keras
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.layers.attention_bias import RelativeAttentionBias
from albert_tf.layers.base import AlbertLayer
from albert_tf.layers.block import AlbertBlock

MASKED_SCORE = -10000.0
"""Added to the scores of padding keys, as in google-research/albert; exp of it is 0 in float32."""


@keras.saving.register_keras_serializable(package="albert_tf")
class SharedEncoder(AlbertLayer):
    """Applies `num_hidden_groups` groups of `inner_group_num` blocks, `num_hidden_layers` times in total.

    Layer `i` of `L` uses group `i * G // L`. `G = 1` is ALBERT; `G = L` with one inner block is BERT's encoder.

    Args:
        config: an `AlbertConfig`.
        unroll: True (default) writes every application into the graph. False applies each group in one
            `ops.while_loop`, for inference only: the graph then holds each block once, however often it is
            applied. The argument has the meaning of `keras.layers.RNN(unroll=...)`.
        remat: recompute each application in the backward pass instead of keeping its activations: memory for
            one application and `L` hidden states, at about a third more compute.
        return_all_layers: return the output of every application instead of the last one's.
        gradient_scales: None, or `num_hidden_layers` numbers: the weight of the gradient that each application
            sends into the shared weights. The forward pass does not change.

    Call arguments:
        hidden: `(batch, length, hidden_size)`.
        padding_mask: `(batch, length)`, 1 for tokens and 0 for padding; None when there is no padding.

    Returns:
        `(batch, length, hidden_size)`, or with `return_all_layers` a list of `num_hidden_layers *
        inner_group_num` such tensors, one for each application of a block.

    Raises:
        ConfigError: when `gradient_scales` does not hold one number for each layer.
    """

    def __init__(
        self,
        config,
        *,
        unroll=True,
        remat=False,
        return_all_layers=False,
        gradient_scales=None,
        **kwargs,
    ):
        super().__init__(config, **kwargs)
        self.unroll = unroll
        self.remat = remat
        self.return_all_layers = return_all_layers
        self.gradient_scales = gradient_scales
        self.relative_attention_bias = None
        if self.config.use_relative_attention_bias:
            self.relative_attention_bias = RelativeAttentionBias(
                self.config, dtype="float32", name="relative_attention_bias"
            )
        self.blocks = [
            [
                AlbertBlock(self.config, dtype=self.dtype_policy, name=f"group_{g}_inner_{i}")
                for i in range(self.config.inner_group_num)
            ]
            for g in range(self.config.num_hidden_groups)
        ]
        # Keras before 3.15 finds nothing in lists of lists when it writes or reads a .keras file. Since then it finds
        # the blocks there first, by the order of names, as the files of this package have them.
        self.flat_blocks = list(itertools.chain(*self.blocks))

    @property
    def gradient_scales(self):
        """The weight of each application's gradient, a tuple of `num_hidden_layers` floats, or None."""
        return self._gradient_scales

    @gradient_scales.setter
    def gradient_scales(self, scales):
        layers = self.config.num_hidden_layers
        if scales is not None and len(scales) != layers:
            raise ConfigError(
                f"gradient_scales holds {len(scales)} numbers; expected {layers}, one for each layer"
            )
        self._gradient_scales = None if scales is None else tuple(float(s) for s in scales)

    @property
    def application_groups(self) -> tuple[int, ...]:
        """The group that each of the `num_hidden_layers` applications uses, in order."""
        return self.config.application_groups

    def build(self, hidden_shape, padding_mask_shape=None):
        """Builds every block, and θ's table where it is switched on."""
        if self.relative_attention_bias is not None:
            self.relative_attention_bias.build()
        for block in self.flat_blocks:
            block.build(hidden_shape)

    def call(self, hidden, padding_mask=None, training=None):
        """See the class."""
        bias = self.attention_bias(hidden, padding_mask)
        if not self.unroll:
            return self._apply_in_loops(hidden, bias)
        outputs = []
        for layer, group in enumerate(self.application_groups):
            for block in self.blocks[group]:
                hidden = self._apply(block, layer, hidden, bias, training)
                outputs.append(hidden)
        return outputs if self.return_all_layers else hidden

    def attention_bias(self, hidden, padding_mask):
        """Returns mask and θ as one addend of the scores, computed once for all layers; None without either."""
        bias = None
        if padding_mask is not None:
            masked = 1.0 - ops.cast(padding_mask, "float32")
            bias = (masked * MASKED_SCORE)[:, None, None, :]  # [B, 1, 1, T]
        if self.relative_attention_bias is not None:
            theta = self.relative_attention_bias(hidden)
            bias = theta if bias is None else bias + theta  # [B, N, T, T]
        return bias

    def _apply(self, block, layer, hidden, bias, training):
        scale = 1.0 if self.gradient_scales is None else self.gradient_scales[layer]
        remat = self.remat and training
        if scale == 1.0 and not remat:
            return block(hidden, bias, training=training)
        return _apply_as_function(block, hidden, bias, training, scale, remat)

    def _apply_in_loops(self, hidden, bias):
        if self.return_all_layers:
            raise ConfigError(
                "return_all_layers needs unroll=True: a loop keeps the last output only"
            )
        for group, applications in itertools.groupby(self.application_groups):
            count = len(list(applications))

            def body(i, x, blocks=self.blocks[group]):
                for block in blocks:
                    x = block(x, bias, training=False)
                return i + 1, x

            _, hidden = ops.while_loop(
                lambda i, x, count=count: i < count,
                body,
                (ops.convert_to_tensor(0, dtype="int32"), hidden),
            )
        return hidden

    def compute_output_spec(self, hidden, padding_mask=None, training=None):
        """Returns shape and dtype without tracing, so that the length may stay unknown."""
        spec = keras.KerasTensor(hidden.shape, dtype=self.compute_dtype)
        if not self.return_all_layers:
            return spec
        count = self.config.num_hidden_layers * self.config.inner_group_num
        return [keras.KerasTensor(hidden.shape, dtype=self.compute_dtype) for _ in range(count)]

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            **super().get_config(),
            "unroll": self.unroll,
            "remat": self.remat,
            "return_all_layers": self.return_all_layers,
            "gradient_scales": self.gradient_scales,
        }


def _apply_as_function(block, hidden, bias, training, gradient_scale, remat):
    """Applies `block` as a pure function of its weights, so that these can be replaced and it can be recomputed.

    The weights `w` are replaced by `w * s + stop_gradient(w - w * s)`: the value of w (to rounding), with a
    gradient that is `s` times w's. They are copies: TensorFlow's recomputation counts the gradient of a variable
    twice, as an argument and as captured. Recomputing goes through a pure function too, because the state of
    dropout's seeds must not leave it as a side effect.
    """
    weights = [
        w * gradient_scale + ops.stop_gradient(w - w * gradient_scale)
        if gradient_scale != 1.0
        else w
        for w in map(ops.copy, block.trainable_variables)
    ]
    seeds = [ops.copy(v) for v in block.non_trainable_variables]

    def apply(weights, seeds, hidden, bias):
        return block.stateless_call(weights, seeds, hidden, bias, training=training)

    output, new_seeds = (keras.remat(apply) if remat else apply)(weights, seeds, hidden, bias)
    for variable, seed in zip(block.non_trainable_variables, new_seeds, strict=True):
        variable.assign(seed)
    return output
