"""Latency, load time and memory of a TFLite file, measured in a process of its own."""

import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from albert_tf.answers.results import Prediction
from albert_tf.errors import ExportError
from albert_tf.runtime.bundle import read_bundle
from albert_tf.runtime.content import read_content
from albert_tf.runtime.interpreter import interpreter_module
from albert_tf.runtime.runner import TFLiteRunner
from albert_tf.runtime.signatures import signature_name

LENGTHS = (16, 32, 64, 128)
"""Lengths in tokens that are measured unless others are asked for."""


@dataclasses.dataclass(frozen=True)
class Latency:
    """Milliseconds of one run of the graph, over many runs."""

    median: float
    fastest: float
    slowest: float


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What `measure_tflite` found.

    Attributes:
        load_ms: from the closed file to a prepared interpreter at the first length, in milliseconds.
        extra_rss_mb: growth of the process's resident memory from before loading to after the runs, in 10^6 bytes; None
            on Windows, which does not tell it in a way that Python has.
        latency_ms: a `Latency` for each length in tokens.
        num_threads: of the interpreter.
    """

    load_ms: float
    extra_rss_mb: float | None
    latency_ms: dict[int, Latency]
    num_threads: int


def measure_tflite(
    path: str | Path, lengths: Sequence[int] | None = None, *, num_threads: int = 1, runs: int = 20
) -> Measurement:
    """Measures a file that takes token ids, in a fresh process that imports LiteRT and NumPy only.

    Args:
        path: a `.tflite` file that `export_tflite` wrote.
        lengths: in tokens; default those of `LENGTHS` that the file takes, or its own where they are
            fixed.
        num_threads: of the interpreter.
        runs: for each length, after a warm-up.

    Raises:
        ExportError: when the file cannot be opened, or does not take a length.
    """
    metadata = read_bundle(*read_content(path)).metadata
    lengths = _checked(path, metadata, lengths)
    settings = {
        "module": interpreter_module(),
        "path": str(path),
        "lengths": lengths,
        "signatures": [signature_name(n) if metadata.get("lengths") else None for n in lengths],
        "num_threads": num_threads,
        "runs": runs,
        "controls": {c["name"]: [c["dtype"], c["default"]] for c in metadata.get("controls", ())},
    }
    child = Path(__file__).with_name("measurement_child.py")
    process = subprocess.run(
        [sys.executable, str(child), json.dumps(settings)],
        capture_output=True,
        text=True,
        errors="replace",
    )
    if process.returncode:
        reason = process.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ExportError(f"{path} cannot be measured at lengths {lengths}: {reason[0]}")
    found = json.loads(process.stdout.splitlines()[-1])
    latency = {int(length): Latency(**row) for length, row in found.pop("latency_ms").items()}
    return Measurement(latency_ms=latency, num_threads=num_threads, **found)


def _checked(path, metadata, lengths) -> list[int]:
    """Returns the lengths to measure; raises for one that the file does not take."""
    fixed = metadata.get("lengths") or [n for n in (metadata["length"],) if n]
    most = metadata["config"]["max_position_embeddings"]
    if lengths is None:
        return fixed or [length for length in LENGTHS if length <= most]
    for length in lengths:
        if fixed and length not in fixed:
            known = ", ".join(map(str, fixed))
            raise ExportError(f"length is {length}; {path} takes inputs of {known} tokens only")
        if not 1 <= length <= most:
            raise ExportError(f"length is {length}; {path} takes inputs of 1 to {most} tokens")
    return list(lengths)


def timed_answers(runner: TFLiteRunner, texts, pairs=None) -> tuple[list[Prediction], float]:
    """Returns a runner's predictions, and the milliseconds that a text took, tokenization included, on average."""
    runner(list(texts[:1]), None if pairs is None else list(pairs[:1]))  # the first run allocates
    begun = time.perf_counter()
    predictions = runner(list(texts), pairs)
    return predictions, 1e3 * (time.perf_counter() - begun) / len(predictions)
