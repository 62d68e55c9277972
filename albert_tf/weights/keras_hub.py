"""keras-hub's ALBERT: presets of the backbone and its two tasks, and live models both ways.

A preset is `config.json` and `model.weights.h5` for the backbone; a task adds `task.json` and
`task.weights.h5`. keras-hub computes gelu by the tanh formula and does not lower-case texts. Its
masked-LM head differs from everybody else's in the epsilon of its LayerNorm, 1e-5, which is kept as
the head's `layer_norm_eps`.
Source: `keras_hub/src/models/albert/` and `keras_hub/src/layers/modeling/masked_lm_head.py`.
"""

import warnings
from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import AlbertWarning, CheckpointError, ConfigError, MissingExtraError
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import TANH_GELU, as_float32, build_config, pick, read_json, require
from albert_tf.weights.keras_hub_h5 import read_h5
from albert_tf.weights.shapes import check_arrays
from albert_tf.weights.tokenizer_file import read_tokenizer

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.weights.h5"
TASK_FILE = "task.json"
TASK_WEIGHTS_FILE = "task.weights.h5"
TOKENIZER_FILE = Path("assets", "tokenizer", "vocabulary.spm")

NAMES = {
    "vocab_size": "vocabulary_size",
    "embedding_size": "embedding_dim",
    "hidden_size": "hidden_dim",
    "num_hidden_layers": "num_layers",
    "num_hidden_groups": "num_groups",
    "inner_group_num": "num_inner_repetitions",
    "num_attention_heads": "num_heads",
    "intermediate_size": "intermediate_dim",
    "hidden_dropout_prob": "dropout",
    "attention_probs_dropout_prob": "dropout",
    "max_position_embeddings": "max_sequence_length",
    "type_vocab_size": "num_segments",
}
"""`AlbertBackbone`'s names of the fields of `AlbertConfig`."""

REQUIRED = (
    "vocabulary_size",
    "num_layers",
    "num_heads",
    "embedding_dim",
    "hidden_dim",
    "intermediate_dim",
)

TASKS = {"AlbertTextClassifier": "text_classifier", "AlbertMaskedLM": "masked_lm"}
MULTI_LABEL_ACTIVATION = "sigmoid"
HEAD_ACTIVATIONS = (None, "linear", "softmax", MULTI_LABEL_ACTIVATION)
"""Activations that only turn logits into probabilities; this package's models always give
logits."""

MASKED_LM_EPSILON = 1e-5
EPSILON = 1e-12


def matches(folder: Path) -> bool:
    """Whether the folder holds a keras-hub preset, of whatever model."""
    config = folder / CONFIG_FILE
    return config.is_file() and "class_name" in read_json(config)


def variable_names(config: AlbertConfig) -> dict[str, str]:
    """Returns keras-hub's path of every variable, of both heads too, by this package's name."""
    names = {
        "embeddings/word_embeddings": "token_embedding/embeddings",
        "embeddings/position_embeddings": "position_embedding/embeddings",
        "embeddings/token_type_embeddings": "segment_embedding/embeddings",
        "mlm_head/bias": "mlm_head/output_bias",
    }
    pairs = {
        "embeddings/layer_norm": "embeddings_layer_norm",
        "embeddings/projection": "embedding_projection",
        "pooler": "pooled_dense",
        "classifier": "logits",
        "mlm_head/dense": "mlm_head/intermediate_dense",
        "mlm_head/layer_norm": "mlm_head/intermediate_layer_norm",
    }
    for group in range(config.num_hidden_groups):
        for inner in range(config.inner_group_num):
            ours = f"encoder/group_{group}_inner_{inner}"
            theirs = f"group_{group}_inner_layer_{inner}"
            for part in ("query", "key", "value"):
                pairs[f"{ours}/attention/{part}"] = f"{theirs}/self_attention_layer/{part}"
            pairs |= {
                f"{ours}/attention/output": f"{theirs}/self_attention_layer/attention_output",
                f"{ours}/attention_layer_norm": f"{theirs}/self_attention_layer_norm",
                f"{ours}/intermediate": f"{theirs}/feedforward_intermediate_dense",
                f"{ours}/output": f"{theirs}/feedforward_output_dense",
                f"{ours}/output_layer_norm": f"{theirs}/feedforward_layer_norm",
            }
    for ours, theirs in pairs.items():
        for part in ("gamma", "beta") if ours.endswith("layer_norm") else ("kernel", "bias"):
            names[f"{ours}/{part}"] = f"{theirs}/{part}"
    return names


