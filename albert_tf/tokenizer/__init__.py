"""Text to token ids, exact, in Python and in the TensorFlow graph."""

from albert_tf.tokenizer.tokenizer import AlbertTokenizer

__all__ = ["AlbertTokenizer"]
