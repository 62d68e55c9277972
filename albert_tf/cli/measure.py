"""Measure a TFLite file on this machine: latency by length, load time, memory, size.

The file is opened in a process of its own, so that the memory is the model's alone. Latency is the median over runs of
the graph, tokenization not included.

  albert-tf benchmark reviews.tflite
  albert-tf benchmark reviews.tflite --lengths 16 64 256 --threads 2 --json
"""

import dataclasses
import json
from pathlib import Path

from albert_tf.cli.console import answer, megabytes, table
from albert_tf.cli.data_arguments import is_tflite
from albert_tf.errors import ExportError

NAME = "benchmark"
HELP = "measure a TFLite file on this machine"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf benchmark`."""
    parser.add_argument("file", metavar="FILE", help="a .tflite file that this package exported")
    parser.add_argument(
        "--lengths",
        type=int,
        nargs="+",
        metavar="N",
        help="in tokens (default: 16 32 64 128, or the file's own where that is fixed)",
    )
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=20, metavar="N", help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args) -> None:
    """Runs `albert-tf benchmark`."""
    from albert_tf.export import measure_tflite

    if not is_tflite(args.file):
        raise ExportError(
            f"{args.file} is no .tflite file; export one with albert-tf export MODEL FILE"
        )
    for option, value in (
        ("--threads", args.threads),
        ("--runs", args.runs),
    ):
        if value < 1:
            raise ExportError(f"{option} is {value}; expected at least 1")
    result = measure_tflite(args.file, args.lengths, num_threads=args.threads, runs=args.runs)
    if args.json:
        answer(json.dumps(dataclasses.asdict(result)))
        return
    table(
        f"{args.file}: {megabytes(Path(args.file).stat().st_size)}, loads in {result.load_ms:.1f} ms, "
        f"{result.extra_rss_mb:.1f} MB of memory, {args.threads} thread{'s' * (args.threads > 1)}",
        ["tokens", "median ms", "fastest ms", "slowest ms"],
        [
            [str(length), *(f"{ms:.2f}" for ms in (row.median, row.fastest, row.slowest))]
            for length, row in result.latency_ms.items()
        ],
    )
