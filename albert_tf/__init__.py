"""ALBERT for TensorFlow and Keras 3: from a table of texts to a TFLite file that answers."""

from albert_tf.config import AlbertConfig
from albert_tf.version import __version__

__all__ = ["AlbertConfig", "__version__"]
