"""This package's own format: `albert_tf.json`, `model.safetensors`, and `tokenizer.model` or `vocab.txt`."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from albert_tf.atomic_files import write_files
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.heads import HEADS
from albert_tf.tokenizer.engines import FILE_NAMES, file_name
from albert_tf.version import __version__
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import as_float32, build_config, read_json
from albert_tf.weights.safetensors_file import read_safetensors
from albert_tf.weights.shapes import check_arrays
from albert_tf.weights.tokenizer_file import read_bytes

FORMAT_VERSION = 1
CONFIG_FILE = "albert_tf.json"
WEIGHTS_FILE = "model.safetensors"
STORED_DTYPES = ("float32", "float16")
SECTIONS = (
    "format_version",
    "albert_tf_version",
    "config",
    "head",
    "head_config",
    "lowercase",
    "strip_accents",
    "tokenizer",
)
"""The sections of `albert_tf.json` that this module writes; any other is a checkpoint's `extra`."""


def matches(folder: Path) -> bool:
    """Whether the folder holds a preset."""
    return (folder / CONFIG_FILE).is_file()


def write_preset(checkpoint: Checkpoint, folder: str | Path, *, dtype: str = "float32") -> Path:
    """Writes a checkpoint in this package's own format.

    Args:
        checkpoint: what to write. Its tokenizer goes into `tokenizer.model` or `vocab.txt`, its
            `extra` sections go into `albert_tf.json`.
        folder: created when missing. Files of an earlier preset are replaced only after all are
            written.
        dtype: in which the weights are stored: `"float32"`, or `"float16"` for half the size; they
            are read as float32 either way.

    Returns:
        The folder.

    Raises:
        CheckpointError: when an array does not fit the configuration, a section is not JSON or has
            the name of one of the format's own, a weight is too large for float16, or the folder
            cannot be written (a full disk): an earlier preset is then intact.
        ConfigError: when the dtype is neither.

    Example:
    ```python
    from albert_tf.weights import read_checkpoint, write_preset

    write_preset(read_checkpoint("hf://albert/albert-base-v2"), "albert_base")
    ```
    """
    source = checkpoint.source
    check_arrays(
        checkpoint.arrays, checkpoint.config, checkpoint.head, checkpoint.head_config, source
    )
    arrays = _stored(checkpoint.arrays, dtype)
    files = {WEIGHTS_FILE: lambda path: save_file(arrays, path, {"format": "np"})}
    if checkpoint.tokenizer_model is not None:
        files[file_name(checkpoint.tokenizer_model)] = checkpoint.tokenizer_model
    files[CONFIG_FILE] = _config_text(checkpoint)
    return write_files(Path(folder), files)


def _stored(arrays: dict[str, np.ndarray], dtype: str) -> dict[str, np.ndarray]:
    if dtype not in STORED_DTYPES:
        raise ConfigError(f"dtype is {dtype!r}; expected one of {', '.join(STORED_DTYPES)}")
    largest = float(np.finfo(dtype).max)
    for name, array in arrays.items():
        if np.isfinite(array).all() and np.abs(array).max(initial=0.0) > largest:
            raise CheckpointError(
                f"{name} holds {np.abs(array).max():g}, more than {dtype} can; write float32"
            )
    return {name: np.ascontiguousarray(array, dtype=dtype) for name, array in arrays.items()}


def _config_text(checkpoint: Checkpoint) -> str:
    taken = [name for name in checkpoint.extra if name in SECTIONS]
    if taken:
        raise CheckpointError(
            f"the extra section {taken[0]!r} has the name of one of the format's own; rename it"
        )
    sections = {
        "format_version": FORMAT_VERSION,
        "albert_tf_version": __version__,
        "config": checkpoint.config.to_dict(),
        "head": checkpoint.head,
        "head_config": checkpoint.head_config,
        "lowercase": checkpoint.lowercase,
        "strip_accents": checkpoint.strip_accents,
        "tokenizer": None
        if checkpoint.tokenizer_model is None
        else file_name(checkpoint.tokenizer_model),
        **checkpoint.extra,
    }
    try:
        return json.dumps(sections, indent=2, ensure_ascii=False) + "\n"
    except (TypeError, ValueError) as error:
        raise CheckpointError(
            f"the checkpoint's settings cannot be written as JSON: {error}"
        ) from error


def read_preset(folder: Path, *, with_tokenizer: bool = True) -> Checkpoint:
    """Reads a folder that `write_preset` wrote.

    Args:
        folder: the preset.
        with_tokenizer: whether to read its tokenizer too.

    Raises:
        ConfigError: when the configuration is impossible.
        CheckpointError: when a file is missing or damaged, an array does not fit, or the format is
            a later one.
    """
    source = str(folder / CONFIG_FILE)
    sections = read_json(folder / CONFIG_FILE)
    version = sections.get("format_version")
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{source} has format_version {version!r}, written by albert_tf "
            f"{sections.get('albert_tf_version', 'unknown')}; expected {FORMAT_VERSION}: install "
            "that release"
        )
    _check_sections(sections, source)
    config = build_config(sections["config"], source)
    arrays = {
        name: as_float32(array, name, str(folder / WEIGHTS_FILE))
        for name, array in read_safetensors(folder / WEIGHTS_FILE).items()
    }
    check_arrays(arrays, config, sections["head"], sections["head_config"], str(folder))
    return Checkpoint(
        config=config,
        arrays=arrays,
        head=sections["head"],
        head_config=sections["head_config"],
        tokenizer_model=_read_tokenizer(folder, sections["tokenizer"]) if with_tokenizer else None,
        lowercase=sections["lowercase"],
        strip_accents=sections["strip_accents"],
        source=str(folder),
        extra={name: value for name, value in sections.items() if name not in SECTIONS},
    )


def read_training_record(folder: str | Path) -> dict:
    """Returns what a preset says of its training; nothing where it says nothing, or there is no preset.

    Args:
        folder: the preset's, or another start's name.

    Raises:
        CheckpointError: when the preset's description is damaged.
    """
    file = Path(folder) / CONFIG_FILE
    record = read_json(file).get("training") if file.is_file() else None
    return record if isinstance(record, dict) else {}


def _check_sections(sections: dict, source: str) -> None:
    kinds = {"config": dict, "head_config": dict, "lowercase": bool, "strip_accents": bool}
    for name in SECTIONS:
        if name not in sections or not isinstance(sections[name], kinds.get(name, object)):
            raise CheckpointError(
                f"{source}: the section {name!r} is missing or malformed; save the preset again"
            )
    if sections["tokenizer"] not in (None, *FILE_NAMES):
        raise CheckpointError(
            f"{source}: the tokenizer is {sections['tokenizer']!r}; expected null, {' or '.join(FILE_NAMES)}"
        )
    if sections["head"] not in (None, *HEADS):
        raise CheckpointError(
            f"{source}: unknown head {sections['head']!r}; expected null or one of "
            f"{', '.join(HEADS)}"
        )


def _read_tokenizer(folder: Path, name: str | None) -> bytes | None:
    # That of an earlier preset may lie there still; only a named one belongs to this one.
    return None if name is None else read_bytes(folder / name)
