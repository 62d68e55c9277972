"""Several processes and devices: data and model parallelism through `keras.distribution` on JAX.

Every process runs the same program on the same recipe. It reads its rows of each global batch, so
that the batch, the losses and the weights are those of one process.
"""

import os

import keras
import numpy as np

from albert_tf.errors import ConfigError

PROCESSES, PROCESS_ID, COORDINATOR = (
    "KERAS_DISTRIBUTION_NUM_PROCESSES",
    "KERAS_DISTRIBUTION_PROCESS_ID",
    "KERAS_DISTRIBUTION_JOB_ADDRESSES",
)
"""Environment variables, as in `keras.distribution.initialize`."""

JAX_COORDINATOR = "JAX_COORDINATOR_ADDRESS"

AUTO = "auto"
"""In the place of a coordinator: JAX asks the cluster (Cloud TPU, Slurm, Open MPI, Kubernetes)."""

LAYOUT = {
    # Column-parallel, then row-parallel (Shoeybi et al. 2019, section 3): one sum a sublayer.
    r".*attention/(query|key|value)/kernel": (None, "model"),
    r".*attention/(query|key|value)/bias": ("model",),
    r".*attention/output/kernel": ("model", None),
    r".*intermediate/kernel": (None, "model"),
    r".*intermediate/bias": ("model",),
    r".*group_\d+_inner_\d+/output/kernel": ("model", None),
    r"embeddings/word_embeddings": ("model", None),
    r"mlm_head/bias": ("model",),
}
"""Regular expressions of variable paths, and the mesh's axis along which each dimension is split."""


def initialize(
    num_processes: int | None = None,
    process_id: int | None = None,
    coordinator: str | None = None,
) -> None:
    """Joins the processes of a run; without arguments and environment variables, does nothing.

    To be called before anything is computed. What is not given is taken from
    `KERAS_DISTRIBUTION_NUM_PROCESSES`, `KERAS_DISTRIBUTION_PROCESS_ID` and
    `KERAS_DISTRIBUTION_JOB_ADDRESSES` (or `JAX_COORDINATOR_ADDRESS`).

    Args:
        num_processes: how many there are.
        process_id: which of them this one is, from 0.
        coordinator: `host:port` of process 0, or `"auto"` on a cluster that JAX knows.

    Raises:
        ConfigError: when something is missing, out of range, or the backend is not JAX.
    """
    num_processes = _number("--num-processes", num_processes, PROCESSES)
    process_id = _number("--process-id", process_id, PROCESS_ID)
    coordinator = coordinator or os.environ.get(COORDINATOR) or os.environ.get(JAX_COORDINATOR)
    if num_processes is None and process_id is None and coordinator is None:
        return
    _check_backend("several processes")
    if coordinator != AUTO:
        _check_processes(num_processes, process_id, coordinator)
    import jax

    # Of the collectives between CPUs, those that every build of jaxlib has.
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    if coordinator == AUTO:
        jax.distributed.initialize()
    else:
        keras.distribution.initialize(coordinator, num_processes, process_id)