def read_keras_hub(folder: Path, *, with_tokenizer: bool = True) -> Checkpoint:
    """Reads a preset that `save_to_preset` of keras-hub wrote, of a backbone or a task.

    Args:
        folder: the preset.
        with_tokenizer: whether to read its tokenizer too.

    Raises:
        ConfigError: when it is another model's preset.
        CheckpointError: when a file is missing or damaged, or a variable is missing, extra or
            misshapen.
    """
    source = str(folder)
    config = read_backbone_config(read_json(folder / CONFIG_FILE), str(folder / CONFIG_FILE))
    head, head_config = None, {}
    tensors = read_h5(folder / WEIGHTS_FILE, config.inner_group_num)
    if (folder / TASK_FILE).is_file() and (folder / TASK_WEIGHTS_FILE).is_file():
        task = read_json(folder / TASK_FILE)
        head, head_config = _read_task(task, str(folder / TASK_FILE))
        tensors |= read_h5(folder / TASK_WEIGHTS_FILE, config.inner_group_num)
        dropout = task["config"].get("dropout", config.classifier_dropout_prob)
        config = config.replace(classifier_dropout_prob=dropout)
    arrays = _to_arrays(tensors, config, source)
    check_arrays(arrays, config, head, head_config, source)
    tokenizer_file = folder / TOKENIZER_FILE
    tokenizer = read_tokenizer(
        tokenizer_file if with_tokenizer and tokenizer_file.is_file() else None
    )
    return Checkpoint(
        config=config,
        arrays=arrays,
        head=head,
        head_config=head_config,
        source=source,
        **tokenizer._asdict(),
    )


def read_backbone_config(values: dict, source: str) -> AlbertConfig:
    """Returns the configuration of a serialized `AlbertBackbone`.

    Args:
        values: the parsed `config.json`.
        source: its name, for messages.

    Raises:
        ConfigError: when it is another model's, or incomplete.
    """
    if values.get("class_name") != "AlbertBackbone":
        raise ConfigError(f"{source} is of {values.get('class_name')!r}; expected 'AlbertBackbone'")
    arguments = values.get("config")
    if not isinstance(arguments, dict):
        raise ConfigError(
            f"{source}: config is {arguments!r}; expected the arguments of AlbertBackbone, so copy the file again"
        )
    return _config_of_arguments(arguments, source)


def _config_of_arguments(arguments: dict, source: str) -> AlbertConfig:
    require(arguments, REQUIRED, source)
    # All else is fixed in keras-hub.
    fields = {**pick(arguments, NAMES), "hidden_act": TANH_GELU, "layer_norm_eps": EPSILON}
    config = build_config(fields, source)
    layers, groups = config.num_hidden_layers, config.num_hidden_groups
    if layers % groups:
        raise ConfigError(f"{source}: num_layers {layers} is not a multiple of num_groups {groups}")
    return config


def _read_task(values: dict, source: str) -> tuple[str, dict]:
    """Returns the head of a `task.json` and its arguments."""
    name, arguments = values.get("class_name"), values.get("config")
    if name not in TASKS or not isinstance(arguments, dict):
        raise ConfigError(
            f"{source}: the task {name!r} is not supported; expected one of {', '.join(TASKS)}"
        )
    if TASKS[name] == "masked_lm":
        return "masked_lm", {"layer_norm_eps": MASKED_LM_EPSILON}
    require(arguments, ("num_classes",), source)
    return _classifier_head(arguments["num_classes"], arguments.get("activation"), source)


def _classifier_head(num_classes: int, activation: str | None, source: str) -> tuple[str, dict]:
    if activation not in HEAD_ACTIVATIONS:
        raise ConfigError(
            f"{source}: the head's activation {activation!r} is not supported; expected one of "
            "linear, softmax, sigmoid"
        )
    is_multi_label = activation == MULTI_LABEL_ACTIVATION
    if num_classes == 1 and not is_multi_label:
        return "text_regressor", {}
    return "text_classifier", {"num_classes": num_classes, "multi_label": is_multi_label}


def _to_arrays(tensors: dict, config: AlbertConfig, source: str) -> dict[str, np.ndarray]:
    """Renames, and joins the attention heads, which are axes of their own."""
    ours = {theirs: name for name, theirs in variable_names(config).items()}
    arrays = {}
    hidden = config.hidden_size
    for theirs in list(tensors):
        name = ours.get(theirs, theirs)
        array = as_float32(tensors.pop(theirs), theirs, source)
        if "/attention/" in name and array.size in (hidden, hidden * hidden):
            array = array.reshape((hidden, hidden) if name.endswith("/kernel") else hidden)
        arrays[name] = array
    return arrays


