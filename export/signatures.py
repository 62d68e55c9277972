"""Several graphs of one model in one file, each for a length of its own, with the weights kept once.

Runtimes that compile a graph for an accelerator, such as LiteRT's CompiledModel, cannot resize it. A file with a
signature for each of a few lengths serves them: a text takes the shortest that holds it.
"""

import contextlib

import numpy as np

from albert_tf.errors import ExportError
from albert_tf.export.flatbuffer import read_model, share_constants, write_model
from albert_tf.export.forking import new_lock
from albert_tf.export.graph import load_interpreter
from albert_tf.export.quiet import quiet
from albert_tf.models.backbone import BACKBONE_INPUTS

LENGTHS = (32, 64, 128, 256)
"""Lengths of the signatures, in tokens."""

PREFIX = "length_"


def signature_name(length: int) -> str:
    """Returns the name of the signature for texts of up to `length` tokens."""
    return f"{PREFIX}{length}"


def merge_signatures(files: dict[int, bytes]) -> bytes:
    """Puts files of one model for several lengths into one; equal weights are kept once.

    Args:
        files: TFLite files with one signature each, without loops, by their length.

    Returns:
        The content of a file with a signature `length_N` for each.
    """
    merged = None
    for length, content in files.items():
        model = read_model(content)
        model.signatureDefs[0].signatureKey = signature_name(length)
        if merged is None:
            merged = model
        else:
            _append(merged, model)
    share_constants(merged)
    return write_model(merged)


def _append(merged, model):
    buffers, codes, graphs = (
        len(part) for part in (merged.buffers, merged.operatorCodes, merged.subgraphs)
    )
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            tensor.buffer += buffers
        for operator in subgraph.operators:
            operator.opcodeIndex += codes
    for signature in model.signatureDefs:
        signature.subgraphIndex += graphs
    merged.buffers += model.buffers
    merged.operatorCodes += model.operatorCodes
    merged.subgraphs += model.subgraphs
    merged.signatureDefs += model.signatureDefs


class SignatureGraph:
    """A file of `merge_signatures` in LiteRT's interpreter, used as a `LiteRTGraph` of any length.

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
        self._silence = quiet
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
