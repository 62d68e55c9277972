"""The interpreter that runs a file: LiteRT's, or that of an older TensorFlow Lite where there is no LiteRT."""

import importlib
import importlib.util
import os
from pathlib import Path

from albert_tf.errors import ExportError
from albert_tf.operating_system import is_windows
from albert_tf.runtime.quiet import quiet

MODULES = (
    "ai_edge_litert.interpreter",
    "tflite_runtime.interpreter",
    "tensorflow.lite.python.interpreter",
)
"""Modules with an `Interpreter`, in the order in which they are taken: the lightest that is kept up comes first."""


def interpreter_module() -> str:
    """Returns the name of the first of `MODULES` that is installed.

    Raises:
        ExportError: when none is.
    """
    for module in MODULES:
        if importlib.util.find_spec(module.partition(".")[0]) is not None:
            return module
    raise ExportError(
        "there is no interpreter for TFLite files: expected ai_edge_litert, tflite_runtime or tensorflow; "
        "run: pip install ai-edge-litert"
    )


def load_interpreter(file: str | Path | bytes, num_threads: int):
    """Returns the interpreter of a file.

    Args:
        file: a path, which is mapped into memory and not copied, or the file's content.
        num_threads: threads of the interpreter.

    Raises:
        ExportError: when the file cannot be loaded, the number of threads is none, or no interpreter is installed.
    """
    if not isinstance(num_threads, int) or num_threads < 1:
        raise ExportError(
            f"num_threads is {num_threads!r}; expected a number of threads, at least 1"
        )
    interpreter = importlib.import_module(interpreter_module()).Interpreter
    path = os.fspath(file) if isinstance(file, str | os.PathLike) else None
    source = {"model_content": file} if path is None else _source(path)
    try:
        with quiet():
            return interpreter(num_threads=num_threads, **source)
    except (ValueError, RuntimeError) as error:
        name = path or "the content"
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        raise ExportError(
            f"LiteRT cannot load {name}: {reason}; the file is damaged, or was made for a "
            "newer LiteRT"
        ) from error


def _source(path: str) -> dict:
    """A file as LiteRT takes it: by its path, or read where LiteRT cannot take the path, which must be UTF-8.

    On Windows it is always read: a path would have to be ASCII, and a file that is open there cannot be exported anew.
    """
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return {"model_content": Path(path).read_bytes()}
    return {"model_content": Path(path).read_bytes()} if is_windows() else {"model_path": path}
