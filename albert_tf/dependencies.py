"""What the base install leaves out: which extra brings a missing package, in one line that can be typed."""

import importlib
import importlib.util
import os
import sys

from albert_tf.errors import AlbertError, ConfigError, MissingExtraError
from albert_tf.operating_system import is_windows

TENSORFLOW = "tensorflow"
"""The extra that trains and exports."""

EXTRA_OF = {
    "h5py": TENSORFLOW,
    "keras": TENSORFLOW,
    "ml_dtypes": TENSORFLOW,
    "pandas": TENSORFLOW,
    "rich": TENSORFLOW,
    "safetensors": TENSORFLOW,
    "scipy": TENSORFLOW,
    "sklearn": TENSORFLOW,
    "tensorflow": TENSORFLOW,
    "jax": "scale",
}
"""The extra of each package that a room imports as it is loaded."""


def require(package: str, purpose: str) -> None:
    """Checks that a package is installed, without importing it.

    Args:
        package: a key of `EXTRA_OF`.
        purpose: what it is for, the subject of the message.

    Raises:
        MissingExtraError: when it is not.
    """
    if importlib.util.find_spec(package) is None:
        raise MissingExtraError(package, EXTRA_OF[package], purpose)


def tensorflow_text():
    """Returns the package `tensorflow_text`, which cuts texts inside a TensorFlow graph.

    Raises:
        MissingExtraError: when it is not installed.
    """
    package = "tensorflow_text"
    if importlib.util.find_spec(package) is None:
        # The extra leaves it out on Windows: see setup.py.
        instead = "it has no wheels for Windows: pass texts as a list" if is_windows() else None
        purpose = "cutting texts in a TensorFlow graph (in_graph, tf.data.Dataset, SavedModel)"
        raise MissingExtraError(package, TENSORFLOW, purpose, instead)
    return importlib.import_module(package)


def explained(error: Exception, purpose: str) -> Exception:
    """Returns what to raise for an import that failed: one line where it can be mended, else the error itself.

    Args:
        error: of the import.
        purpose: what was imported, the subject of the message.
    """
    if isinstance(error, AlbertError):
        return error
    backend = os.environ.get("KERAS_BACKEND")
    package = (getattr(error, "name", None) or "").partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and package in EXTRA_OF:
        subject = f"KERAS_BACKEND={backend}" if package == backend else purpose
        return MissingExtraError(package, EXTRA_OF[package], subject)
    # Keras chooses its backend while it is imported; had that been well, it would stand among the modules.
    if backend not in (None, "tensorflow") and "keras" not in sys.modules:
        return ConfigError(
            f"Keras's backend {backend!r} cannot be imported ({' '.join(str(error).split())}); expected KERAS_BACKEND "
            "tensorflow or jax"
        )
    return error
