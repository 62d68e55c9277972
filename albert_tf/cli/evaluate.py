"""Measure a fine-tuned preset, or an exported TFLite file, on labelled texts, questions, entities or choices.

DATA is what such a model is fine-tuned on: a table of labelled texts; questions in SQuAD's form; tagged words, or JSON
lines with spans; a table of questions with a column for each choice. Prints the metrics of the task and, for
classification, precision and recall of each class. With --json, one JSON object on standard output.

  albert-tf evaluate runs/reviews/model test.csv
  albert-tf evaluate answers.tflite dev-v1.1.json
  albert-tf evaluate reviews.tflite test.csv --json
  albert-tf evaluate published/ test.csv --class-names bad good
"""

from albert_tf.cli.answerer import load_answerer, read_targets
from albert_tf.cli.console import answer_json, percent, table
from albert_tf.cli.data_arguments import add_table_arguments, check_files, given_table_options
from albert_tf.cli.model_arguments import TEXT_HEADS, add_class_names
from albert_tf.cli.quality import show_metrics
from albert_tf.errors import DataError

NAME = "evaluate"
HELP = "measure a model on examples with answers"


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
    check_files(args.data)
    answerer = load_answerer(args.model, args.class_names)
    if answerer.head in TEXT_HEADS:
        _evaluate_texts(args, answerer)
    else:
        _evaluate_answers(args, answerer)


def _evaluate_answers(args, answerer):
    """Measures the answers of a head that has a task of its own."""
    from albert_tf.cli.fine_tuning_watcher import in_words_of_options
    from albert_tf.finetuning.options import reading_of
    from albert_tf.finetuning.task_table import OF_HEADS, find_task

    if answerer.head not in OF_HEADS:
        raise DataError(
            f"{args.model} holds a {answerer.head}, whose answers cannot be measured here; expected one of "
            f"{', '.join((*TEXT_HEADS, *OF_HEADS))}"
        )
    steps = find_task(OF_HEADS[answerer.head], None)
    with in_words_of_options():
        examples = steps.read(args.data, "data", **reading_of(steps, given_table_options(args)))
    metrics = steps.evaluate(answerer, examples).metrics
    if args.json:
        answer_json({name: float(value) for name, value in metrics.items()})
        return
    show_metrics(
        f"{args.model} on {len(examples):,} {steps.unit} of {args.data}", [("all of them", metrics)]
    )


def _evaluate_texts(args, answerer):
    from albert_tf.tasks import evaluate_scores, per_class_table, predicted_targets

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
