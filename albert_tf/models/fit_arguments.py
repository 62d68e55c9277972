"""Arguments of `fit` and its kin, checked before they reach Keras."""

import math

import keras
import numpy as np

from albert_tf.errors import ConfigError, DataError
from albert_tf.random_state import kept_random_state

BATCH_SIZE = 32
"""Texts in a batch, as Keras has it."""


def size_of_batch(batch_size: int | None, default: int = BATCH_SIZE) -> int:
    """Returns the texts in a batch; None stands for the default.

    Raises:
        ConfigError: when it is no whole number of at least 1.
    """
    return default if batch_size is None else whole_number("batch_size", batch_size, 1)


def whole_number(name: str, number, least: int) -> int:
    """Returns a whole number of at least `least`.

    Raises:
        ConfigError: when it is something else.
    """
    if not isinstance(number, (int, np.integer)) or number < least:
        raise ConfigError(f"{name} is {number!r}; expected a whole number, at least {least}")
    return int(number)


def training_share(count: int, share: float) -> int:
    """Returns how many of the texts are for training when the last `share` of them is held out, as Keras does.

    Raises:
        DataError: when that leaves none for training or for validation.
    """
    cut = math.floor(count * (1.0 - share))
    if not 0 < cut < count:
        raise DataError(
            f"validation_split {share} of {count} texts leaves none for training or for validation; give more"
        )
    return cut


def checked_callbacks(callbacks):
    """Returns callbacks, or one, in a list; None and a `CallbackList` as they are.

    Raises:
        ConfigError: when one is no callback.
    """
    if callbacks is None or isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    callbacks = keras.tree.flatten(callbacks)
    for callback in callbacks:
        if isinstance(callback, type) or not hasattr(callback, "set_model"):
            raise ConfigError(
                f"callbacks holds {callback!r}; expected Keras callbacks, such as keras.callbacks.EarlyStopping()"
            )
    return callbacks


def with_callback(callbacks, own: keras.callbacks.Callback):
    """Returns a user's callbacks, as a list or a `CallbackList`, and one more."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks.callbacks.append(own)
        return callbacks
    return [*(callbacks or ()), own]


def shuffle_seed() -> int:
    """Returns a seed by Keras's global generator, which `keras.utils.set_random_seed` starts anew."""
    # Where nobody has seeded Keras's generator, it begins with a draw from Python's.
    with kept_random_state():
        return int(keras.random.randint((), 0, 2**31 - 1))
