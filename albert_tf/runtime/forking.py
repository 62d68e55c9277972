"""Locks that a fork waits for.

A child process inherits memory, but of the threads only the one that forked. A lock that another thread held would
stay locked in the child for ever, and what it guards would stay half done. So a fork first takes every lock made
here, which is as long as the runs in progress take, and parent and child each release them.
"""

import os
import threading
import weakref

from albert_tf.runtime.quiet import LOCK as QUIET_LOCK

_LOCKS: weakref.WeakSet = weakref.WeakSet()
_FORKS = (
    threading.Lock()
)  # of two threads that fork, one takes all locks before the other takes any
_taken: list = []


def new_lock() -> threading.Lock:
    """Returns a lock that no fork leaves held in the child."""
    lock = threading.Lock()
    _LOCKS.add(lock)
    return lock


def _take_all():
    _FORKS.acquire()
    # Whoever runs a graph may ask for the silence after the graph's lock, never the other way round.
    _taken[:] = [*_LOCKS, QUIET_LOCK]
    for lock in _taken:
        lock.acquire()


def _release_all():
    for lock in _taken:
        lock.release()
    _taken.clear()
    _FORKS.release()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(before=_take_all, after_in_parent=_release_all, after_in_child=_release_all)
