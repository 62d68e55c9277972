"""One engine with one file, in a process of its own that answers commands from its parent.

The argument is JSON: `engine` (a module of `benchmarks.engines`), `path`, `length`, `threads`, and `controls` for files
with early exits. The first line of output, unasked, tells load time, memory and the answer. Then each command is a line
`{"lengths": [128, 128, ...]}` on standard input: the process runs the model once at each length, and answers with a
line `{"milliseconds": [...], "cpu_seconds": 0.1}`.

    python -m benchmarks.engine_child '{"engine": "litert", "path": "model.tflite", "length": 128, "threads": 1}'
"""

import importlib
import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.engines.inputs import make_inputs


def resident_mb() -> list[float]:
    """Returns resident memory of this process in MB of 2^20 bytes: all of it, and without mapped files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return [int(values[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")]


def load(make_engine, settings: dict):
    """Returns the engine, and what loading and the first answers cost."""
    inputs = make_inputs(settings["length"])
    before = resident_mb()
    cpu, start = time.process_time(), time.perf_counter()
    engine = make_engine(
        settings["path"], settings["length"], settings["threads"], settings.get("controls")
    )
    loaded = time.perf_counter()
    output = engine.run(inputs)
    answered = time.perf_counter()
    cpu = time.process_time() - cpu
    for _ in range(2):
        engine.run(inputs)
    after = resident_mb()
    return engine, {
        "load_ms": 1e3 * (loaded - start),
        "first_answer_ms": 1e3 * (answered - start),
        "first_answer_cpu_ms": 1e3 * cpu,
        "extra_rss_mb": after[0] - before[0],
        "extra_anonymous_mb": after[1] - before[1],
        "output": np.ravel(output).tolist(),
    }


def answer(engine, lengths: list[int]) -> dict:
    """Returns milliseconds of one run at each length, and the processor's seconds of all."""
    milliseconds, cpu = [], 0.0
    for length in lengths:
        inputs = make_inputs(length)
        cpu_before, start = time.process_time(), time.perf_counter()
        engine.run(inputs)
        milliseconds.append(1e3 * (time.perf_counter() - start))
        cpu += time.process_time() - cpu_before
    return {"milliseconds": milliseconds, "cpu_seconds": cpu}


def main():
    """Loads the engine, reports, then runs what the parent asks for."""
    settings = json.loads(sys.argv[1])
    module = importlib.import_module(f"benchmarks.engines.{settings['engine']}")
    # The libraries and the file's pages are there already: what is measured is the model.
    for library in module.LIBRARIES:
        importlib.import_module(library)
    Path(settings["path"]).read_bytes()
    engine, report = load(module.Engine, settings)
    print(json.dumps(report), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(engine, json.loads(line)["lengths"])), flush=True)


if __name__ == "__main__":
    main()
