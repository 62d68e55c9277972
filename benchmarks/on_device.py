"""This package's files on the device, beside everything that its user might pick instead.

One random ALBERT classifier in every form (see `files`), each file in a process of its own, on one thread and on two.
Load time, time from the closed file to the first answer, and memory come from fresh processes, in rounds. For latency
one process for each file stays open, and the rounds go around all of them, so that a busy moment of the machine touches
all alike. Beside the fixed lengths there are the texts of SST-2's development set (`sst2_dev_lengths.json`: how many
texts have how many tokens), one at a time; the seconds of processor that they take stand for energy.

Peers that need PyTorch take part where `ALBERT_TF_TORCH_PYTHON` names an environment with them
(`benchmarks/environments`); the table says why others were left out.

    python -m benchmarks.on_device
    python -m benchmarks.on_device --quick --output /tmp/quick/on_device.json
"""

import argparse
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.contestant import Contestant
from benchmarks.environments import PeerError
from benchmarks.files.__main__ import DEPTHS, LENGTH
from benchmarks.machine import ROOT, describe_machine, write_result
from benchmarks.ratios import MEASURES, compare

LENGTHS = (8, 16, 32, 64, 128, 256, 512)
MOST_RUNS = 20
"""At one length, in one round: for the short lengths, whose runs take little."""
EXACT = "albert_tf float32"
MIX = Path(__file__).with_name("sst2_dev_lengths.json")
QUICK = {
    "rounds": 1,
    "runs": 1,
    "texts": 3,
    "lengths": [8, 16],
    "depths": [DEPTHS[0], DEPTHS[-1]],
}
"""Settings that show whether everything runs; the figures mean nothing."""


def read_mix(texts: int | None) -> list[int]:
    """Returns the length in tokens of the texts of SST-2's development set, shuffled: all, or the first `texts`."""
    counts = json.loads(MIX.read_text("utf-8"))["texts_by_tokens"]
    lengths = [int(tokens) for tokens, number in counts.items() for _ in range(number)]
    random.Random(0).shuffle(lengths)
    return lengths[:texts]


def runs_at(length: int, runs: int) -> int:
    """Returns how often a length is run in a round: `runs` times at 128 tokens, about equally long at others."""
    return max(1, min(MOST_RUNS, round(runs * LENGTH / length)))


# === Measuring ===


class Field:
    """The files that are measured together.

    Args:
        files: their descriptions.

    Attributes:
        files: those that have not failed.
        failed: why the others did, by name.
    """

    def __init__(self, files: list[dict]):
        self.files, self.failed = list(files), {}

    def start(self, file: dict, threads: int) -> Contestant | None:
        """Returns a process that has loaded a file, or None when it fails."""
        try:
            return Contestant(file, LENGTH, threads)
        except PeerError as error:
            self._fail(file["name"], error)

    def ask(self, contestant: Contestant, lengths: list[int]) -> dict | None:
        """Returns what a process answers, or None when it fails now or has before."""
        if contestant.name in self.failed:
            return None
        try:
            return contestant.run(lengths)
        except PeerError as error:
            self._fail(contestant.name, error)

    @contextlib.contextmanager
    def opened(self, files: list[dict], threads: int):
        """Gives a `with` the processes of those files that do not fail; they end with it."""
        with contextlib.ExitStack() as stack:
            contestants = [c for c in (self.start(file, threads) for file in files) if c]
            for contestant in contestants:
                stack.callback(contestant.close)
            yield contestants

    def _fail(self, name, error):
        print(f"{name} is left out: {error}", flush=True)
        self.failed[name] = str(error)
        self.files = [file for file in self.files if file["name"] != name]


def measure_loading(field: Field, rounds: int) -> dict:
    """Returns the reports of `rounds` fresh processes for each file, by name."""
    reports = {file["name"]: [] for file in field.files}
    for number in range(rounds):
        for file in field.files:
            if contestant := field.start(file, threads=1):
                contestant.close()
                reports[file["name"]].append(contestant.report)
        print(f"load: round {number + 1} of {rounds}", flush=True)
    return {name: found for name, found in reports.items() if name not in field.failed}


def measure_latency(field: Field, threads: int, rounds: int, runs: int, lengths: list[int]) -> dict:
    """Returns milliseconds by name and length; a file of fixed length is asked for that alone."""
    files = [file for file in field.files if "layers" not in file]
    with field.opened(files, threads) as contestants:
        asked = {c.name: lengths if c.fixed is None else [c.fixed] for c in contestants}
        found = {name: {str(n): [] for n in numbers} for name, numbers in asked.items()}
        for number in range(rounds):
            for contestant in contestants:
                for length in asked[contestant.name]:
                    field.ask(contestant, [length])  # warm after the other engines' turn
                    answer = field.ask(contestant, [length] * runs_at(length, runs))
                    if answer:
                        found[contestant.name][str(length)] += _rounded(answer["milliseconds"])
            print(f"latency, {threads} threads: round {number + 1} of {rounds}", flush=True)
    return found


