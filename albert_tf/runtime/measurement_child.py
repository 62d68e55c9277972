"""Runs a TFLite file and prints what it costs; started by `measurement.py` as a script.

It imports nothing of this package: TensorFlow's memory would drown the model's.
"""

import importlib
import importlib.util
import json
import statistics
import sys
import time

import numpy as np


def resident_mb() -> float | None:
    """Resident memory of this process, in 10^6 bytes; on macOS the most so far; None on Windows."""
    if sys.platform == "linux":
        with open("/proc/self/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6
    if importlib.util.find_spec("resource") is None:
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def source_of(path: str) -> dict:
    """A file as LiteRT takes it: by its path, or on Windows, where that would have to be ASCII, read."""
    if sys.platform == "win32":
        with open(path, "rb") as file:
            return {"model_content": file.read()}
    return {"model_path": path}


def prepare(interpreter, length, signature, controls):
    """Returns what runs the graph once on `length` tokens, all of them ones; controls keep their defaults.

    A `signature` is of that length; without one, every input of the only graph is resized to it.
    """
    if signature:
        return prepare_signature(interpreter, length, signature)
    tokens = [t for t in interpreter.get_input_details() if t["name"] not in controls]
    for tensor in tokens:
        if list(tensor["shape"])[-1] != length:
            interpreter.resize_tensor_input(
                tensor["index"], [*tensor["shape"][:-1], length], strict=True
            )
    interpreter.allocate_tensors()
    for tensor in tokens:
        interpreter.set_tensor(tensor["index"], np.ones([*tensor["shape"][:-1], length], "int32"))
    for tensor in interpreter.get_input_details():
        if tensor["name"] in controls:
            dtype, value = controls[tensor["name"]]
            interpreter.set_tensor(tensor["index"], np.array([value], dtype))
    return interpreter.invoke


def prepare_signature(interpreter, length, signature):
    """As `prepare`; a run also copies inputs and outputs, which LiteRT's runner of a signature always does."""
    runner = interpreter.get_signature_runner(signature)
    inputs = {
        name: np.ones([*tensor["shape"][:-1], length], "int32")
        for name, tensor in runner.get_input_details().items()
    }
    # The runner has no public way to allocate before its first run, whose time is not loading.
    runner._interpreter_wrapper.AllocateTensors(runner._subgraph_index)
    return lambda: runner(**inputs)


def main(module, path, lengths, signatures, num_threads, runs, controls):
    """Measures, and prints one line of JSON."""
    interpreter_class = importlib.import_module(module).Interpreter
    before = resident_mb()
    start = time.perf_counter()
    interpreter = interpreter_class(**source_of(path), num_threads=num_threads)
    prepare(interpreter, lengths[0], signatures[0], controls)
    load_ms = 1e3 * (time.perf_counter() - start)
    latency = {}
    for length, signature in zip(lengths, signatures, strict=True):
        run = prepare(interpreter, length, signature, controls)
        for _ in range(3):
            run()
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            run()
            times.append(1e3 * (time.perf_counter() - start))
        latency[length] = {
            "median": statistics.median(times),
            "fastest": min(times),
            "slowest": max(times),
        }
    extra = None if before is None else resident_mb() - before
    found = {"load_ms": load_ms, "extra_rss_mb": extra, "latency_ms": latency}
    print(json.dumps(found))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
