"""Latency, load time, memory and size of exported files, beside keras-hub's and ONNX Runtime.

One random ALBERT in every form (see `tflite_models`), each in a process of its own, one thread.
Load time and memory come from fresh processes, one after another in rounds. For latency one process
for each file stays open, and the rounds go around all of them, so that a busy moment of the machine
touches all alike. Two length mixes: 128 tokens, and the texts of SST-2's development set
(`sst2_dev_lengths.json`: how many texts have how many tokens), where a file of fixed length pays
for 128 tokens each time.

    python -m benchmarks.tflite_latency
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import describe_machine, write_result
from benchmarks.tflite_models import DEPTHS, LENGTH

HERE = Path(__file__).resolve().parent
CHILD = HERE / "tflite_child.py"
OURS, HUB = "albert_tf int8", "keras-hub int8"
EXACT = "albert_tf float32"
FIXED = (HUB, "albert_tf int8, fixed 128")
LIMITS = {
    "latency at 128 tokens, beside keras-hub": 0.92,
    "load time, beside keras-hub": 0.12,
    "extra memory, beside keras-hub": 0.40,
    "file size, beside keras-hub": 1.0,
    "latency over SST-2 dev, beside the fixed-length file": 0.25,
    "load time of 48 layers, beside 12": 1.15,
    "extra memory of 48 layers, beside 12": 1.15,
}


class Child:
    """An engine's process."""

    def __init__(self, path: str, threads: int):
        engine = "onnxruntime" if path.endswith(".onnx") else "litert"
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), engine, path, str(LENGTH), str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        self.report = self._answer()

    def run(self, lengths: list[int]) -> list[float]:
        """Returns the milliseconds of one run at each length."""
        self.process.stdin.write(json.dumps({"lengths": lengths}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"an engine's process ended: {' '.join(self.process.args)}")
        return json.loads(line)

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait()


def measure_loading(files: dict, threads: int, rounds: int) -> dict:
    """Returns the reports of `rounds` fresh processes for each file."""
    reports = {name: [] for name in files}
    for _ in range(rounds):
        for name, path in files.items():
            child = Child(path, threads)
            child.close()
            reports[name].append(child.report)
    return reports


def measure_latency(files: dict, threads: int, rounds: int, runs: int, mix: list[int]) -> dict:
    """Returns milliseconds by file: at 128 tokens, and over the mix where any length is taken."""
    children = {name: Child(path, threads) for name, path in files.items()}
    at_128 = {name: [] for name in files}
    over_mix = {name: [] for name in files if name not in FIXED}
    for round_number in range(rounds):
        for name, child in children.items():
            child.run([LENGTH])  # warm after the other engines' turn
            at_128[name] += child.run([LENGTH] * runs)
        part = mix[round_number::rounds]
        for name in over_mix:
            over_mix[name] += children[name].run(part)
    for child in children.values():
        child.close()
    return {"latency_128_ms": at_128, "latency_sst2_ms": over_mix}


def read_mix() -> list[int]:
    """Returns the length in tokens of each text of SST-2's development set, shuffled."""
    counts = json.loads((HERE / "sst2_dev_lengths.json").read_text())["texts_by_tokens"]
    lengths = [int(tokens) for tokens, texts in counts.items() for _ in range(texts)]
    random.Random(0).shuffle(lengths)
    return lengths


def summarize(files: dict, loading: dict, latency: dict) -> dict:
    """Returns medians by file: milliseconds, megabytes of memory (2^20) and of the file (10^6).

    For files of the same model also the largest difference of a logit from the float32 file's, as a
    share of the largest logit: engines that answer otherwise would not be comparable.
    """
    exact = loading[EXACT][0]["output"]

    def median(name, key):
        return statistics.median(report[key] for report in loading[name])

    rows = {}
    for name, path in files.items():
        row = {key: median(name, key) for key in ("load_ms", "first_answer_ms", "extra_rss_mb")}
        row["file_mb"] = Path(path).stat().st_size / 1e6
        if "layers" not in name:
            found = loading[name][0]["output"]
            differences = [abs(a - b) for a, b in zip(found, exact, strict=True)]
            row["logit_difference"] = max(differences) / max(map(abs, exact))
        if name in latency["latency_128_ms"]:
            row["latency_128_ms"] = statistics.median(latency["latency_128_ms"][name])
        if name in latency["latency_sst2_ms"]:
            row["mean_latency_sst2_ms"] = statistics.mean(latency["latency_sst2_ms"][name])
        rows[name] = row
    return rows


def compare(rows: dict) -> dict:
    """Returns the ratios of `LIMITS` that can be formed."""
    ours, hub = rows[OURS], rows.get(HUB)
    ratios = {}
    if hub:
        for limit, key in zip(
            LIMITS, ("latency_128_ms", "load_ms", "extra_rss_mb", "file_mb"), strict=False
        ):
            ratios[limit] = ours[key] / hub[key]
    fixed = rows["albert_tf int8, fixed 128"]["latency_128_ms"]
    names = list(LIMITS)
    ratios[names[4]] = ours["mean_latency_sst2_ms"] / fixed
    shallow, deep = (rows[f"albert_tf int8, {layers} layers"] for layers in (DEPTHS[0], DEPTHS[-1]))
    ratios[names[5]] = deep["load_ms"] / shallow["load_ms"]
    ratios[names[6]] = deep["extra_rss_mb"] / shallow["extra_rss_mb"]
    return ratios


def print_table(rows: dict, ratios: dict, skipped: dict) -> None:
    """Prints the medians and the ratios."""
    columns = {
        "latency_128_ms": "128 tokens ms",
        "mean_latency_sst2_ms": "SST-2 mean ms",
        "load_ms": "load ms",
        "first_answer_ms": "first answer ms",
        "extra_rss_mb": "memory MB",
        "file_mb": "file MB",
        "logit_difference": "logits off by",
    }
    print(f"{'':28}" + "".join(f"{title:>17}" for title in columns.values()))
    for name, row in rows.items():
        print(
            f"{name:28}" + "".join(f"{row[k]:17.3g}" if k in row else f"{'':17}" for k in columns)
        )
    for name, reason in skipped.items():
        print(f"{name:28} skipped: {reason}")
    print()
    for limit, ratio in ratios.items():
        verdict = "kept" if ratio <= LIMITS[limit] else "MISSED"
        print(f"{limit:55} {ratio:5.2f}   at most {LIMITS[limit]:.2f}: {verdict}")


def main():
    """Exports, measures, prints a table, and writes the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="base")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--runs", type=int, default=10, help="at 128 tokens, in each round")
    parser.add_argument(
        "--models", type=Path, help="folder for the exported files, reused when filled"
    )
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks/tflite_latency.json"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.models or Path(temporary)
        if not (folder / "files.json").exists():
            subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "benchmarks.tflite_models",
                    str(folder),
                    "--size",
                    args.size,
                ],
                check=True,
            )
        made = json.loads((folder / "files.json").read_text())
        files, skipped = made["files"], made["skipped"]
        machine = describe_machine()
        timed = {name: path for name, path in files.items() if "layers" not in name}
        loading = measure_loading(files, args.threads, args.rounds)
        latency = measure_latency(timed, args.threads, args.rounds, args.runs, read_mix())
        rows = summarize(files, loading, latency)
    ratios = compare(rows)
    print_table(rows, ratios, skipped)
    write_result(
        args.output,
        {
            "machine": machine,
            "settings": {k: str(v) for k, v in vars(args).items() if k not in ("output", "models")},
            "summary": rows,
            "ratios": ratios,
            "limits": LIMITS,
            "skipped": skipped,
            "loading": loading,
            **latency,
        },
    )


if __name__ == "__main__":
    main()
