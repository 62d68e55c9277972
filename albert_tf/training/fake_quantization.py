"""Quantization-aware training: the forward pass computes with rounded weights, the gradient passes them by.

Four bits round a block's weights coarsely, and a shared block errs as often as it is applied. A model that meets the
rounding while it trains learns to live with it (Jacob et al. 2018, "Quantization and Training of Neural Networks",
section 3.1). At the end the weights are set to what they were rounded to, so that an export with `quantization="int4"`
finds exactly these numbers.
"""

import contextlib
import types

import keras
from keras import ops
from keras.src.backend import AutocastScope

from albert_tf.layers import AlbertBlock, FactorizedEmbedding
from albert_tf.training.depth import nested_layers

CLIP = 0.85
"""Share of a row's largest number at which it is cut off: of 15 steps, finer ones are worth a few clipped numbers."""


def round_weights(weights, bits: int, axis: int):
    """Rounds to integers of a scale for each row, symmetric around zero, and back; the gradient is that of `weights`.

    Args:
        weights: a matrix.
        bits: 2 to 8.
        axis: over which numbers share a scale: 0 for the kernel of a `Dense` (a scale for each output), 1 for a table
            of rows.
    """
    most = 2 ** (bits - 1) - 1
    largest = ops.max(ops.abs(weights), axis=axis, keepdims=True)
    values = ops.stop_gradient(weights)
    scale = ops.stop_gradient(ops.maximum(largest, 1e-12)) * (CLIP / most)
    # A row that was rounded before has its largest number at the clip already: it stays as it is.
    done = ops.maximum(ops.stop_gradient(largest), 1e-12) / most
    on_grid = ops.max(ops.abs(ops.round(values / done) * done - values), axis=axis, keepdims=True)
    scale = ops.where(on_grid < 1e-3 * done, done, scale)
    rounded = ops.clip(ops.round(values / scale), -most, most) * scale
    return weights + ops.stop_gradient(rounded - values)


def _own_value(variable):
    """The numbers of a variable as it holds them: in bfloat16 they would round to other steps than `settle` finds."""
    # Inside a layer Keras casts each variable that is read to the layer's precision, and has no public way around it.
    with AutocastScope(None):
        return variable.value


class FakeQuantization:
    """The rounding of a model's block matrices and word table, switched on for a training.

    Args:
        model: around an `AlbertBackbone`.
        bits: of the weights, 2 to 8; see `round_weights`.
    """

    def __init__(self, model, bits: int):
        self.bits = bits
        layers = nested_layers(model)
        self._embeddings = [n for n in layers if isinstance(n, FactorizedEmbedding)]
        blocks = [n for n in layers if isinstance(n, AlbertBlock)]
        self._matrices = list(
            dict.fromkeys(
                n for b in blocks for n in nested_layers(b) if isinstance(n, keras.layers.Dense)
            )
        )

    @contextlib.contextmanager
    def active(self):
        """Computes with rounded weights inside the `with` block; functions must be traced in there too."""
        bits = self.bits

        def call(self, inputs, training=None):
            kernel = ops.cast(round_weights(_own_value(self.kernel), bits, axis=0), inputs.dtype)
            outputs = ops.matmul(inputs, kernel)
            return self.activation(outputs + ops.cast(self.bias, inputs.dtype))

        def read(self, table, training):
            if table is not self.word_embeddings:
                return type(self)._read(self, table, training)
            return ops.cast(round_weights(_own_value(table), bits, axis=1), self.compute_dtype)

        for layer in self._matrices:
            layer.call = types.MethodType(call, layer)
        for layer in self._embeddings:
            layer._read = types.MethodType(read, layer)
        try:
            yield
        finally:
            for layer in self._matrices:
                del layer.call
            for layer in self._embeddings:
                del layer._read

    def settle(self) -> None:
        """Sets the weights to what they are rounded to; a second time changes nothing."""
        for layer in self._matrices:
            layer.kernel.assign(round_weights(ops.convert_to_tensor(layer.kernel), self.bits, 0))
        for layer in self._embeddings:
            table = ops.convert_to_tensor(layer.word_embeddings)
            layer.word_embeddings.assign(round_weights(table, self.bits, axis=1))
