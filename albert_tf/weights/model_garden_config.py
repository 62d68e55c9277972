"""Configurations of Model Garden's ALBERT, to and from `AlbertConfig`.

Three files describe an encoder: `config.json` with the arguments of `AlbertEncoder`,
`albert_config.json` with google's names (beside converted checkpoints), and `params.yaml` of the
Model Garden's trainer. What they leave out is read off the shapes of the variables.
"""

from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import CheckpointError, ConfigError, MissingExtraError
from albert_tf.weights.foreign import (
    EXACT_GELU,
    TANH_GELU,
    build_config,
    map_activation,
    pick,
    read_json,
)
from albert_tf.weights.google_tf1 import read_google_config

CONFIG_FILES = ("config.json", "albert_config.json", "params.yaml")

NAMES = {
    "vocab_size": "vocab_size",
    "embedding_size": "embedding_width",
    "hidden_size": "hidden_size",
    "num_hidden_layers": "num_layers",
    "num_attention_heads": "num_attention_heads",
    "intermediate_size": "intermediate_size",
    "hidden_dropout_prob": "dropout_rate",
    "attention_probs_dropout_prob": "attention_dropout_rate",
    "type_vocab_size": "type_vocab_size",
}
"""`AlbertEncoder`'s names of the fields that it shares with `AlbertConfig`."""

ARGUMENT_ACTIVATIONS = {
    "Text>gelu": TANH_GELU,
    "gelu": EXACT_GELU,
    "relu": "relu",
    "swish": "silu",
    "silu": "silu",
    "tanh": "tanh",
}
"""What the argument `activation` means: a string goes to tf_keras, whose gelu is exact; the
library's own is not."""

EXPERIMENT_ACTIVATIONS = {**ARGUMENT_ACTIVATIONS, "gelu": TANH_GELU}
"""What `hidden_activation` of an experiment means: there gelu is the library's own, the tanh
form."""


def read_config_file(folder: Path) -> tuple[dict, Path]:
    """Returns the parsed configuration of a folder and its path.

    Raises:
        CheckpointError: when there is none, or it is not readable.
    """
    for name in CONFIG_FILES:
        path = folder / name
        if path.is_file():
            return (_read_params(path) if name.endswith(".yaml") else read_json(path)), path
    raise CheckpointError(
        f"{folder} holds a Model Garden checkpoint but no configuration; expected one of "
        f"{', '.join(CONFIG_FILES)}: "
        'write config.json with the arguments of AlbertEncoder, at least {"num_layers": ...}'
    )


def _read_params(path: Path) -> dict:
    try:
        import yaml
    except ImportError as error:
        raise MissingExtraError("PyYAML", "model-garden", f"reading {path}") from error
    try:
        encoder = yaml.safe_load(path.read_text("utf-8"))["task"]["model"]["encoder"]
        return dict(encoder["albert"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path} has no task.model.encoder.albert; expected the params.yaml of an ALBERT "
            "experiment"
        ) from error


def read_encoder_config(values: dict, arrays: dict[str, np.ndarray], source: str) -> AlbertConfig:
    """Returns the configuration of an encoder.

    Args:
        values: the parsed configuration file, or `get_config()` of a live encoder.
        arrays: the encoder's arrays, whose shapes fill in what the file leaves out.
        source: the file's name, for messages.

    Raises:
        ConfigError: when the number of layers is missing or the activation is not known.
    """
    if "num_hidden_layers" in values:
        config = read_google_config(values, source)
        if config.num_hidden_groups > 1 or config.inner_group_num > 1:
            raise ConfigError(
                f"{source} asks for groups; Model Garden's AlbertEncoder has one shared block"
            )
        return config
    if "num_layers" not in values:
        raise ConfigError(f"{source} has no num_layers, which the variables do not tell; add it")
    fields = _fields_of_shapes(arrays) | pick(values, NAMES)
    fields |= pick(values, {"max_position_embeddings": "max_sequence_length"})
    fields |= pick(values, {"max_position_embeddings": "max_position_embeddings"})
    fields |= pick(values, {"initializer_range": "initializer_range"})
    if "hidden_activation" in values:
        fields["hidden_act"] = map_activation(
            values["hidden_activation"], EXPERIMENT_ACTIVATIONS, source
        )
    else:
        fields["hidden_act"] = map_activation(
            _activation_name(values.get("activation", "Text>gelu")), ARGUMENT_ACTIVATIONS, source
        )
    return build_config(fields, source)


def _activation_name(activation):
    # get_config serializes the library's own gelu as a dictionary.
    return (
        activation["config"]
        if hasattr(activation, "get") and "config" in activation
        else activation
    )


def _fields_of_shapes(arrays: dict[str, np.ndarray]) -> dict[str, int]:
    """Returns what the shapes tell; a missing array is left for the check to come."""
    places = {
        "vocab_size": ("embeddings/word_embeddings", 0),
        "embedding_size": ("embeddings/word_embeddings", 1),
        "max_position_embeddings": ("embeddings/position_embeddings", 0),
        "type_vocab_size": ("embeddings/token_type_embeddings", 0),
        "hidden_size": ("encoder/group_0_inner_0/intermediate/kernel", 0),
        "intermediate_size": ("encoder/group_0_inner_0/intermediate/kernel", 1),
        "num_attention_heads": ("encoder/group_0_inner_0/attention/query/bias", 0),
    }
    return {
        field: arrays[name].shape[axis]
        for field, (name, axis) in places.items()
        if name in arrays and arrays[name].ndim > axis
    }


def build_arguments(config: AlbertConfig) -> dict:
    """Returns the arguments that make `AlbertEncoder` compute the same as a configuration.

    Raises:
        ConfigError: when it cannot.
        MissingExtraError: when tf-models-official is not installed.
    """
    required = {
        "num_hidden_groups": 1,
        "inner_group_num": 1,
        "use_relative_attention_bias": False,
        "layer_norm_eps": 1e-12,
    }
    for name, value in required.items():
        if getattr(config, name) != value:
            raise ConfigError(
                f"{name} is {getattr(config, name)}; Model Garden's AlbertEncoder can express only "
                f"{value}"
            )
    arguments = {theirs: getattr(config, ours) for ours, theirs in NAMES.items()}
    arguments["max_sequence_length"] = config.max_position_embeddings
    # Left out, the activation is the library's own gelu, which is the tanh form.
    if config.hidden_act != TANH_GELU:
        arguments["activation"] = config.hidden_act
    return arguments
