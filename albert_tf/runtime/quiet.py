"""Keeping the log lines of TensorFlow and LiteRT out of the user's terminal."""

import contextlib
import logging
import os
import threading
import warnings

# The file descriptor belongs to the process, so two threads must not redirect it at the same time.
LOCK = threading.RLock()
_LOGGERS = ("tensorflow", "absl", "jax")


@contextlib.contextmanager
def quiet():
    """Silences what native code writes to standard error, TensorFlow's loggers, and warnings.

    TensorFlow's converter and LiteRT log through C++ straight to file descriptor 2, whatever
    Python's loggers say, so the descriptor itself is redirected. Exceptions pass through unchanged.
    """
    with LOCK, contextlib.ExitStack() as stack:
        for name in _LOGGERS:
            logger = logging.getLogger(name)
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.ERROR)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(quiet_native_code())
        yield


@contextlib.contextmanager
def quiet_native_code():
    """Silences what is written to file descriptor 2, and leaves loggers and warnings as they are.

    Exceptions pass through unchanged, as what `faulthandler` writes to a descriptor of its own does.
    """
    with LOCK, _without_standard_error():
        yield


@contextlib.contextmanager
def _without_standard_error():
    try:
        saved = os.dup(2)
    except OSError:  # standard error is closed, as in a daemon: nothing can be written to it
        yield
        return
    try:
        # Not a temporary file: a container may have no folder that can be written to.
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 2)
        os.close(sink)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
