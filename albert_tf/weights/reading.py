"""`read_checkpoint`: finds out the format of a folder and reads it."""

from pathlib import Path

from albert_tf.errors import CheckpointError
from albert_tf.weights import huggingface, preset
from albert_tf.weights.checkpoint import Checkpoint

FORMATS = {
    "preset": (preset.matches, preset.read_preset),
    "huggingface": (huggingface.matches, huggingface.read_huggingface),
}
"""For each format, in the order in which they are tried: whether a folder holds it, and its
reader."""


def detect_format(folder: str | Path) -> str:
    """Returns the format of a checkpoint folder, found out from the files it holds."""
    folder = Path(folder)
    for name, (matches, _) in FORMATS.items():
        if matches(folder):
            return name
    raise CheckpointError(f"{folder} holds no checkpoint")


def read_checkpoint(source: str | Path) -> Checkpoint:
    """Reads a checkpoint of any known format."""
    folder = Path(source)
    _, read = FORMATS[detect_format(folder)]
    return read(folder)
