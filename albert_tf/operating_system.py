"""What differs between operating systems, in one place.

On Windows a file that someone has open, or has mapped into memory, cannot be replaced, renamed or deleted; a folder
cannot be opened, so as to be put on disk, and takes no other's place; a process does not fork; and a pipe whose reader
has gone is an invalid argument. Linux and macOS differ in nothing that matters here.
"""

import errno
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds to wait for those who open each new file on Windows for a moment, virus scanners and search indexers."""
MOST_PROCESSES = 61
"""Processes of a pool on Windows, which waits for so many objects at once; see `concurrent.futures`."""


def is_windows() -> bool:
    """Whether this is Windows."""
    return os.name == "nt"


def move_file(path: Path, target: Path) -> None:
    """Gives a file its final name, in place of what stood there.

    Raises:
        OSError: when it cannot be moved; on Windows also when someone has the target open.
    """
    for pause in PAUSES if is_windows() else ():
        try:
            os.replace(path, target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    try:
        os.replace(path, target)
    except PermissionError as error:
        if not is_windows():
            raise
        message = f"{error.strerror}: it may be open in this or another program; close it there"
        raise PermissionError(error.errno, message, str(target)) from error


def move_folder(path: Path, target: Path) -> None:
    """Gives a folder its final name, where nothing or an empty folder stands.

    Raises:
        OSError: when it cannot be moved.
    """
    if is_windows() and target.is_dir():
        target.rmdir()  # elsewhere an empty folder gives way by itself
    os.rename(path, target)


def sync_folder(folder: Path) -> None:
    """Puts the new names in a folder on disk, so that a power cut does not bring the earlier files back.

    Windows has no such call for folders; its file system keeps a journal of names.

    Raises:
        OSError: when the disk refuses.
    """
    if is_windows():
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def process_context(module: str) -> "BaseContext":
    """Returns the `multiprocessing` context of processes that use a module, imported once for all where that can be.

    Neither by fork, which would copy TensorFlow's locks without its threads, nor, where there is a choice, by spawn,
    which imports everything for each process.
    """
    import multiprocessing  # not above: a command that answers starts no process, and need not wait for this

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    return context


def most_processes(wanted: int) -> int:
    """Returns how many processes of those wanted a pool can have."""
    return min(wanted, MOST_PROCESSES) if is_windows() else wanted


def interrupt_when_told_to_stop() -> None:
    """Has the signals that end a process, such as that of `kill`, do what Ctrl-C does: stop, with things in order."""
    for name in (
        "SIGTERM",
        "SIGBREAK",
    ):  # the latter, of Windows: Ctrl-Break, and the closing of a console
        if hasattr(signal, name):
            number = getattr(signal, name)
            signal.signal(number, lambda number, frame: signal.raise_signal(signal.SIGINT))


def is_broken_pipe(error: OSError) -> bool:
    """Whether what was written to has lost its reader, as `| head` that has read enough."""
    return isinstance(error, BrokenPipeError) or (is_windows() and error.errno == errno.EINVAL)
