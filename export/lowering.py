"""From a Keras model to the graph that is converted: a float32 copy, written in few operators."""

import types

import keras
from keras import ops

from albert_tf.answers.results import LAYERS_RUN
from albert_tf.config import BACKBONE_INPUTS
from albert_tf.errors import ExportError
from albert_tf.export.exit_loop import ExitLoop, controls_of
from albert_tf.export.row_table import RowTable
from albert_tf.heads import head_of
from albert_tf.layers import FactorizedEmbedding, MaskedLMHead
from albert_tf.models import AlbertBackbone, AlbertMultipleChoice, AlbertTask
from albert_tf.random_state import kept_random_state


def check_backend(form: str) -> None:
    """Raises an `ExportError` unless Keras runs on TensorFlow, which writes `form`."""
    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            f"the Keras backend is {keras.backend.backend()}; {form} needs TensorFlow: save the model "
            "with save_to_preset, and export it in a process with KERAS_BACKEND=tensorflow"
        )


def check_exportable(model) -> None:
    """Raises an `ExportError` unless `model` is one that this package can export."""
    if not isinstance(model, AlbertBackbone | AlbertTask):
        raise ExportError(
            f"cannot export a {type(model).__name__}; expected a model of albert_tf, "
            "e.g. AlbertTextClassifier"
        )
    if isinstance(model, AlbertBackbone) and model.encoder.return_all_layers:
        raise ExportError(
            "cannot export a backbone with return_all_layers=True: a file gives sequence_output and "
            "pooled_output; build the backbone without it"
        )


@kept_random_state()
def float32_copy(model):
    """Returns a copy of `model` with the same weights that computes in float32.

    Args:
        model: an exportable model of any dtype policy.
    """
    arguments = {} if isinstance(model, AlbertBackbone) else {"preprocessor": None}
    return type(model).from_checkpoint(model.to_checkpoint(), dtype="float32", **arguments)


def input_names(model, form: str) -> tuple[str, ...]:
    """Names of the inputs of an exported file, in their order: the backbone's, then the controls."""
    controls = controls_of(model, form)
    return (*BACKBONE_INPUTS, *(control.name for control in controls))


def output_names(model, form: str = "unrolled") -> tuple[str, ...]:
    """Names of the outputs of an exported file, in their order."""
    if controls_of(model, form):
        return ("logits", LAYERS_RUN)
    return tuple(head_of(model.head).outputs_with(model.head_config()))


def as_dict(model, outputs) -> dict:
    """Returns a model's outputs as a dict by `output_names`."""
    return (
        outputs
        if isinstance(outputs, dict)
        else dict(zip(output_names(model), [outputs], strict=True))
    )


def inference_function(
    model,
    form: str,
    shape: tuple[int | None, ...],
    table_bits: int | None = None,
    mask_floor: float | None = None,
):
    """Traces a model for conversion, after rewriting its layers in place.

    Args:
        model: what `float32_copy` returned, for this use alone: afterwards it is fit for nothing
            else. It must live until the function is converted.
        form: `"loop"` or `"unrolled"`.
        shape: of each of the three inputs, `(batch, length)` or `(batch, choices, length)`; a
            length of None stays free.
        table_bits: 8 or 4 for embedding tables of integers, None for float32.
        mask_floor: least number that is added to a score, instead of ALBERT's -10000 for padding.

    Returns:
        A `tf.types.experimental.ConcreteFunction` of `input_names` that returns a list in the order
        of `output_names`.
    """
    import tensorflow as tf

    backbone = model if isinstance(model, AlbertBackbone) else model.backbone
    controls = controls_of(model, form)
    backbone.encoder.unroll = form == "unrolled"
    for layer in model._flatten_layers():
        _write_in_few_operators(layer, table_bits)
    if mask_floor is not None:
        _raise_mask(backbone.encoder, mask_floor)
    if isinstance(model, AlbertMultipleChoice):
        _keep_rows_known(model, rows=shape[0] * shape[1])
    specs = [tf.TensorSpec(shape, tf.int32, name=name) for name in BACKBONE_INPUTS]
    specs += [tf.TensorSpec((1,), control.dtype, name=control.name) for control in controls]
    exits = ExitLoop(model, table_bits) if controls else None

    @tf.function(autograph=False)
    def infer(*arguments):
        inputs = dict(zip(BACKBONE_INPUTS, arguments[:3], strict=True))
        if controls:
            return list(exits(inputs, *arguments[3:]))
        outputs = as_dict(model, model(inputs, training=False))
        return [outputs[name] for name in output_names(model, form)]

    return infer.get_concrete_function(*specs)


