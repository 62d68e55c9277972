"""Where the int8 file's time goes, operator by operator, and how far its matrix products are from the machine's peak.

LiteRT's profiler runs the file at 16 and at 128 tokens, one thread. The peak is the rate of one large product, in
float32 by numpy and by ONNX Runtime, and in int8 by ONNX Runtime, measured in the same run, before and after.

    python -m benchmarks.profile_ops
    python -m benchmarks.profile_ops --size tiny --rounds 2 --output /tmp/profile_ops.json
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.engines.inputs import make_inputs
from benchmarks.litert_profiler import ProfiledModel
from benchmarks.machine import ROOT, describe_machine, write_result

FULLY_CONNECTED = "Fully Connected"
EXPORT = """
import sys
from albert_tf.export import export_tflite
from benchmarks.files.model import make_model
model = make_model(sys.argv[2])
for length in map(int, sys.argv[3:]):
    export_tflite(model, f"{sys.argv[1]}/{length}.tflite", "int8", "loop", length)
"""


def export(folder: Path, size: str, lengths: list[int]) -> None:
    """Writes a file for each length, in a process of its own: TensorFlow's threads would stay."""
    command = [sys.executable, "-c", EXPORT, str(folder), size, *map(str, lengths)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def profile(path: Path, length: int, rounds: int) -> dict[str, float]:
    """Returns the median milliseconds that each kind of operator takes in one run of the file."""
    inputs = make_inputs(length)
    model = ProfiledModel(path)
    model.write([inputs[name] for name in input_order(path)])
    for _ in range(2):
        model.run()
    runs = [by_kind(model.profile()) for _ in range(rounds)]
    model.close()
    kinds = {kind for run in runs for kind in run}
    return {kind: statistics.median(run.get(kind, 0.0) for run in runs) for kind in sorted(kinds)}


def input_order(path: Path) -> list[str]:
    """Returns the names of a file's inputs, in its order."""
    from ai_edge_litert.interpreter import Interpreter

    return [detail["name"] for detail in Interpreter(str(path)).get_input_details()]


def by_kind(operators) -> dict[str, float]:
    """Returns milliseconds by kind of operator."""
    total = {}
    for operator in operators:
        kind = operator.kind
        total[kind] = total.get(kind, 0.0) + operator.microseconds / 1e3
    return total


def fully_connected_operations(config, length: int) -> int:
    """Returns the multiplications and additions of a classifier's matrix products with weights, for one text."""
    hidden, inner = config.hidden_size, config.intermediate_size
    layer = 4 * hidden * hidden + 2 * hidden * inner
    whole = length * (config.embedding_size * hidden + config.num_hidden_layers * layer)
    first_row = hidden * hidden + 2 * hidden  # pooler and the classifier of two classes
    return 2 * (whole + first_row)


# === The machine's peak ===


def rate(run, operations: int, seconds: float) -> float:
    """Returns the best 10^9 operations a second of a function that is called for some time."""
    run()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end or best == float("inf"):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return operations / best / 1e9


def measure_peaks(side: int, seconds: float) -> dict[str, float]:
    """Returns 10^9 operations a second of a square product, by engine and type, one thread."""
    random = np.random.default_rng(0)
    operations = 2 * side**3
    a, b = (random.standard_normal((side, side), dtype="float32") for _ in range(2))
    peaks = {"float32, numpy": rate(lambda: a @ b, operations, seconds)}
    session = _product("MatMul", b)
    peaks["float32, ONNX Runtime"] = rate(lambda: session.run(None, {"a": a}), operations, seconds)
    small = random.integers(0, 127, (side, side), dtype="uint8")
    weights = random.integers(-127, 127, (side, side), dtype="int8")
    quantized = _product("MatMulInteger", weights)
    peaks["int8, ONNX Runtime"] = rate(
        lambda: quantized.run(None, {"a": small}), operations, seconds
    )
    return peaks


def _product(operator, weights):
    """A session that multiplies `a` by constant weights, which it may pack once."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    integer = operator == "MatMulInteger"
    shape = list(weights.shape)
    graph = helper.make_graph(
        [helper.make_node(operator, ["a", "b"], ["c"])],
        "product",
        [
            helper.make_tensor_value_info(
                "a", TensorProto.UINT8 if integer else TensorProto.FLOAT, shape
            )
        ],
        [
            helper.make_tensor_value_info(
                "c", TensorProto.INT32 if integer else TensorProto.FLOAT, shape
            )
        ],
        [numpy_helper.from_array(weights, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


# === Command ===


def main():
    """Profiles, measures the peaks, prints both, and writes the raw figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="base")
    parser.add_argument("--lengths", type=int, nargs="+", default=[16, 128])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--side", type=int, default=1024, help="of the square product")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each peak")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/benchmarks/profile_ops.json")
    args = parser.parse_args()
    machine = describe_machine()
    peaks = measure_peaks(args.side, args.seconds)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        export(folder, args.size, args.lengths)
        operators = {str(n): profile(folder / f"{n}.tflite", n, args.rounds) for n in args.lengths}
    again = measure_peaks(args.side, args.seconds)
    peaks = {name: max(value, again[name]) for name, value in peaks.items()}

    from albert_tf import AlbertConfig

    config = AlbertConfig.named(args.size)
    rates = {}
    for length, kinds in operators.items():
        milliseconds = sum(v for kind, v in kinds.items() if kind.startswith(FULLY_CONNECTED))
        rates[length] = fully_connected_operations(config, int(length)) / milliseconds / 1e6
    for length, kinds in operators.items():
        total = sum(kinds.values())
        print(f"\n{length} tokens: {total:.2f} ms in operators")
        for kind, value in sorted(kinds.items(), key=lambda pair: -pair[1]):
            print(f"  {kind:50} {value:9.3f} ms  {value / total:6.1%}")
    for name, peak in peaks.items():
        print(f"\npeak, {name}: {peak:.1f} GFLOP/s")
        for length, measured in rates.items():
            print(
                f"  FULLY_CONNECTED, {length} tokens: {measured:.1f}, {measured / peak:.0%} of it"
            )
    write_result(
        args.output,
        {
            "machine": machine,
            "settings": {"size": args.size, "rounds": args.rounds, "side": args.side},
            "operators": operators,
            "fully_connected_gflops": rates,
            "peaks": peaks,
        },
    )


if __name__ == "__main__":
    main()
