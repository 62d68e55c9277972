"""Reading `.safetensors` files, whole or sharded, into NumPy arrays."""

from pathlib import Path

import ml_dtypes  # noqa: F401  (importing it teaches NumPy the dtype bfloat16)
import numpy as np
from safetensors import SafetensorError, safe_open

from albert_tf.errors import CheckpointError
from albert_tf.weights.foreign import one_line, read_json


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Reads every tensor of a `.safetensors` file.

    Raises:
        CheckpointError: when the file is missing, truncated or damaged.
    """
    try:
        with safe_open(path, framework="np") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except AttributeError as error:  # a dtype that NumPy does not have: "float8_e4m3fn"
        raise CheckpointError(
            f"cannot read {path}: {one_line(error)}; expected floating-point weights of at least "
            "16 bits, so save the model unquantized"
        ) from error
    except (SafetensorError, OSError, TypeError) as error:
        raise CheckpointError(
            f"cannot read {path}: {one_line(error)}; the file is truncated or damaged, so download "
            "or copy it again"
        ) from error


def read_sharded(index: Path, read_shard) -> dict[str, np.ndarray]:
    """Reads the tensors of a checkpoint that is split over several files.

    Args:
        index: the JSON file whose `weight_map` gives the file of each tensor.
        read_shard: the function that reads one file.

    Raises:
        CheckpointError: when the index is malformed, or a file or a tensor that it lists is
            missing.
    """
    places = read_json(index).get("weight_map")
    if not isinstance(places, dict) or not all(isinstance(file, str) for file in places.values()):
        raise CheckpointError(f'{index} has no "weight_map" from tensor to file; download it again')
    tensors = {}
    for file in sorted(set(places.values())):
        if Path(file).name != file:
            raise CheckpointError(
                f"{index} points outside its folder, at {file!r}; do not trust this checkpoint"
            )
        tensors |= read_shard(index.parent / file)
    missing = [name for name in places if name not in tensors]
    if missing:
        raise CheckpointError(
            f"{index} lists {len(missing)} tensors that its files do not hold, {missing[0]!r} "
            "first; download the files again"
        )
    return tensors
