"""Measure a TFLite file on this machine: latency by length, load time, memory, size.

The file is opened in a process of its own, so that the memory is the model's alone. Latency is the median over runs of
the graph, tokenization not included.

  albert-tf benchmark reviews.tflite
  albert-tf benchmark reviews.tflite --lengths 16 64 256 --threads 2 --json

With --early-exit it runs a file with early exits on labelled texts instead, at every patience and a few confidences:
the metric beside the layers and milliseconds that a text takes, and which setting saves most for half a point.

  albert-tf benchmark reviews.tflite --early-exit dev.csv --plot exits.png
"""

import dataclasses
from pathlib import Path

from albert_tf.cli.answerer import load_runner, read_targets, scores_of
from albert_tf.cli.console import answer_json, megabytes, percent, say, table
from albert_tf.cli.data_arguments import add_table_arguments
from albert_tf.cli.model_arguments import is_tflite
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
    group = parser.add_argument_group("early exits")
    group.add_argument(
        "--early-exit", metavar="DATA", help="labelled texts: csv, tsv, jsonl or json"
    )
    group.add_argument(
        "--allowed-loss",
        type=float,
        default=0.005,
        metavar="X",
        help="what leaving early may cost of the metric (default: %(default)s)",
    )
    group.add_argument("--plot", metavar="FILE", help="draw the curve as a PNG")
    add_table_arguments(parser)


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
    if args.early_exit:
        _run_exits(args)
        return
    result = measure_tflite(args.file, args.lengths, num_threads=args.threads, runs=args.runs)
    if args.json:
        answer_json(dataclasses.asdict(result))
        return
    say(headline(args.file, result))
    # Numbers only, so no library for tables: the base install has none.
    say("tokens   median ms  fastest ms  slowest ms")
    for length, row in result.latency_ms.items():
        say(f"{length:6}{row.median:12.2f}{row.fastest:12.2f}{row.slowest:12.2f}")


def headline(file: str, result) -> str:
    """Returns the line about a file and its `Measurement`; memory is left out where it was not told."""
    extra = result.extra_rss_mb
    memory = "" if extra is None else f"{extra:.1f} MB of memory, "
    return (
        f"{file}: {megabytes(Path(file).stat().st_size)}, loads in {result.load_ms:.1f} ms, "
        f"{memory}{result.num_threads} thread{'s' * (result.num_threads > 1)}"
    )


def _run_exits(args):
    from albert_tf.export import find_knee, measure_exits
    from albert_tf.reports import plot_exits
    from albert_tf.tasks import MAIN_METRIC, evaluate_scores

    runner = load_runner(args.file)
    data, _, targets = read_targets(args, args.early_exit, runner)
    name = MAIN_METRIC[runner.task]

    def metric(predictions):
        return evaluate_scores(runner.task, targets, scores_of(predictions, runner))[name]

    points = measure_exits(runner, data.texts, metric, data.pairs)
    knee = find_knee(points, args.allowed_loss)
    if args.plot:
        plot_exits(args.plot, points, knee, name)
    if args.json:
        rows = [{**dataclasses.asdict(p), "knee": p is knee} for p in points]
        answer_json({"metric": name, "points": rows})
        return
    table(
        f"{args.file} on {len(data):,} texts of {args.early_exit}",
        ["setting", name.replace("_", " "), "layers", "ms a text"],
        [
            [
                f"{_setting(p)}{'  <- knee' if p is knee else ''}",
                percent(p.metric),
                f"{p.mean_layers:.2f}",
                f"{p.mean_ms:.2f}",
            ]
            for p in points
        ],
    )
    options = ", ".join(f"{k}={v:g}" for k, v in knee.controls.items())
    if options:
        say(f"\nnext:  TFLiteRunner({args.file!r}, {options})")
    else:
        say("\nno setting saves layers within the allowed loss; see --allowed-loss")


def _setting(point):
    return ", ".join(f"{k} {v:g}" for k, v in point.controls.items()) or "all layers"
