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


SAVED_MODEL_FILE = "saved_model.pb"
SAVED_MODEL_VARIABLES = Path("variables", "variables")
"""The prefix of the checkpoint inside a SavedModel, as a TensorFlow Hub module is one."""


def is_prefix(path: Path) -> bool:
    """Whether the path is a checkpoint's prefix, as `runs/model.ckpt-best`."""
    return Path(f"{path}.index").is_file()


def holds_checkpoint(folder: Path) -> bool:
    """Whether a folder holds a TensorFlow checkpoint, also that of a SavedModel."""
    return any(folder.glob("*.index")) or is_prefix(folder / SAVED_MODEL_VARIABLES)


def home_of(prefix: Path) -> Path:
    """Returns the folder where a checkpoint's configuration and vocabulary lie: for a SavedModel, its own."""
    inside = SAVED_MODEL_VARIABLES
    is_saved_model = (
        prefix.parts[-2:] == inside.parts and (prefix.parents[1] / SAVED_MODEL_FILE).is_file()
    )
    return prefix.parents[1] if is_saved_model else prefix.parent


def find_prefix(location: Path) -> Path:
    """Returns the prefix of the checkpoint at a location.

    Args:
        location: a prefix, or a folder; of several checkpoints in a folder, the one that its file
            `checkpoint` names is taken. The checkpoint of a SavedModel lies in its `variables/`.

    Raises:
        CheckpointError: when the folder holds none, or several and no hint.
    """
    if is_prefix(location):
        return location
    prefixes = sorted(path.with_suffix("") for path in location.glob("*.index"))
    if not prefixes and is_prefix(location / SAVED_MODEL_VARIABLES):
        return location / SAVED_MODEL_VARIABLES
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
