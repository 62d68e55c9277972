"""Seeds for Keras that leave Python's and NumPy's global generators to the caller.

Keras draws the seeds of its initializers and of dropout from Python's generator, and `keras.utils.set_random_seed`
seeds that one and NumPy's too. Both belong to whoever calls this package: a library that seeds them changes what an
experiment around it draws.
"""

import contextlib
import random
from collections.abc import Iterator

import keras
import numpy as np


@contextlib.contextmanager
def kept_random_state() -> Iterator[None]:
    """Gives Python's and NumPy's generators back as they were before the block."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Lets what Keras draws in the block, such as the first weights of layers made there, depend on a seed alone.

    Keras's and TensorFlow's own generators go on from the seed after the block.

    Args:
        seed: as for `keras.utils.set_random_seed`.
    """
    with kept_random_state():
        keras.utils.set_random_seed(seed)
        yield