def from_keras_hub(model) -> Checkpoint:
    """Converts a live `AlbertBackbone`, `AlbertTextClassifier` or `AlbertMaskedLM` of keras-hub.

    Args:
        model: a keras-hub model, on any Keras backend.

    Returns:
        A `Checkpoint` without a tokenizer; the arrays are copies.

    Raises:
        CheckpointError: when it is another model.
    """
    kind = type(model).__name__
    source = f"the keras-hub model {getattr(model, 'name', model)!r}"
    if kind not in ("AlbertBackbone", *TASKS):
        raise CheckpointError(
            f"{source} is a {kind}; expected an AlbertBackbone, AlbertTextClassifier or "
            "AlbertMaskedLM"
        )
    head, head_config = TASKS.get(kind), {}
    config = _config_of_arguments((model.backbone if head else model).get_config(), source)
    if head == "masked_lm":
        head_config = {"layer_norm_eps": model.masked_lm_head.layer_norm_epsilon}
    elif head == "text_classifier":
        activation = getattr(model.activation, "__name__", None)
        head, head_config = _classifier_head(model.num_classes, activation, source)
        config = config.replace(classifier_dropout_prob=model.dropout)
    # Copied, since a backend may lend out its own memory.
    tensors = {variable.path: np.asarray(variable.value).copy() for variable in model.weights}
    arrays = _to_arrays(tensors, config, source)
    check_arrays(arrays, config, head, head_config, source)
    return Checkpoint(config, arrays, head, head_config, source=source)


def to_keras_hub(checkpoint: Checkpoint):
    """Builds a live keras-hub model with a checkpoint's weights.

    Args:
        checkpoint: any model; a text classifier becomes an `AlbertTextClassifier`, and of every
            other the backbone is converted.

    Returns:
        A `keras_hub.models.AlbertTextClassifier` (logits, no preprocessor) or `AlbertBackbone`.
        Without a pooler in the checkpoint, its pooler is freshly initialized, with a warning.

    Raises:
        MissingExtraError: when keras-hub is not installed.
        ConfigError: when keras-hub cannot express the model: another activation or epsilon, the
            learned attention bias, layers that the groups do not divide.
    """
    config = checkpoint.config
    _check_expressible(config)
    if checkpoint.head_config.get("pooling") == "mean" and checkpoint.head != "text_embedder":
        raise ConfigError(
            "pooling is 'mean'; keras-hub's AlbertTextClassifier can express only 'pooler'"
        )
    try:
        import keras_hub
    except ImportError as error:
        raise MissingExtraError("keras-hub", "dev", "to_keras_hub") from error
    check_arrays(
        checkpoint.arrays, config, checkpoint.head, checkpoint.head_config, checkpoint.source
    )
    model = keras_hub.models.AlbertBackbone(
        **{theirs: getattr(config, ours) for ours, theirs in NAMES.items()}
    )
    if checkpoint.head in ("text_classifier", "text_regressor"):
        model = keras_hub.models.AlbertTextClassifier(
            model,
            num_classes=checkpoint.head_config.get("num_classes", 1),
            dropout=config.classifier_dropout_prob,
        )
    ours = {theirs: name for name, theirs in variable_names(config).items()}
    for variable in model.weights:
        name = ours[variable.path]
        if name in checkpoint.arrays:
            variable.assign(checkpoint.arrays[name].reshape(variable.shape))
    if "pooler/kernel" not in checkpoint.arrays:
        warnings.warn(
            f"{checkpoint.source or 'the checkpoint'} has no pooler; the backbone's starts at "
            "random",
            AlbertWarning,
            stacklevel=2,
        )
    return model


def _check_expressible(config: AlbertConfig) -> None:
    required = {
        "hidden_act": TANH_GELU,
        "layer_norm_eps": EPSILON,
        "use_relative_attention_bias": False,
    }
    for name, value in required.items():
        if getattr(config, name) != value:
            raise ConfigError(
                f"{name} is {getattr(config, name)!r}; keras-hub's ALBERT can express only "
                f"{value!r}"
            )
    if config.hidden_dropout_prob != config.attention_probs_dropout_prob:
        raise ConfigError(
            f"hidden_dropout_prob is {config.hidden_dropout_prob} and attention_probs_dropout_prob "
            f"{config.attention_probs_dropout_prob}; keras-hub's ALBERT has one rate for both"
        )
    if config.num_hidden_layers % config.num_hidden_groups:
        raise ConfigError(
            f"num_hidden_layers {config.num_hidden_layers} is not a multiple of num_hidden_groups "
            f"{config.num_hidden_groups}; keras-hub's ALBERT needs that"
        )
