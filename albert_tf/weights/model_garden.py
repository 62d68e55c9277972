"""Model Garden's `AlbertEncoder`: object checkpoints, and live encoders both ways.

An object checkpoint names its variables by the path of Python attributes, which changes with the
object that was saved. The object graph stored in it also holds each variable's own name
(`transformer/self_attention/query/kernel`), which does not: an encoder alone, `BertPretrainerV2`,
`BertClassifier`, `BertSpanLabeler` and `BertTokenClassifier` read alike.
Source: `official/nlp/modeling/networks/albert_encoder.py` and `official/nlp/modeling/models/` of
    tf-models-official.
"""

import re
import warnings
from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import AlbertWarning, CheckpointError, ConfigError, MissingExtraError
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import as_float32, identity_projection, is_identity_projection
from albert_tf.weights.model_garden_config import (
    build_arguments,
    read_config_file,
    read_encoder_config,
)
from albert_tf.weights.shapes import check_arrays
from albert_tf.weights.tf_checkpoint import (
    OBJECT_GRAPH,
    TensorFlowCheckpoint,
    find_prefix,
    home_of,
)
from albert_tf.weights.tokenizer_file import find_tokenizer, read_tokenizer

BLOCK = "encoder/group_0_inner_0"

VARIABLES = {
    "embeddings/word_embeddings": "word_embeddings/embeddings",
    "embeddings/position_embeddings": "position_embedding/embeddings",
    "embeddings/token_type_embeddings": "type_embeddings/embeddings",
    "embeddings/layer_norm/gamma": "embeddings/layer_norm/gamma",
    "embeddings/layer_norm/beta": "embeddings/layer_norm/beta",
    **{
        f"{ours}/{part}": f"{theirs}/{part}"
        for ours, theirs in {
            "embeddings/projection": "embedding_projection",
            f"{BLOCK}/attention/query": "transformer/self_attention/query",
            f"{BLOCK}/attention/key": "transformer/self_attention/key",
            f"{BLOCK}/attention/value": "transformer/self_attention/value",
            f"{BLOCK}/attention/output": "transformer/self_attention/attention_output",
            f"{BLOCK}/intermediate": "transformer/intermediate",
            f"{BLOCK}/output": "transformer/output",
            "pooler": "pooler_transform",
        }.items()
        for part in ("kernel", "bias")
    },
    **{
        f"{ours}/{part}": f"{theirs}/{part}"
        for ours, theirs in {
            f"{BLOCK}/attention_layer_norm": "transformer/self_attention_layer_norm",
            f"{BLOCK}/output_layer_norm": "transformer/output_layer_norm",
        }.items()
        for part in ("gamma", "beta")
    },
}
"""Model Garden's name of every array of the encoder, by this package's name."""

OURS = {theirs: ours for ours, theirs in VARIABLES.items()}

MASKED_LM = {
    "cls/predictions/output_bias/bias": "mlm_head/bias",
    "cls/predictions/transform/dense/kernel": "mlm_head/dense/kernel",
    "cls/predictions/transform/dense/bias": "mlm_head/dense/bias",
    "cls/predictions/transform/LayerNorm/gamma": "mlm_head/layer_norm/gamma",
    "cls/predictions/transform/LayerNorm/beta": "mlm_head/layer_norm/beta",
}

HEAD_VARIABLE = re.compile(r"(?:.*/)?([^/]+)/(pooler_dense|logits)/(kernel|bias)")
"""A `ClassificationHead`: its name, then its own pooler or its output layer."""

TOKEN_HEAD = "predictions/transform/logits/"
SPAN_KEY = re.compile(r"layer_with_weights-\d+/layer_with_weights-\d+/(kernel|bias)/\.ATTRIBUTES")
"""The span labeler's output layer lies in a network of its own; the token classifier's does not."""

NOT_WEIGHTS = re.compile(r"(^|/)(save_counter|optimizer|_?global_step|\.OPTIMIZER_SLOT)(/|$)")


