"""LiteRT's interpreter with XNNPACK, its default."""

import numpy as np

LIBRARIES = ("ai_edge_litert.interpreter",)
# Other exporters have names of their own, with prefixes or suffixes, or just number the inputs in their order.
OTHER_NAMES = {
    "token_ids": ("token_ids", "args_0"),
    "padding_mask": ("padding_mask", "args_1"),
    "segment_ids": ("segment_ids", "args_2"),
}


class Engine:
    """A TFLite file.

    Args:
        path: of the file.
        length: tokens to prepare for.
        threads: of the interpreter.
        controls: values of the inputs that are one number, by name, for files with early exits: of all of them, since
            one that is not set is whatever memory held.

    Raises:
        ValueError: an input that neither the text nor `controls` sets.
    """

    def __init__(self, path: str, length: int, threads: int, controls: dict | None = None):
        from ai_edge_litert.interpreter import Interpreter

        self.interpreter = Interpreter(path, num_threads=threads)
        details = self.interpreter.get_input_details()
        self.inputs = {name: _find(names, details) for name, names in OTHER_NAMES.items()}
        self.controls = {
            d["index"]: np.array([controls[d["name"]]], d["dtype"])
            for d in details
            if d["name"] in (controls or {})
        }
        known = {d["index"] for d in self.inputs.values()} | set(self.controls)
        unset = [d["name"] for d in details if d["index"] not in known]
        if unset:
            raise ValueError(f"{path}: the controls set no value for {', '.join(unset)}")
        detail = self.inputs["token_ids"]
        self.fixed = None if -1 in detail["shape_signature"] else int(detail["shape"][1])
        outputs = self.interpreter.get_output_details()
        self.output = next(
            (d for d in outputs if "logits" in d["name"]),
            next(d for d in outputs if np.issubdtype(d["dtype"], np.floating)),
        )["index"]
        self.length = None
        self._resize(length)

    def _resize(self, length):
        if self.fixed is None and length != self.length:
            for detail in self.inputs.values():
                self.interpreter.resize_tensor_input(detail["index"], [1, length])
        if length != self.length:
            self.interpreter.allocate_tensors()
            for index, value in self.controls.items():
                self.interpreter.set_tensor(index, value)
        self.length = length

    def run(self, inputs: dict) -> np.ndarray:
        """Returns the logits, a change of length included."""
        self._resize(inputs["token_ids"].shape[1])
        for name, detail in self.inputs.items():
            array = inputs[name]
            if array.dtype != detail["dtype"]:
                array = array.astype(detail["dtype"])
            self.interpreter.set_tensor(detail["index"], array)
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.output)


def _find(names, details):
    return next(d for n in names for d in details if n in d["name"])
