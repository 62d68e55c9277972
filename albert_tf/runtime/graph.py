"""One loaded TFLite graph: named arrays in, named arrays out, resized to the arrays' length."""

import contextlib
from pathlib import Path

import numpy as np

from albert_tf.config import BACKBONE_INPUTS
from albert_tf.runtime.forking import new_lock
from albert_tf.runtime.interpreter import load_interpreter
from albert_tf.runtime.quiet import quiet


class LiteRTGraph:
    """A TFLite file in LiteRT's interpreter, on the CPU.

    Threads may share it: their runs take turns, since the interpreter holds the inputs of one run only.

    Args:
        file: a path, which is mapped into memory and not copied, or the file's content.
        num_threads: threads of the interpreter.

    Attributes:
        inputs: shape of each input by name; -1 where the length is free.
        outputs: names of the outputs, in order.

    Raises:
        ExportError: when LiteRT cannot load the file.
    """

    def __init__(self, file: str | Path | bytes, num_threads: int = 1):
        self._interpreter = load_interpreter(file, num_threads)
        details = self._interpreter.get_input_details()
        self.inputs = {d["name"]: tuple(int(n) for n in d["shape_signature"]) for d in details}
        self._input_indices = {d["name"]: d["index"] for d in details}
        self._output_indices = {
            d["name"]: d["index"] for d in self._interpreter.get_output_details()
        }
        self.outputs = tuple(self._output_indices)
        self._shape = None
        self._silence = quiet
        self._lock = new_lock()

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Runs the graph once.

        Args:
            inputs: arrays by name: int32 ids and masks, all of one shape that fits `self.inputs`,
                and the controls of a file with early exits, of shape `(1,)`.

        Returns:
            Arrays by output name.
        """
        shape = inputs["token_ids"].shape
        interpreter = self._interpreter
        with self._lock:
            if shape != self._shape:
                self._resize(shape)
            for name, index in self._input_indices.items():
                interpreter.set_tensor(index, inputs[name])
            interpreter.invoke()
            return {name: interpreter.get_tensor(i) for name, i in self._output_indices.items()}

    def _resize(self, shape):
        self._shape = None  # stays so when LiteRT refuses, and the next call tries again
        for name in BACKBONE_INPUTS:
            index = self._input_indices[name]
            self._interpreter.resize_tensor_input(index, shape, strict=True)
        with self._silence():
            self._interpreter.allocate_tensors()
        self._silence = contextlib.nullcontext  # LiteRT logs at the first allocation only
        self._shape = shape