def read_model_garden(location: Path, *, with_tokenizer: bool = True) -> Checkpoint:
    """Reads an object checkpoint of an `AlbertEncoder`, alone or inside a task's model.

    Args:
        location: its folder, or the checkpoint's prefix in it; also a SavedModel's folder.
        with_tokenizer: whether to read its tokenizer too.

    Raises:
        ConfigError: when the configuration asks for what this package does not compute.
        CheckpointError: when a file is missing or damaged, or a variable is missing, extra or
            misshapen.
    """
    prefix = find_prefix(location)
    source = str(prefix)
    checkpoint = TensorFlowCheckpoint(prefix)
    arrays, head = _read_arrays(checkpoint)
    values, config_file = read_config_file(home_of(prefix))
    config = read_encoder_config(values, arrays, str(config_file))
    arrays = _flatten_heads(arrays, config)
    head_config = _head_config(head, arrays)
    check_arrays(arrays, config, head, head_config, source)
    tokenizer = read_tokenizer(find_tokenizer(home_of(prefix)) if with_tokenizer else None)
    return Checkpoint(
        config=config,
        arrays=arrays,
        head=head,
        head_config=head_config,
        source=source,
        **tokenizer._asdict(),
    )


def _read_arrays(checkpoint: TensorFlowCheckpoint) -> tuple[dict[str, np.ndarray], str | None]:
    """Reads the weights by their own names, and finds out which head they belong to."""
    tensors, head_names, heads = {}, set(), set()
    own_pooler = {}
    for name, key in sorted(_named_variables(checkpoint).items()):
        array = as_float32(checkpoint.array(key), name, str(checkpoint.prefix))
        suffix = next((known for known in MASKED_LM if name.endswith(known)), None)
        part = name.rsplit("/", 1)[-1]
        if suffix:
            tensors[MASKED_LM[suffix]] = array
            heads.add("masked_lm")
        elif name.endswith((TOKEN_HEAD + "kernel", TOKEN_HEAD + "bias")):
            is_span = SPAN_KEY.search(key) is not None
            heads.add("question_answerer" if is_span else "token_classifier")
            tensors[f"{'qa_outputs' if is_span else 'classifier'}/{part}"] = array
        elif match := HEAD_VARIABLE.fullmatch(name):
            head_names.add(match[1])
            if match[2] == "pooler_dense":
                own_pooler[f"pooler/{part}"] = array
            else:
                tensors[f"classifier/{part}"] = array
                heads.add("text_classifier")
        else:
            tensors[OURS.get(name, name)] = array
    if len(head_names) > 1:
        raise CheckpointError(
            f"{checkpoint.prefix} has {len(head_names)} classification heads "
            f"({', '.join(sorted(head_names))}); albert_tf models have one, so save a checkpoint "
            "of the encoder alone"
        )
    # A head with a pooler of its own does not read the encoder's, which then was never trained.
    head = _one_head(heads, tensors, str(checkpoint.prefix))
    return tensors | own_pooler, head


def _named_variables(checkpoint: TensorFlowCheckpoint) -> dict[str, str]:
    """Returns the key of every variable in the checkpoint, by the variable's own name."""
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import trackable_object_graph_pb2

    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    try:
        graph.ParseFromString(checkpoint.array(OBJECT_GRAPH))
    except DecodeError as error:
        raise CheckpointError(
            f"{checkpoint.prefix} has a damaged object graph; copy it again"
        ) from error
    names = {}
    for node in graph.nodes:
        for attribute in node.attributes:
            key = attribute.checkpoint_key
            name = attribute.full_name or key
            if key not in checkpoint.shapes or NOT_WEIGHTS.search(key):
                continue
            if names.setdefault(name, key) != key:
                raise CheckpointError(
                    f"{checkpoint.prefix} has two variables named {name}, {names[name]} and {key}; "
                    "save a checkpoint of one encoder alone"
                )
    return names


def _one_head(heads: set[str], tensors: dict, source: str) -> str | None:
    if heads == {"masked_lm", "text_classifier"} and tensors["classifier/bias"].shape == (2,):
        for part in ("kernel", "bias"):
            tensors[f"sop_classifier/{part}"] = tensors.pop(f"classifier/{part}")
        return "pretrainer"
    if len(heads) > 1:
        raise CheckpointError(
            f"{source} has several heads ({', '.join(sorted(heads))}); albert_tf models have one, "
            "so save a checkpoint of the encoder alone"
        )
    head = next(iter(heads), None)
    is_regressor = head == "text_classifier" and tensors["classifier/bias"].shape == (1,)
    return "text_regressor" if is_regressor else head


