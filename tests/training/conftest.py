"""A disk that fills up, and steps that are not traced."""

import subprocess
import warnings

import keras
import pytest


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MB."""
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"cannot mount a small file system here: {error}")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


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
