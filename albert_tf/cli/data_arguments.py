"""The arguments that name a table's columns, and the loading of models, for several commands."""

import argparse
import dataclasses
import re
from pathlib import Path

from albert_tf.errors import CheckpointError, DataError

FORMAT_ARGUMENTS = ("encoding", "delimiter", "quoting", "header", "skip_empty")


def add_table_arguments(parser, labels: bool = True) -> None:
    """Adds the arguments that say which column holds what, and how the file is written.

    Args:
        parser: of the command.
        labels: whether the table has labels.
    """
    group = parser.add_argument_group(
        "columns (a header's name, or a number from 1; default: guessed)"
    )
    group.add_argument("--text", metavar="COLUMN", help="the text")
    group.add_argument("--pair", metavar="COLUMN", help="the second text of a pair")
    if labels:
        group.add_argument("--label", metavar="COLUMN", help="the label, a word or a number")
    group = parser.add_argument_group("how the table is written (default: found out)")
    group.add_argument("--encoding", metavar="NAME", help="such as utf-8, utf-16 or cp1252")
    group.add_argument("--delimiter", metavar="C", help="between cells: one character, or tab")
    group.add_argument(
        "--quoting",
        choices=("rfc", "none"),
        help='rfc: cells may stand in double quotes; none: a " is a character like any other',
    )
    group.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="whether the first line names the columns",
    )
    group.add_argument(
        "--skip-empty", action="store_true", help="leave rows without a text out, and count them"
    )
    if labels:
        group.add_argument(
            "--label-separator",
            default="|",
            metavar="C",
            help="between the labels of a cell, with --task multi_label (default: %(default)s)",
        )


def read_labelled(args, path, **options):
    """Reads a table with labels, as the arguments of `add_table_arguments` say."""
    return _read(
        args, path, label_column=args.label, label_separator=args.label_separator, **options
    )


def read_texts(args, path):
    """Reads the texts of a table alone, as the arguments of `add_table_arguments` say."""
    return _read(args, path, with_labels=False)


def _read(args, path, **options):
    from albert_tf.tasks import read_table

    written = {name: getattr(args, name) for name in FORMAT_ARGUMENTS}
    try:
        table = read_table(path, args.text, args.pair, **written, **options)
    except DataError as error:
        raise DataError(_in_options(str(error))) from error
    return dataclasses.replace(table, notes=tuple(map(_in_options, table.notes)))


def _in_options(message: str) -> str:
    """Turns what a message tells a Python caller to pass into what to type."""
    message = re.sub(r'\b(task|quoting)="(\w+)"', r"--\1 \2", message)
    message = message.replace("skip_empty", "--skip-empty")
    message = re.sub(r"name the (text|pair|label) column", r"name the \1 column with --\1", message)
    message = message.replace("pass the encoding", "pass --encoding")
    return message.replace("pass another delimiter", "pass another --delimiter")


def is_tflite(model: str) -> bool:
    """Whether a MODEL argument names a TFLite file."""
    return Path(model).suffix == ".tflite"


def load_model(preset: str):
    """Loads the model of a preset, of whatever head it carries, with its preprocessor if it has a tokenizer."""
    from albert_tf.models import model_class
    from albert_tf.weights import read_checkpoint

    checkpoint = read_checkpoint(preset)
    return model_class(checkpoint.head).from_checkpoint(checkpoint)


def load_text_model(preset: str):
    """Loads the classifier or regressor of a preset, ready for raw text.

    Raises:
        CheckpointError: when the preset carries another head, or no tokenizer.
    """
    model = load_model(preset)
    if model.head not in ("text_classifier", "text_regressor"):
        raise CheckpointError(
            f"{preset} holds a {model.head or 'backbone without a head'}; expected a text classifier or "
            "regressor: fine-tune it first (albert-tf finetune DATA --preset ...)"
        )
    if model.preprocessor is None:
        raise CheckpointError(
            f"{preset} carries no tokenizer, so it cannot read text; put its SentencePiece model beside it"
        )
    return model