def _flatten_heads(arrays: dict[str, np.ndarray], config: AlbertConfig) -> dict[str, np.ndarray]:
    """Joins the attention heads, which are axes of their own, and adds the projection."""
    hidden = config.hidden_size
    flat = {}
    for name, array in arrays.items():
        if name.startswith(f"{BLOCK}/attention/") and array.size == hidden * hidden:
            array = array.reshape(hidden, hidden)
        elif name.startswith(f"{BLOCK}/attention/") and array.size == hidden:
            array = array.reshape(hidden)
        flat[name] = array
    return identity_projection(config) | flat if config.embedding_size == hidden else flat


def _head_config(head: str | None, arrays: dict[str, np.ndarray]) -> dict:
    if head not in ("text_classifier", "token_classifier"):
        return {}
    head_config = {"num_classes": len(arrays["classifier/bias"])}
    return head_config | ({"multi_label": False} if head == "text_classifier" else {})


def from_model_garden(encoder) -> Checkpoint:
    """Converts a live `AlbertEncoder` of the Model Garden.

    Args:
        encoder: a built `official.nlp.modeling.networks.AlbertEncoder`.

    Returns:
        A `Checkpoint` without a head and without a tokenizer; the arrays are copies.

    Raises:
        ConfigError: when its activation is not one of `AlbertConfig`'s.
        CheckpointError: when it is no `AlbertEncoder`.
    """
    source = f"the Model Garden encoder {getattr(encoder, 'name', encoder)!r}"
    if type(encoder).__name__ != "AlbertEncoder" or not hasattr(encoder, "get_config"):
        raise CheckpointError(
            f"{source} is a {type(encoder).__name__}; expected an AlbertEncoder of "
            "tf-models-official"
        )
    arrays = {}
    for variable in encoder.weights:
        name = variable.name.removesuffix(":0")
        arrays[OURS.get(name, name)] = as_float32(np.array(variable.numpy()), name, source)
    config = read_encoder_config(dict(encoder.get_config()), arrays, source)
    arrays = _flatten_heads(arrays, config)
    check_arrays(arrays, config, source=source)
    return Checkpoint(config, arrays, source=source)


def to_model_garden(checkpoint: Checkpoint):
    """Builds a live `AlbertEncoder` with a checkpoint's weights; a head is left out.

    Args:
        checkpoint: a model with one group of one inner block.

    Returns:
        An `official.nlp.modeling.networks.AlbertEncoder` with dictionary outputs. Without a pooler
        in the checkpoint, its pooler is freshly initialized, with a warning.

    Raises:
        MissingExtraError: when tf-models-official is not installed.
        ConfigError: when `AlbertEncoder` cannot express the model: groups, inner groups, the
            learned attention bias, another epsilon.
    """
    config = checkpoint.config
    arguments = build_arguments(config)
    is_square = config.embedding_size == config.hidden_size
    if is_square and not is_identity_projection(checkpoint.arrays):
        raise ConfigError(
            f"embedding_size equals hidden_size ({config.hidden_size}) and the projection between "
            "them is not the identity; Model Garden has none then, so the model cannot be expressed"
        )
    try:
        from official.nlp.modeling import networks
    except ImportError as error:
        raise MissingExtraError("tf-models-official", "model-garden", "to_model_garden") from error
    check_arrays(
        checkpoint.arrays, config, checkpoint.head, checkpoint.head_config, checkpoint.source
    )
    encoder = networks.AlbertEncoder(**arguments, dict_outputs=True)
    for variable in encoder.weights:
        name = OURS[variable.name.removesuffix(":0")]
        if name in checkpoint.arrays:
            variable.assign(checkpoint.arrays[name].reshape(variable.shape))
    if "pooler/kernel" not in checkpoint.arrays:
        warnings.warn(
            f"{checkpoint.source or 'the checkpoint'} has no pooler; the encoder's starts random",
            AlbertWarning,
            stacklevel=2,
        )
    return encoder
