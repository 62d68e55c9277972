"""The `albert-tf` command: runs the command line without waiting for TensorFlow before it is needed.

A module of its own, because importing anything inside the package runs the package's `__init__` first, which brings
Keras and TensorFlow: ten seconds for a `--help`.
"""

import importlib.util
import logging
import os
import signal
import sys
import types


class _DeferredPackage(types.ModuleType):
    """A package that runs its `__init__` when a name that it has not got yet is first asked for."""

    def __getattr__(self, name):
        self.__class__ = types.ModuleType  # once only, and not again for what __init__ itself asks
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def _defer(name: str) -> None:
    """Lets the submodules of a package be imported without its `__init__`."""
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    package = _DeferredPackage(name)
    package.__spec__, package.__loader__, package.__package__ = spec, spec.loader, name
    package.__path__, package.__file__ = spec.submodule_search_locations, spec.origin
    sys.modules[name] = package


def main() -> int:
    """Runs `albert-tf` and returns its exit status."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its hints are for programmers
    # `kill` stops a training as Ctrl-C does: with a checkpoint, and a line that names it.
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    _defer("albert_tf")
    from albert_tf.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