def distribute(model_parallel: int = 1) -> None:
    """Spreads the models that are built from now on over all devices of all processes.

    With one device nothing changes.

    Args:
        model_parallel: devices that share one copy of the weights, see `albert_layout_map`; the
            number of all devices is a multiple of it. 1 gives each device a copy.

    Raises:
        ConfigError: when the number does not fit, or the backend is not JAX.
    """
    if keras.backend.backend() != "jax":
        if model_parallel > 1:
            _check_backend("model parallelism")
        return
    devices = keras.distribution.list_devices()
    if len(devices) % model_parallel:
        raise ConfigError(
            f"model parallelism over {model_parallel} devices does not fit the {len(devices)} that "
            "there are; expected a number that divides them"
        )
    if len(devices) == 1:
        return
    if model_parallel == 1:
        # The batches of each process hold its own rows already.
        layout = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    else:
        mesh = keras.distribution.DeviceMesh(
            (len(devices) // model_parallel, model_parallel), ("batch", "model"), devices
        )
        layout = keras.distribution.ModelParallel(
            layout_map=albert_layout_map(mesh), batch_dim_name="batch", auto_shard_dataset=False
        )
    keras.distribution.set_distribution(layout)


def albert_layout_map(mesh: keras.distribution.DeviceMesh) -> keras.distribution.LayoutMap:
    """Returns how ALBERT's variables are split over the axis `"model"` of a mesh.

    Attention is split by heads, the feed-forward layer by its intermediate units, the word table and
    the masked LM's bias by the vocabulary; LayerNorm and all that is small is copied. `hidden_size`,
    `intermediate_size`, `num_attention_heads` and `vocab_size` must be multiples of the axis.

    Args:
        mesh: has an axis `"model"`.

    Example:
    ```python
    import keras
    from albert_tf.training.distribution import albert_layout_map

    devices = keras.distribution.list_devices()
    mesh = keras.distribution.DeviceMesh((1, len(devices)), ("batch", "model"), devices)
    layout_map = albert_layout_map(mesh)
    ```
    """
    layout_map = keras.distribution.LayoutMap(mesh)
    for path, axes in LAYOUT.items():
        layout_map[path] = keras.distribution.TensorLayout(axes, mesh)
    return layout_map


def num_processes() -> int:
    """Returns how many processes take part; 1 without `initialize`."""
    return _jax().process_count() if keras.backend.backend() == "jax" else 1


def is_first_process() -> bool:
    """Whether this process is the one that writes files and shows progress."""
    return keras.backend.backend() != "jax" or _jax().process_index() == 0


def batch_shares() -> int:
    """Returns how many shares a batch is split into, one for each copy of the model."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return 1
    axis = distribution.device_mesh.axis_names.index(distribution.batch_dim_name)
    return distribution.device_mesh.shape[axis]


def local_rows(batch_size: int) -> slice:
    """Returns which rows of a global batch this process feeds to its devices.

    Args:
        batch_size: rows of the global batch.

    Raises:
        ConfigError: when the devices cannot share the batch evenly.
    """
    distribution = keras.distribution.distribution()
    if distribution is None:
        return slice(0, batch_size)
    shares = batch_shares()
    if batch_size % shares:
        raise ConfigError(
            f"a batch of {batch_size} examples cannot be shared by {shares} devices; "
            f"expected a multiple of {shares} after division by the accumulation steps"
        )
    sharding = distribution.get_data_layout((batch_size,)).backend_layout
    mine = [rows for (rows,) in sharding.addressable_devices_indices_map((batch_size,)).values()]
    starts, stops = zip(*(rows.indices(batch_size)[:2] for rows in mine), strict=True)
    return slice(min(starts), max(stops))


def agree(flag: bool) -> bool:
    """Returns whether any process says so; all of them must ask at the same time."""
    if num_processes() == 1:
        return flag
    from jax.experimental import multihost_utils

    return bool(multihost_utils.process_allgather(np.array(flag)).any())


def to_numpy(variable) -> np.ndarray:
    """Returns a variable's value as an array of its own, also when processes share its parts.

    In that case all of them must ask at the same time.
    """
    value = variable.value if hasattr(variable, "value") else variable
    if num_processes() > 1 and not value.is_fully_replicated:
        from jax.experimental import multihost_utils

        value = multihost_utils.process_allgather(value, tiled=True)
    return np.array(keras.ops.convert_to_numpy(value), order="C")


def _jax():
    import jax

    return jax


def _number(option, value, variable):
    if value is not None or variable not in os.environ:
        return value
    try:
        return int(os.environ[variable])
    except ValueError:
        raise ConfigError(
            f"{variable} is {os.environ[variable]!r}; expected a number, as for {option}"
        ) from None


def _check_processes(num_processes, process_id, coordinator):
    parts = {
        f"--num-processes (or {PROCESSES})": num_processes,
        f"--process-id (or {PROCESS_ID})": process_id,
        f"--coordinator (or {COORDINATOR})": coordinator,
    }
    missing = [name for name, value in parts.items() if value is None]
    if missing:
        raise ConfigError(
            f"several processes need {' and '.join(missing)} too; give all three, or --coordinator "
            "auto on a cluster that JAX knows (Cloud TPU, Slurm, Open MPI, Kubernetes)"
        )
    if num_processes < 1 or not 0 <= process_id < num_processes:
        raise ConfigError(
            f"process {process_id} of {num_processes}: expected a process id from 0 to "
            "the number of processes - 1"
        )
    if not coordinator.rpartition(":")[2].isdecimal() or ":" not in coordinator:
        raise ConfigError(f"--coordinator is {coordinator!r}; expected host:port of process 0")


def _check_backend(what):
    if keras.backend.backend() != "jax":
        raise ConfigError(
            f"{what} needs Keras's JAX backend, this is {keras.backend.backend()}: "
            "set the environment variable KERAS_BACKEND=jax (pip install 'albert-tf[scale]')"
        )
