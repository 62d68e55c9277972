"""Reading TensorFlow checkpoints (`<prefix>.index` beside `<prefix>.data-*`) into NumPy arrays.

TensorFlow is imported inside the functions, so that the other formats do not wait for it.
"""

import re
from pathlib import Path

import numpy as np

from albert_tf.errors import CheckpointError
from albert_tf.weights.foreign import one_line

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
"""The key that object checkpoints (`tf.train.Checkpoint`) have and TF1's do not."""


def is_prefix(path: Path) -> bool:
    """Whether the path is a checkpoint's prefix, as `runs/model.ckpt-best`."""
    return Path(f"{path}.index").is_file()


def find_prefix(location: Path) -> Path:
    """Returns the prefix of the checkpoint at a location.

    Args:
        location: a prefix, or a folder; of several checkpoints in a folder, the one that its file
            `checkpoint` names is taken.

    Raises:
        CheckpointError: when the folder holds none, or several and no hint.
    """
    if is_prefix(location):
        return location
    prefixes = sorted(path.with_suffix("") for path in location.glob("*.index"))
    if len(prefixes) == 1:
        return prefixes[0]
    state = location / "checkpoint"
    if state.is_file():
        latest = re.search(
            r'^model_checkpoint_path: "(.*)"', state.read_text("utf-8", "replace"), re.M
        )
        # Only the name counts: an absolute path is from the machine that trained.
        named = location / Path(latest[1]).name if latest else None
        if named in prefixes:
            return named
    names = ", ".join(path.name for path in prefixes) or "none"
    raise CheckpointError(
        f"{location} holds several TensorFlow checkpoints ({names}) and no file 'checkpoint' that "
        "names one; pass the prefix of one, e.g. "
        f"{prefixes[0] if prefixes else location / 'model.ckpt'}"
    )


class TensorFlowCheckpoint:
    """An open TensorFlow checkpoint.

    Args:
        prefix: the path without `.index`.

    Raises:
        CheckpointError: when a file is missing, truncated or damaged; `array` too.
    """

    def __init__(self, prefix: Path):
        import tensorflow as tf

        self.prefix = prefix
        # TensorFlow raises some of its errors as Python's: a short read as IndexError.
        self._errors = (tf.errors.OpError, IndexError, ValueError, RuntimeError)
        try:
            self._reader = tf.train.load_checkpoint(str(prefix))
            self.shapes = self._reader.get_variable_to_shape_map()
        except self._errors as error:
            raise self._damaged(error) from error

    def array(self, name: str) -> np.ndarray:
        """Returns one variable, in the dtype it was saved in."""
        try:
            return self._reader.get_tensor(name)
        except self._errors as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> CheckpointError:
        return CheckpointError(
            f"cannot read the TensorFlow checkpoint {self.prefix}: {one_line(error)}; its .index "
            "or .data file is missing, truncated or damaged, so copy both again"
        )
