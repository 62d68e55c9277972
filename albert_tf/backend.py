"""Keras and its backend: imported first by each room that needs them, so that a missing one is said in one line."""

import os

from albert_tf.errors import ConfigError, MissingExtraError

EXTRAS = {"jax": "scale"}
"""Backends that the base install lacks, and the extra that brings them."""

try:
    import keras  # noqa: F401
except (ImportError, ValueError) as error:
    name = os.environ.get("KERAS_BACKEND") or getattr(error, "name", None)
    if name in EXTRAS:
        raise MissingExtraError(name, EXTRAS[name], f"KERAS_BACKEND={name}") from error
    if name in (None, "tensorflow", "keras"):
        raise
    raise ConfigError(
        f"Keras's backend {name!r} cannot be imported ({' '.join(str(error).split())}); expected KERAS_BACKEND "
        f"tensorflow or {', '.join(EXTRAS)}"
    ) from error