def input_shape(model, batch: int, choices: int, length: int | None) -> tuple[int | None, ...]:
    """The shape of each input of an exported file; a length of None stays free."""
    return (batch, choices, length) if isinstance(model, AlbertMultipleChoice) else (batch, length)


# Training wants Keras's own forms of these layers: on a CPU the einsum below is five times slower
# in bfloat16. So only the copy that is converted, of which no one else holds a reference, computes
# them differently.


def _keep_rows_known(model, rows):
    """Tells `model.encode` that its flattened inputs have `rows` rows; a free length hides it."""
    encode = model.encode

    def encode_rows(inputs, training=None):
        return encode({name: ops.reshape(x, (rows, -1)) for name, x in inputs.items()}, training)

    model.encode = encode_rows


def _raise_mask(encoder, floor):
    attention_bias = encoder.attention_bias
    encoder.attention_bias = lambda hidden, mask: ops.maximum(attention_bias(hidden, mask), floor)


def _write_in_few_operators(layer, table_bits):
    if type(layer) is FactorizedEmbedding and table_bits:
        _look_up_integers(layer, table_bits)
    elif type(layer) is keras.layers.Dense:
        layer.call = types.MethodType(_dense, layer)
    elif type(layer) is keras.layers.LayerNormalization:
        layer.call = types.MethodType(_layer_norm, layer)
    elif type(layer) is MaskedLMHead:
        layer.call = types.MethodType(_masked_lm_head, layer)


def _look_up_integers(layer, bits):
    words = RowTable(layer.word_embeddings.numpy(), bits)
    # There are too few positions for four bits to save much.
    positions = RowTable(layer.position_embeddings.numpy(), 8)
    segments = ops.convert_to_tensor(layer.token_type_embeddings)

    def call(token_ids, segment_ids, training=None):
        length = ops.shape(token_ids)[1]
        x = words.take(token_ids) + positions.head(length) + ops.take(segments, segment_ids, axis=0)
        return layer.projection(layer._layer_norm(x))

    layer.call = call


def _dense(self, inputs, training=None):
    """One FULLY_CONNECTED with its bias; `matmul` of a free length would be eleven operators."""
    if len(inputs.shape) == 3:
        outputs = ops.einsum("bti,io->bto", inputs, self.kernel)
    else:
        outputs = ops.matmul(inputs, self.kernel)
    return self.activation(outputs + self.bias if self.use_bias else outputs)


def _layer_norm(self, inputs):
    """Nine operators, six of them on whole rows; Keras's form has eleven, eight on whole rows."""
    centered = inputs - ops.mean(inputs, axis=-1, keepdims=True)
    variance = ops.mean(centered * centered, axis=-1, keepdims=True)
    # In this order the converter cannot fold gamma into the weights that follow. Folded, these would
    # differ from the other uses of the same weights, and would be written to the file once more.
    return centered * (ops.rsqrt(variance + self.epsilon) * self.gamma) + self.beta


def _masked_lm_head(self, hidden, word_embeddings, masked_positions=None):
    """The decoder as one FULLY_CONNECTED."""
    features = self._layer_norm(self._activation(self._dense(hidden)))
    return ops.einsum("bme,ve->bmv", features, ops.convert_to_tensor(word_embeddings)) + self.bias
