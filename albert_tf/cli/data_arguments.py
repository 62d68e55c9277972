"""The arguments that name a table's columns, and the loading of models, for several commands."""

import argparse
import dataclasses
import re
import shlex
import warnings
from pathlib import Path

from albert_tf.cli.console import note
from albert_tf.errors import CheckpointError, ConfigError, DataError

SHOWN_NAMES = 5

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


def add_class_names(parser) -> None:
    """Adds the argument that names the classes of a model that calls them LABEL_0, LABEL_1, ..."""
    parser.add_argument(
        "--class-names",
        nargs="+",
        metavar="NAME",
        help="names for the classes of MODEL, in the order of its outputs, as for published classifiers that call "
        "them LABEL_0, LABEL_1, ... (default: the model's own)",
    )


def read_noted(source: str, **options):
    """Returns `read_checkpoint` of a source, whose warnings are printed as notes."""
    from albert_tf.weights import read_checkpoint

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        checkpoint = read_checkpoint(source, **options)
    for warning in caught:
        if warning.category is UserWarning:
            note(str(warning.message))
    return checkpoint


def load_model(preset: str, class_names: list[str] | None = None):
    """Loads the model of a preset, of whatever head it carries, with its preprocessor if it has a tokenizer.

    Args:
        preset: as for `read_checkpoint`.
        class_names: the classes' names instead of the preset's own, or None.

    Raises:
        CheckpointError: when it cannot be read, or there are names for a model without classes.
        ConfigError: when there is not one name for each class.
    """
    return model_of(read_noted(preset), class_names)


def model_of(checkpoint, class_names: list[str] | None = None):
    """Builds the model of a `Checkpoint`; see `load_model`."""
    from albert_tf import models

    classes = {
        c.head: c
        for c in vars(models).values()
        if isinstance(c, type) and issubclass(c, models.AlbertTask) and c is not models.AlbertTask
    }
    model_class = classes.get(checkpoint.head, models.AlbertBackbone)
    if class_names is None:
        return model_class.from_checkpoint(checkpoint)
    number = checkpoint.head_config.get("num_classes")
    if number is None:
        raise CheckpointError(
            f"--class-names are given, but {checkpoint.source} holds a {checkpoint.head or 'backbone'}, which has no "
            "classes; leave them out"
        )
    check_number_of_names(class_names, number)
    return model_class.from_checkpoint(checkpoint, labels=class_names)


def check_number_of_names(class_names: list[str], number: int) -> None:
    """Refuses --class-names of another number than the model has classes."""
    if len(class_names) != number:
        raise ConfigError(
            f"--class-names names {len(class_names)} classes ({', '.join(class_names[:SHOWN_NAMES])}), the model has "
            f"{number}; give one name for each, behind all other arguments"
        )


def no_tokenizer(preset: str) -> str:
    """Says that a preset cannot read text, and what to type."""
    return (
        f"{preset} carries no tokenizer, so it cannot read text; give it one: albert-tf import "
        f"{shlex.quote(str(preset))} NEW_FOLDER --tokenizer FILE, with its SentencePiece model or tokenizer.json"
    )


def load_text_model(preset: str, class_names: list[str] | None = None):
    """Loads the classifier or regressor of a preset, ready for raw text.

    Args:
        preset: as for `read_checkpoint`.
        class_names: as for `load_model`.

    Raises:
        CheckpointError: when the preset carries another head, or no tokenizer.
    """
    model = load_model(preset, class_names)
    if model.head not in ("text_classifier", "text_regressor"):
        raise CheckpointError(
            f"{preset} holds a {model.head or 'backbone without a head'}; expected a text classifier or "
            "regressor: fine-tune it first (albert-tf finetune DATA --preset ...)"
        )
    if model.preprocessor is None:
        raise CheckpointError(no_tokenizer(preset))
    return model
