"""What the importers of foreign formats share: JSON, activations, the check of the grouping."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import CheckpointError, ConfigError

TANH_GELU = "gelu_new"
EXACT_GELU = "gelu"


def one_line(error: BaseException) -> str:
    """Returns another library's message without its line breaks, or its kind when it has none."""
    return " ".join(str(error).split()) or type(error).__name__


def read_json(path: Path) -> dict:
    """Reads a JSON object.

    Raises:
        CheckpointError: when the file cannot be read, is not JSON, or holds something else than an
            object.
    """
    try:
        values = json.loads(path.read_text("utf-8-sig"))  # Windows editors put a mark first
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"cannot read {path}: {error}; copy the file again") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} holds a {type(values).__name__}; expected a JSON object")
    return values


def map_activation(name, known: dict[str, str], source: str) -> str:
    """Returns this package's name of another library's activation.

    Args:
        name: the value in the foreign configuration.
        known: this package's name by foreign name.
        source: the file that holds it, for the message.

    Raises:
        ConfigError: when the activation is not known, because guessing would change the outputs.
    """
    if not isinstance(name, str) or name not in known:
        raise ConfigError(
            f"{source}: the activation {name!r} is not supported; expected one of "
            f"{', '.join(known)}"
        )
    return known[name]


def check_only_default(values: dict, defaults: dict, source: str) -> None:
    """Refuses a foreign configuration with a setting that this package does not compute.

    Args:
        values: the foreign configuration.
        defaults: for each setting that changes the outputs, the values that switch it off.
        source: the file, for the message.

    Raises:
        ConfigError: naming the setting and its value.
    """
    for name, harmless in defaults.items():
        if name in values and values[name] not in harmless:
            raise ConfigError(
                f"{source}: {name} is {values[name]!r}, which changes the outputs and is not "
                f"supported; expected {harmless[0]!r}"
            )


def check_grouping(config: AlbertConfig, group_of: Callable[[int], int], source: str) -> None:
    """Refuses a checkpoint whose library assigns some layer to another group than this one.

    The original computes the group of a layer in floating point, and for some numbers of layers and
    groups the rounding moves a layer to the group before: among up to 48 layers, for (22, 22) and
    10 others in google-research/albert, for (18, 14) and 12 others in Hugging Face. No published
    checkpoint is among them.

    Args:
        config: the configuration to be.
        group_of: the foreign formula, from layer to group.
        source: the file, for the message.

    Raises:
        ConfigError: naming the first such layer.
    """
    for layer, group in enumerate(config.application_groups):
        if group_of(layer) != group:
            raise ConfigError(
                f"{source}: with num_hidden_layers {config.num_hidden_layers} and "
                f"num_hidden_groups {config.num_hidden_groups} its library rounds layer {layer} "
                f"into group {group_of(layer)} where albert_tf takes {group}, so the outputs would "
                "differ; it cannot be imported"
            )


def build_config(fields: dict, source: str) -> AlbertConfig:
    """Builds the configuration, with the foreign file named in front of what is wrong."""
    try:
        return AlbertConfig.from_dict(fields)
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}") from error


def pick(values: dict, names: dict[str, str]) -> dict:
    """Returns the fields of `AlbertConfig` that a foreign configuration states.

    Args:
        values: the foreign configuration; a missing name or None leaves the default of
            `AlbertConfig`.
        names: foreign name by field name.
    """
    return {
        field: values[foreign]
        for field, foreign in names.items()
        if values.get(foreign) is not None
    }


def require(values: dict, names: tuple[str, ...], source: str) -> None:
    """Refuses a configuration that leaves out what the arrays alone do not tell.

    Raises:
        ConfigError: naming what is missing.
    """
    missing = [name for name in names if name not in values]
    if missing:
        raise ConfigError(
            f"{source} has no {', '.join(missing)}; is it the configuration of an ALBERT?"
        )


def as_float32(array: np.ndarray, name: str, source: str) -> np.ndarray:
    """Returns the array as contiguous, writable float32, converting other floating-point types.

    Raises:
        CheckpointError: when it holds integers, as quantized weights do.
    """
    kind = array.dtype.name
    if kind not in ("float16", "bfloat16", "float32", "float64"):
        raise CheckpointError(
            f"{source}: the array {name} holds {kind}; expected floating-point weights, so save "
            "the model unquantized"
        )
    return np.require(array, np.float32, ["C_CONTIGUOUS", "WRITEABLE"])


def torch_parameters(layers: dict[str, str]) -> dict[str, str]:
    """Returns PyTorch's names of the parameters of dense layers and LayerNorms, by this package's.

    Args:
        layers: PyTorch's name of each layer by this package's; those of LayerNorms end in
            `layer_norm`.
    """
    names = {}
    for ours, theirs in layers.items():
        weight, bias = ("gamma", "beta") if ours.endswith("layer_norm") else ("kernel", "bias")
        names[f"{ours}/{weight}"] = f"{theirs}.weight"
        names[f"{ours}/{bias}"] = f"{theirs}.bias"
    return names


def identity_projection(config: AlbertConfig) -> dict[str, np.ndarray]:
    """Returns the projection from E to H that some libraries leave out when both are equal."""
    return {
        "embeddings/projection/kernel": np.eye(config.hidden_size, dtype=np.float32),
        "embeddings/projection/bias": np.zeros(config.hidden_size, dtype=np.float32),
    }


def is_identity_projection(arrays: dict[str, np.ndarray]) -> bool:
    """Whether the projection from E to H does nothing, so that such a library can do without."""
    kernel = arrays["embeddings/projection/kernel"]
    return (
        kernel.shape[0] == kernel.shape[1]
        and np.array_equal(kernel, np.eye(len(kernel), dtype=np.float32))
        and not arrays["embeddings/projection/bias"].any()
    )
