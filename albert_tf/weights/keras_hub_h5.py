"""Reading the `.weights.h5` files of keras-hub's ALBERT without Keras.

Keras 3 names a layer in the file after its class and its place among the layers of that class
(`layers/transformer_encoder_1/_self_attention_layer/query_dense/vars/0`), never after its own name.
Here these places become the paths that the variables have in a live model
(`group_0_inner_layer_1/self_attention_layer/query/kernel`).
Source: `keras/src/saving/saving_lib.py`.
"""

import re
from pathlib import Path

import ml_dtypes
import numpy as np

from albert_tf.errors import CheckpointError
from albert_tf.weights.foreign import one_line

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""Where a model's layers lie; the second name is that of Keras 2."""

LAYERS = {
    "reversible_embedding": "token_embedding",
    "position_embedding": "position_embedding",
    "embedding": "segment_embedding",
    "layer_normalization": "embeddings_layer_norm",
    "masked_lm_head": "mlm_head",
}
"""Layer by class, of the classes that occur once."""

ATTENTION_PARTS = {
    "query_dense": "query",
    "key_dense": "key",
    "value_dense": "value",
    "output_dense": "attention_output",
}

BLOCK = re.compile(r"transformer_encoder(?:_(\d+))?")
NOT_WEIGHTS = ("optimizer", "metrics", "preprocessor", "seed_generator")


def read_h5(path: Path, inner_group_num: int) -> dict[str, np.ndarray]:
    """Reads the variables of a backbone's or a task's weights file.

    Args:
        path: `model.weights.h5` or `task.weights.h5`.
        inner_group_num: blocks in a group, by which the running number of a block is split.

    Returns:
        Array by the path that the variable has in a live model; a variable without one keeps its
        place in the file.

    Raises:
        CheckpointError: when the file is missing, truncated or damaged.
    """
    import h5py

    places = {}

    def visit(place, item):
        if isinstance(item, h5py.Dataset) and place.split("/")[0] not in NOT_WEIGHTS:
            places[place] = _read_dataset(item)

    try:
        with h5py.File(path, "r") as file:
            file.visititems(visit)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise CheckpointError(
            f"cannot read {path}: {one_line(error)}; the file is missing, truncated or damaged, so "
            "download or copy it again"
        ) from error
    is_task = not any(place.split("/")[1:2] == ["reversible_embedding"] for place in places)
    return {_live_path(place, inner_group_num, is_task): array for place, array in places.items()}


def _read_dataset(dataset) -> np.ndarray:
    array = dataset[()]
    # HDF5 has no bfloat16: Keras stores two opaque bytes and says so in an attribute.
    return array.view(ml_dtypes.bfloat16) if dataset.attrs.get("dtype") == "bfloat16" else array


def _live_path(place: str, inner_group_num: int, is_task: bool) -> str:
    container, _, rest = place.partition("/")
    parts = [part.removeprefix("_") for part in rest.split("/")]
    if container not in CONTAINERS or len(parts) < 3 or parts[-2] != "vars":
        return place
    *layers, _, index = parts
    first = _layer_name(layers[0], inner_group_num, is_task)
    if first is None or not index.isdigit():
        return place
    inner = [
        ATTENTION_PARTS.get(part, part) if "self_attention_layer" in layers else part
        for part in layers[1:]
    ]
    return "/".join([first, *inner, _variable_name([first, *inner], int(index))])


def _layer_name(place: str, inner_group_num: int, is_task: bool) -> str | None:
    if match := BLOCK.fullmatch(place):
        group, inner = divmod(int(match[1] or 0), inner_group_num)
        return f"group_{group}_inner_layer_{inner}"
    # A task's file leaves the backbone out, so its only dense layer is the head's.
    dense = (
        {"dense": "logits"}
        if is_task
        else {"dense": "embedding_projection", "dense_1": "pooled_dense"}
    )
    return dense.get(place, LAYERS.get(place))


def _variable_name(layers: list[str], index: int) -> str:
    if layers == ["mlm_head"]:
        return "output_bias"
    if layers[-1].endswith("_embedding"):
        return "embeddings"
    names = ("gamma", "beta") if layers[-1].endswith("layer_norm") else ("kernel", "bias")
    return names[index] if index < 2 else str(index)