def measure_texts(field: Field, rounds: int, mix: list[int]) -> dict:
    """Returns by name milliseconds of each text, and the processor's seconds, for files that take any length."""
    files = [f for f in field.files if f["fixed"] is None and "layers" not in f]
    with field.opened(files, threads=1) as contestants:
        found = {c.name: {"milliseconds": [], "cpu_seconds": 0.0} for c in contestants}
        for number in range(rounds):
            part = mix[number::rounds]
            for contestant in contestants:
                field.ask(contestant, part[:1])
                if answer := field.ask(contestant, part):
                    found[contestant.name]["milliseconds"] += _rounded(answer["milliseconds"])
                    found[contestant.name]["cpu_seconds"] += answer["cpu_seconds"]
            print(f"SST-2 texts: round {number + 1} of {rounds}", flush=True)
    return {name: answers for name, answers in found.items() if name not in field.failed}


def _rounded(values):
    return [round(value, 3) for value in values]


# === Summary ===


def summarize(files: list[dict], loading: dict, latency: dict, texts: dict) -> dict:
    """Returns medians by name: milliseconds, megabytes of memory (2^20) and of the file (10^6).

    For files of the same model also the largest difference of a logit from the float32 file's, as a share of the
    largest logit: engines that answer otherwise would not be comparable.
    """
    exact = loading[EXACT][0]["output"]
    rows = {}
    for file in files:
        name = file["name"]
        if name not in loading:
            continue
        row = {
            key: statistics.median(report[key] for report in loading[name])
            for key in ("load_ms", "first_answer_ms", "extra_rss_mb", "extra_anonymous_mb")
        }
        row["file_mb"] = Path(file["path"]).stat().st_size / 1e6
        if "layers" not in file and "controls" not in file:
            found = loading[name][0]["output"]
            differences = [abs(a - b) for a, b in zip(found, exact, strict=True)]
            row["logit_difference"] = max(differences) / max(map(abs, exact))
        at_128 = latency["1"].get(name, {}).get(str(LENGTH))
        if at_128:
            row["latency_ms"] = statistics.median(at_128)
        if name in texts:
            row["texts_ms"] = statistics.mean(texts[name]["milliseconds"])
            row["texts_cpu_seconds"] = texts[name]["cpu_seconds"]
        rows[name] = row
    return rows


def print_summary(rows: dict, ratios: list[dict], skipped: dict) -> None:
    """Prints the medians and the ratios."""
    print(f"\n{'':52}" + "".join(f"{title[:14]:>16}" for title in MEASURES.values()))
    for name, row in rows.items():
        cells = (f"{row[key]:16.3g}" if key in row else f"{'':16}" for key in MEASURES)
        print(f"{name:52}" + "".join(cells))
    for name, reason in skipped.items():
        print(f"{name:52} left out: {reason}")
    print()
    verdicts = {True: "kept", False: "MISSED", None: "not measured"}
    for row in ratios:
        measured = "    " if row["measured"] is None else f"{row['measured']:.2f}"
        print(
            f"{row['name']:88} {measured}   at most {row['at_most']:.2f}: {verdicts[row['kept']]}"
        )


# === Command ===


def parse_arguments():
    """Returns the settings."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="base")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=4, help="at 128 tokens, in each round")
    parser.add_argument("--texts", type=int, help="of SST-2's development set; default all")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--lengths", type=int, nargs="+", default=list(LENGTHS))
    parser.add_argument("--depths", type=int, nargs="+", default=list(DEPTHS))
    parser.add_argument(
        "--quick", action="store_true", help="few runs of short inputs: only to see that all runs"
    )
    parser.add_argument("--models", type=Path, help="folder of the files, reused when filled")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/benchmarks/on_device.json")
    args = parser.parse_args()
    if args.quick:
        if args.output == parser.get_default("output"):
            parser.error("--quick gives no figures to publish; name another --output")
        vars(args).update(QUICK)
    if 1 not in args.threads:
        parser.error("--threads must hold 1: the ratios are of one thread")
    return args


def write_files(folder: Path, args) -> dict:
    """Returns the description of the files, written in a process of its own unless they are there."""
    if not (folder / "files.json").exists():
        command = [sys.executable, "-m", "benchmarks.files", str(folder), "--size", args.size]
        command += ["--depths", *map(str, args.depths)]
        subprocess.run(command, check=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
    return json.loads((folder / "files.json").read_text("utf-8"))


def main():
    """Writes the files, measures, prints a table, and writes the raw figures."""
    args = parse_arguments()
    mix = read_mix(args.texts)
    with tempfile.TemporaryDirectory() as temporary:
        made = write_files(args.models or Path(temporary), args)
        machine = describe_machine()
        field = Field(made["files"])
        loading = measure_loading(field, args.rounds)
        latency = {
            str(threads): measure_latency(field, threads, args.rounds, args.runs, args.lengths)
            for threads in args.threads
        }
        texts = measure_texts(field, args.rounds, mix)
        files = [file for file in made["files"] if file["name"] in loading]
        summary = summarize(files, loading, latency, texts)
    skipped = {**made["skipped"], **field.failed}
    print_summary(summary, compare(summary), skipped)
    keys = ("size", "rounds", "runs", "threads", "lengths", "quick")
    settings = {key: getattr(args, key) for key in keys}
    write_result(
        args.output,
        {
            "machine": machine,
            "peer_versions": made["versions"],
            "settings": {**settings, "texts": len(mix)},
            "files": [{k: v for k, v in f.items() if k not in ("path", "runner")} for f in files],
            "summary": summary,
            "skipped": skipped,
            "loading": loading,
            "latency_ms": latency,
            "texts": texts,
        },
    )


if __name__ == "__main__":
    main()
