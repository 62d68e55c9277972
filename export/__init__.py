"""From a Keras model to a TensorFlow Lite file, and back to answers."""
