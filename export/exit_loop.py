"""The layer loop of a model with early exits: it ends when the answer stands.

After each layer its output layer answers. The loop goes on while there are layers left, the answer has changed within
the last `patience` layers (Zhou et al. 2020, "BERT Loses Patience", section 3.2), and its confidence is below the
wanted one. All three limits are inputs of the graph, so one file serves every trade of time for accuracy.
"""

import dataclasses
import itertools

import numpy as np

from albert_tf.export.row_table import FixedPoint, FloatTable, RowTable

NEVER = 1 << 30
"""Layers of patience that no model has."""


@dataclasses.dataclass(frozen=True)
class Control:
    """An input of the graph that is one number.

    Args:
        name: of the input.
        dtype: `"int32"` or `"float32"`.
        default: the value that never leaves early.
        meaning: for people.
    """

    name: str
    dtype: str
    default: float
    meaning: str


PATIENCE = Control("patience", "int32", 0, "layers for which an answer must stand; 0: all layers")
NUM_LAYERS = Control("num_layers", "int32", NEVER, "most layers to run")
CONFIDENCE = Control(
    "confidence", "float32", 2.0, "probability that is enough; above 1: all layers"
)
TOLERANCE = Control(
    "tolerance", "float32", 0.0, "difference up to which two numbers are the same answer"
)


def controls_of(model, form: str) -> tuple[Control, ...]:
    """Returns the inputs that a file of `model` has beside the backbone's: some in a loop with exits, else none."""
    if form != "loop" or not model.early_exit:
        return ()
    third = TOLERANCE if model.head == "text_regressor" else CONFIDENCE
    return (PATIENCE, NUM_LAYERS, third)


class ExitLoop:
    """The graph of a model with exits, as loops: one a group of blocks.

    Args:
        model: an `EarlyExitTask` in float32, whose layers are written for conversion already.
        table_bits: 8 or 4 for integer tables of the output layers, None for float32.
    """

    def __init__(self, model, table_bits: int | None):
        self.model = model
        kernel, bias = _stacked(model)  # [L, H, C], [L, C]
        self._layers, _, self._units = kernel.shape
        rows = np.swapaxes(kernel, 1, 2).reshape(self._layers * self._units, -1)
        # Answers depend on every bit of these few numbers: int8 even where the blocks have four bits.
        self._kernel = RowTable(rows, 8) if table_bits else FloatTable(rows)
        self._bias = (FixedPoint if table_bits else FloatTable)(bias.reshape(-1))

    def __call__(self, inputs: dict, patience, num_layers, third):
        """Returns the outputs `(batch, units)` and the number of layers run for each row, int32 `(batch,)`."""
        import tensorflow as tf

        backbone = self.model.backbone
        hidden = backbone.embeddings(inputs["token_ids"], inputs["segment_ids"])
        mask = inputs["padding_mask"]
        bias = backbone.encoder.attention_bias(hidden, mask)
        rows = hidden.shape[0]
        limits = _Limits(
            tf.where(patience[0] <= 0, NEVER, patience[0]),
            tf.clip_by_value(num_layers[0], 1, self._layers),
            third[0],
        )
        state = (
            tf.constant(0),
            tf.zeros((rows,), tf.int32),
            tf.zeros((rows,), tf.int32),
            tf.zeros((rows, self._units)),
            hidden,
        )
        end = 0
        for group, applications in itertools.groupby(backbone.encoder.application_groups):
            end += len(list(applications))
            state = self._loop(state, backbone.encoder.blocks[group], bias, mask, end, limits)
        _, used, _, outputs, _ = state
        return outputs, used

    def _loop(self, state, blocks, bias, mask, end, limits):
        import tensorflow as tf

        last = tf.minimum(end, limits.num_layers)

        def is_open(layer, used, stood, outputs):
            """Rows whose answer does not stand yet."""
            undecided = (stood < limits.patience) & self._is_unsure(outputs, limits)
            return undecided | (layer == 0)

        def cond(layer, used, stood, outputs, hidden):
            return (layer < last) & tf.reduce_any(is_open(layer, used, stood, outputs))

        def body(layer, used, stood, outputs, hidden):
            open_ = is_open(layer, used, stood, outputs)
            for block in blocks:
                hidden = block(hidden, bias, training=False)
            new = self._answer(layer, self.model.pool_states(hidden, mask))
            same = self._is_same(outputs, new, limits) & (layer > 0)
            stood = tf.where(open_, tf.where(same, stood + 1, 0), stood)
            outputs = tf.where(open_[:, None], new, outputs)
            return layer + 1, tf.where(open_, layer + 1, used), stood, outputs, hidden

        shapes = tuple(tf.TensorShape(s.shape) for s in state)
        return tf.while_loop(cond, body, state, shape_invariants=shapes, parallel_iterations=1)

    def _answer(self, layer, features):
        """What the output layer after `layer` makes of `features`, `(batch, hidden_size)`."""
        import tensorflow as tf

        indices = layer * self._units + tf.range(self._units)
        products = features[:, None, :] * self._kernel.take(indices)[None]  # [B, C, H]
        return tf.reduce_sum(products, axis=-1) + self._bias.take(indices)

    def _is_same(self, old, new, limits):
        import tensorflow as tf

        if self.model.head == "text_regressor":
            return tf.abs(old[:, 0] - new[:, 0]) <= limits.third
        if self.model.multi_label:
            return tf.reduce_all((old > 0) == (new > 0), axis=-1)
        return tf.argmax(old, axis=-1, output_type=tf.int32) == tf.argmax(
            new, axis=-1, output_type=tf.int32
        )

    def _is_unsure(self, outputs, limits):
        import tensorflow as tf

        if self.model.head == "text_regressor":
            return tf.ones((outputs.shape[0],), tf.bool)
        if self.model.multi_label:
            surest = tf.sigmoid(tf.reduce_min(tf.abs(outputs), axis=-1))
        else:
            top = tf.reduce_max(outputs, axis=-1, keepdims=True)
            surest = 1.0 / tf.reduce_sum(tf.exp(outputs - top), axis=-1)
        return surest < limits.third


@dataclasses.dataclass(frozen=True)
class _Limits:
    patience: object
    num_layers: object
    third: object


def _stacked(model):
    kernel = np.concatenate([model.exits.kernel.numpy(), model.classifier.kernel.numpy()[None]])
    bias = np.concatenate([model.exits.bias.numpy(), model.classifier.bias.numpy()[None]])
    return kernel, bias
