"""A file with a graph for each of a few lengths, used as one of any length."""

import contextlib
from collections.abc import Callable

import numpy as np

from albert_tf.config import BACKBONE_INPUTS
from albert_tf.errors import ExportError
from albert_tf.runtime.forking import new_lock
from albert_tf.runtime.interpreter import load_interpreter
from albert_tf.runtime.quiet import quiet

PREFIX = "length_"


def signature_name(length: int) -> str:
    """Returns the name of the signature for texts of up to `length` tokens."""
    return f"{PREFIX}{length}"


class SignatureGraph:
    """A file of the form `signatures` in LiteRT's interpreter, used as a `LiteRTGraph` of any length.

    Args:
        file: a path, or the file's content.
        num_threads: threads of the interpreter.

    Attributes:
        inputs: shape of each input by name, the length as -1.
        outputs: names of the outputs, in order.
        lengths: of the signatures, ascending.

    Raises:
        ExportError: when LiteRT cannot load the file.
    """

    def __init__(self, file, num_threads: int = 1):
        self._interpreter = load_interpreter(file, num_threads)
        keys = self._interpreter.get_signature_list()
        self.lengths = sorted(int(key.removeprefix(PREFIX)) for key in keys)
        self._runners = {
            length: self._interpreter.get_signature_runner(signature_name(length))
            for length in self.lengths
        }
        self._silence: Callable[[], contextlib.AbstractContextManager] = quiet
        self._lock = new_lock()
        details = self._runners[self.lengths[0]].get_input_details()
        self.inputs = {
            name: (*(int(n) for n in details[name]["shape"][:-1]), -1) for name in BACKBONE_INPUTS
        }
        self.outputs = tuple(self._runners[self.lengths[0]].get_output_details())

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Pads the inputs to the shortest signature that holds them, runs it, and cuts the padding off.

        Args:
            inputs: as for `LiteRTGraph.run`.

        Raises:
            ExportError: when they are longer than the longest signature.
        """
        given = inputs["token_ids"].shape[-1]
        length = next((n for n in self.lengths if n >= given), None)
        if length is None:
            raise ExportError(
                f"the input is {given} tokens long; the file has signatures for up to "
                f"{self.lengths[-1]}: truncate it"
            )
        padding = [(0, 0)] * (inputs["token_ids"].ndim - 1) + [(0, length - given)]
        padded = {name: np.pad(values, padding) for name, values in inputs.items()}
        with self._lock:
            with self._silence():
                outputs = self._runners[length](**padded)
            self._silence = contextlib.nullcontext  # LiteRT logs at the first allocation only
        return {
            name: values[:, :given] if is_per_token(name, values) else values
            for name, values in outputs.items()
        }


def is_per_token(name: str, values: np.ndarray) -> bool:
    """Whether an output, `(batch, ...)`, has a row for each token: then the tokens are its second axis."""
    return name in ("start_logits", "end_logits") or values.ndim == 3
