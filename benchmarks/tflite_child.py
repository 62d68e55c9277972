"""One engine with one file, in a process of its own that answers commands from its parent.

A command is a line of JSON on standard input, `{"lengths": [128, 128, ...]}`: the process runs the
model once at each length and answers with a line of milliseconds. Its first line, unasked, tells
load time and memory.

    python benchmarks/tflite_child.py litert model.tflite 128 1
    python benchmarks/tflite_child.py onnxruntime model.onnx 128 1
"""

import importlib
import json
import sys
import time
from pathlib import Path

import numpy as np

VOCABULARY = 30000
NAMES = ("token_ids", "segment_ids", "padding_mask")


def make_inputs(length):
    """Returns random token ids without padding."""
    ids = np.random.default_rng(length).integers(5, VOCABULARY, (1, length), dtype="int32")
    return dict(zip(NAMES, (ids, np.zeros_like(ids), np.ones_like(ids)), strict=True))


class LiteRT:
    """A TFLite file in LiteRT's interpreter with XNNPACK, its default."""

    def __init__(self, path, length, threads):
        from ai_edge_litert.interpreter import Interpreter

        self.interpreter = Interpreter(path, num_threads=threads)
        details = self.interpreter.get_input_details()
        self.indices = {name: _index_of(name, details) for name in NAMES}
        self.fixed = None if -1 in details[0]["shape_signature"] else details[0]["shape"][1]
        self.length = None
        self.resize(length)

    def resize(self, length):
        """Prepares the graph for inputs of `length` tokens."""
        if self.fixed is None and length != self.length:
            for index in self.indices.values():
                self.interpreter.resize_tensor_input(index, [1, length])
        if length != self.length:
            self.interpreter.allocate_tensors()
        self.length = length

    def run(self, inputs):
        """Runs the graph once, a change of length included."""
        self.resize(inputs["token_ids"].shape[1])
        for name, index in self.indices.items():
            self.interpreter.set_tensor(index, inputs[name])
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"])


def _index_of(name, details):
    """Other exporters prefix or suffix the names, e.g. `serving_default_token_ids:0`."""
    return next(d["index"] for d in details if name in d["name"])


class OnnxRuntime:
    """An ONNX file in ONNX Runtime, all its optimizations on."""

    def __init__(self, path, length, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )

    def run(self, inputs):
        """Runs the graph once."""
        return self.session.run(None, inputs)[0]


def resident_kilobytes():
    """Returns resident memory of this process: all of it, and without mapped files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return [int(values[name].split()[0]) for name in ("VmRSS", "RssAnon")]


def main():
    """Loads the engine, reports, then runs what the parent asks for."""
    engine, path, length, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    # The library, the inputs and the file's pages are there already: what is measured is the model.
    importlib.import_module({"litert": "ai_edge_litert.interpreter"}.get(engine, engine))
    Path(path).read_bytes()
    inputs = make_inputs(length)
    before = resident_kilobytes()
    cpu, start = time.process_time(), time.perf_counter()
    model = {"litert": LiteRT, "onnxruntime": OnnxRuntime}[engine](path, length, threads)
    loaded = time.perf_counter()
    output = model.run(inputs)
    answered = time.perf_counter()
    cpu = time.process_time() - cpu
    for _ in range(2):
        model.run(inputs)
    after = resident_kilobytes()
    report = {
        "load_ms": 1e3 * (loaded - start),
        "first_answer_ms": 1e3 * (answered - start),
        "first_answer_cpu_ms": 1e3 * cpu,
        "extra_rss_mb": (after[0] - before[0]) / 1024,
        "extra_anonymous_mb": (after[1] - before[1]) / 1024,
        "output": np.ravel(output).tolist(),
    }
    print(json.dumps(report), flush=True)
    for line in sys.stdin:
        milliseconds = []
        for length in json.loads(line)["lengths"]:
            inputs = make_inputs(length)
            start = time.perf_counter()
            model.run(inputs)
            milliseconds.append(1e3 * (time.perf_counter() - start))
        print(json.dumps(milliseconds), flush=True)


if __name__ == "__main__":
    main()
