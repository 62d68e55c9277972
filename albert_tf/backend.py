"""Keras and its backend: imported first by each room that needs them, so that a missing one is said in one line."""

from albert_tf.dependencies import explained

try:
    import keras  # noqa: F401
except (ImportError, ValueError) as error:
    if (found := explained(error, "training and exporting")) is error:
        raise
    raise found from error
