"""What libraries tell programmers is kept from people; with `--debug` it is not, and they say what they want."""

import functools
import importlib.abc
import logging
import os
import sys
import warnings


def silence_libraries() -> None:
    """Keeps libraries' warnings and log lines, Python's and those of native code, out of the user's terminal."""
    # Whatever it was: JAX sets it to 1 in every process that imports it, and children inherit that.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    for name in ("tensorflow", "jax"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if not sys.warnoptions:  # those of `python -W` and PYTHONWARNINGS
        warnings.simplefilter("ignore")
    sys.meta_path.insert(0, _QuietTensorFlow())


class _QuietTensorFlow(importlib.abc.MetaPathFinder):
    """Finds TensorFlow where it is, and has its import keep quiet, whichever room imports it first.

    From 2.21 on it logs while its libraries are being loaded, before it has read TF_CPP_MIN_LOG_LEVEL.
    """

    def find_spec(self, fullname, path=None, target=None):
        """Returns the spec of TensorFlow's package; None for any other module, which is not looked for here."""
        if fullname != "tensorflow":
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader.exec_module = _quietly(spec.loader.exec_module)
            if spec is not None:
                return spec
        return None


def _quietly(execute):
    @functools.wraps(execute)
    def quietly(module):
        # Not above: this module is loaded by every command, the runtime by those that run something.
        from albert_tf.runtime.quiet import quiet_native_code

        with quiet_native_code():
            execute(module)

    return quietly
