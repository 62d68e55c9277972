"""Measure a fine-tuned preset, or an exported TFLite file, on a table of labelled texts.

Prints the metrics of the task and, for classification, precision and recall of each class. With --json, one JSON
object on standard output.

  albert-tf evaluate runs/reviews/model test.csv
  albert-tf evaluate reviews.tflite test.csv --json
  albert-tf evaluate published/ test.csv --class-names bad good
"""

from albert_tf.cli.answerer import load_answerer, read_targets
from albert_tf.cli.console import answer_json, percent, table
from albert_tf.cli.data_arguments import add_table_arguments
from albert_tf.cli.model_arguments import add_class_names
from albert_tf.cli.quality import show_metrics

NAME = "evaluate"
HELP = "measure a model on labelled texts"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf evaluate`."""
    parser.add_argument(
        "model", metavar="MODEL", help="a fine-tuned preset folder, or a .tflite file"
    )
    parser.add_argument("data", metavar="DATA", help="csv, tsv, jsonl or json, also .gz")
    add_table_arguments(parser)
    add_class_names(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args) -> None:
    """Runs `albert-tf evaluate`."""
    from albert_tf.tasks import (
        evaluate_scores,
        per_class_table,
        predicted_targets,
    )

    answerer = load_answerer(args.model, args.class_names)
    data, labels, targets = read_targets(args, args.data, answerer)
    scores = answerer.scores(data.inputs)
    metrics = evaluate_scores(answerer.task, targets, scores)
    if args.json:
        answer_json({name: float(value) for name, value in metrics.items()})
        return
    show_metrics(f"{args.model} on {len(data):,} texts of {args.data}", [("all texts", metrics)])
    if answerer.task == "classification":
        frame = per_class_table(targets, predicted_targets("classification", scores), labels.names)
        rows = [
            [str(name), *(f"{v:.0f}" if c == "support" else percent(v) for c, v in row.items())]
            for name, row in frame.iterrows()
        ]
        table("By class", ["class", *map(str, frame.columns)], rows)
