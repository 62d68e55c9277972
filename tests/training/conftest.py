"""What keeps these tests fast."""

import warnings

import keras
import pytest


@pytest.fixture
def without_tracing():
    """Runs TensorFlow's functions step by step: tracing them takes longer than a small run."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Even though the `tf.config")  # of tf.data
        yield
    tf.config.run_functions_eagerly(False)
