"""A stand-in for Windows: what its system calls refuse is refused here, and the package believes to be there."""

import contextlib
import errno
import multiprocessing
import os
import pathlib
from pathlib import Path

import pytest


def is_open(path) -> bool:
    """Whether this process has a file open or mapped into memory (Linux)."""
    path = os.path.realpath(path)
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the one of the listing itself
            if os.readlink(f"/proc/self/fd/{descriptor}") == path:
                return True
    maps = Path("/proc/self/maps").read_text("utf-8", "surrogateescape").splitlines()
    return any(line.endswith(f" {path}") for line in maps)


def refuse_if_open(path):
    if os.path.isfile(path) and is_open(path):
        raise PermissionError(errno.EACCES, "Access is denied", str(path))


def pretend_windows(patch: pytest.MonkeyPatch) -> None:
    """Makes the system calls of this process refuse what Windows refuses.

    `os.name` itself stays, since pathlib could make no path of the other kind.
    """
    real = {name: getattr(os, name) for name in ("open", "replace", "rename", "unlink", "remove")}

    def open_(path, *args, **kwargs):
        if os.path.isdir(path) and "dir_fd" not in kwargs:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real["open"](path, *args, **kwargs)

    def replace(source, target, **kwargs):
        refuse_if_open(source)
        refuse_if_open(target)
        if os.path.isdir(target):
            raise PermissionError(errno.EACCES, "Access is denied", str(target))
        real["replace"](source, target, **kwargs)

    def rename(source, target, **kwargs):
        refuse_if_open(source)
        if os.path.exists(target):
            raise FileExistsError(errno.EEXIST, "Cannot create a file when it exists", str(target))
        inside = [file for file in Path(source).rglob("*") if file.is_file()]
        for file in inside:
            refuse_if_open(file)
        real["rename"](source, target, **kwargs)

    def unlink(path, **kwargs):
        if "dir_fd" not in kwargs:
            refuse_if_open(path)
        real["unlink"](path, **kwargs)

    for name, function in {
        "open": open_,
        "replace": replace,
        "rename": rename,
        "unlink": unlink,
        "remove": unlink,
    }.items():
        patch.setattr(os, name, function)
    patch.delattr(os, "fork")
    get_context = multiprocessing.get_context
    patch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])

    def context_of(method=None):
        if method not in (None, "spawn"):
            raise ValueError(f"cannot find context for {method!r}")
        return get_context("spawn")

    patch.setattr(multiprocessing, "get_context", context_of)
    patch.setattr(pathlib.Path, "chmod", lambda self, mode, **kwargs: None)
    patch.setattr("albert_tf.operating_system.is_windows", lambda: True)
    for module in ("cli.console", "dependencies", "runtime.interpreter"):
        patch.setattr(f"albert_tf.{module}.is_windows", lambda: True)
    patch.setattr("albert_tf.operating_system.PAUSES", (0.0, 0.0))
