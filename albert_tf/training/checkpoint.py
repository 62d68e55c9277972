"""Checkpoints of a training in progress: written whole or not at all, read with a way back.

A checkpoint is one `.safetensors` file. Its tensors are the variables of the model (the states of
its random generators too), of the optimizer and of the metrics; its metadata hold the rest of the
state as JSON under the key `state`.
"""

import json
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from albert_tf.atomic_files import write_files
from albert_tf.errors import CheckpointError
from albert_tf.training.distribution import to_numpy
from albert_tf.weights.safetensors_file import read_safetensors

FORMAT_VERSION = 1
LATEST = "checkpoint"
BEST = "best"


class CheckpointStore:
    """The checkpoints of one run, in one folder.

    Args:
        folder: of the checkpoints; created with the first.
        keep: how many to keep of each kind.
    """

    def __init__(self, folder: Path, keep: int = 2):
        self.folder = Path(folder)
        self.keep = keep

    def paths(self, kind: str = LATEST) -> list[Path]:
        """Returns the checkpoints of a kind, oldest first."""
        return sorted(self.folder.glob(f"{kind}-*.safetensors"))

    @property
    def latest(self) -> Path | None:
        """The newest checkpoint, or None."""
        return next(reversed(self.paths()), None)

    def save(self, kind: str, batches: int, arrays: dict[str, np.ndarray], state: dict) -> Path:
        """Writes a checkpoint, and then deletes those that are too many.

        Args:
            kind: `LATEST`, or `BEST` for the weights of the best epoch.
            batches: batches done so far; the file is named after it.
            arrays: array by name.
            state: serializable as JSON.

        Raises:
            CheckpointError: when it cannot be written, as on a full disk; what stood there before
                stays as it was.
        """
        path = self.folder / f"{kind}-{batches:08d}.safetensors"
        metadata = {"state": json.dumps({"format_version": FORMAT_VERSION, **state})}
        for abandoned in self.folder.glob(".*.tmp"):  # of a process that was killed while writing
            abandoned.unlink()
        try:
            write_files(self.folder, {path.name: lambda file: save_file(arrays, file, metadata)})
        except CheckpointError as error:
            kept = f"the last checkpoint is {self.latest}" if self.latest else "there is none yet"
            raise CheckpointError(
                f"cannot write the checkpoint {path}: {error.__cause__}; {kept}: "
                "free some space and resume the run"
            ) from error
        # As many of the best are kept, so that each checkpoint still finds the best of its time.
        for old in self.paths(kind)[: -self.keep]:
            old.unlink()
        return path

    def load_latest(self) -> tuple[Path, dict[str, np.ndarray], dict, list[str]]:
        """Reads the newest checkpoint that can be read.

        Returns:
            Its path, its arrays, its state, and notes on those that are damaged.

        Raises:
            CheckpointError: when there is none, or all are damaged.
        """
        damaged = []
        for path in reversed(self.paths()):
            try:
                arrays, state = read_checkpoint_file(path)
            except CheckpointError as error:
                damaged.append(str(error))
                continue
            notes = [f"{error} Resuming from {path.name} instead." for error in damaged]
            return path, arrays, state, notes
        if damaged:
            raise CheckpointError(f"no checkpoint in {self.folder} can be read; {damaged[0]}")
        raise CheckpointError(
            f"there is no checkpoint in {self.folder}; start the run without resuming"
        )


def read_checkpoint_file(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """Reads the arrays and the state of a checkpoint.

    Raises:
        CheckpointError: when the file is missing, damaged, or of a later version.
    """
    try:
        arrays = read_safetensors(path)
        with safe_open(path, framework="np") as file:
            state = json.loads((file.metadata() or {})["state"])
    except (CheckpointError, SafetensorError, OSError, KeyError, json.JSONDecodeError) as error:
        raise CheckpointError(f"The checkpoint {path} is damaged or truncated.") from error
    if state.get("format_version") != FORMAT_VERSION:
        raise CheckpointError(
            f"The checkpoint {path} has format version {state.get('format_version')}; this "
            f"release of albert_tf reads {FORMAT_VERSION}."
        )
    return arrays, state


# === What training changes ===


def model_arrays(model: keras.Model) -> dict[str, np.ndarray]:
    """Returns the variables of a model, with the states of its random generators."""
    return _numbered("model", model.variables)


def training_arrays(model: keras.Model) -> dict[str, np.ndarray]:
    """Returns all variables that training changes: of model, optimizer and metrics."""
    return {
        **model_arrays(model),
        **_numbered("optimizer", model.optimizer.variables),
        **_numbered("metrics", model.metrics_variables),
    }


def restore_model(model: keras.Model, arrays: dict[str, np.ndarray], source: Path) -> None:
    """Assigns what `model_arrays` returned; see `restore_training`."""
    _assign("model", model.variables, arrays, source)


def restore_training(model: keras.Model, arrays: dict[str, np.ndarray], source: Path) -> None:
    """Assigns what `training_arrays` returned, but for the metrics.

    Args:
        model: a compiled model, of the same making as the one that was saved.
        arrays: array by name.
        source: the checkpoint's path, for messages.

    Raises:
        CheckpointError: when the variables differ in number or shape.
    """
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    restore_model(model, arrays, source)
    _assign("optimizer", model.optimizer.variables, arrays, source)


def restore_metrics(model: keras.Model, arrays: dict[str, np.ndarray], source: Path, batch) -> bool:
    """Assigns the metrics' part of what `training_arrays` returned.

    They only describe the training. So where an earlier release counted others, they are left at
    their start.

    Args:
        model: a compiled model.
        arrays: array by name.
        source: the checkpoint's path, for messages.
        batch: `(inputs, y[, sample_weight])`, any batch of the training: metrics have no variables
            before they have seen one.

    Returns:
        Whether the variables were the same in number and shape.
    """
    model._symbolic_build(data_batch=batch)
    try:
        _assign("metrics", model.metrics_variables, arrays, source)
    except CheckpointError:
        return False
    return True


def _numbered(part, variables):
    # Numbered, since the generators of several dropout layers have the same path.
    return {f"{part}/{i:04d}/{v.path}": to_numpy(v) for i, v in enumerate(variables)}


def _assign(part, variables, arrays, source):
    saved = sorted((name, array) for name, array in arrays.items() if name.startswith(f"{part}/"))
    problem = None
    if len(saved) != len(variables):
        problem = f"it holds {len(saved)} variables of the {part}, which has {len(variables)}"
    else:
        for (name, array), variable in zip(saved, variables, strict=True):
            if array.shape != tuple(variable.shape):
                problem = f"{name} is {array.shape}, {variable.path} is {tuple(variable.shape)}"
                break
    if problem is not None:
        raise CheckpointError(
            f"the checkpoint {source} does not fit: {problem}; resume with the model and the "
            "recipe that the run was started with"
        )
    for (_, array), variable in zip(saved, variables, strict=True):
        variable.assign(array)
