"""The arguments that name a table's columns, for several commands."""

import argparse
import ast
import dataclasses
import re
import shlex
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.files import check_exists

# A name as Python writes it, a number, or a list of them.
VALUE = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+"""
COLUMN_ADVICE = re.compile(rf"\b(text|pair|label)_column=({VALUE}|\[(?:(?:{VALUE})(?:, )?)+\])")

FORMAT_ARGUMENTS = ("encoding", "delimiter", "quoting", "header", "skip_empty")


class OneOrMore(argparse.Action):
    """Keeps the value of an option, and a list of the values when the option is repeated."""

    def __call__(self, parser, namespace, values, option_string=None):
        """Adds a value to what the option was given before."""
        earlier = getattr(namespace, self.dest)
        if earlier is not None:
            values = [*(earlier if isinstance(earlier, list) else [earlier]), values]
        setattr(namespace, self.dest, values)


def check_files(*paths: str | None) -> None:
    """Says that a file of data is not there, before TensorFlow is imported, which takes seconds; None is no file.

    Raises:
        DataError: one is missing.
    """
    for path in filter(None, paths):
        check_exists(Path(path))


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
        group.add_argument(
            "--label",
            metavar="COLUMN",
            action=OneOrMore,
            help="the label, a word or a number; repeated, a column for each label, with 0 or 1 in each row",
        )
    group = parser.add_argument_group("how the table is written (default: found out)")
    group.add_argument("--encoding", metavar="NAME", help="such as utf-8, utf-16 or cp1252")
    group.add_argument("--delimiter", metavar="C", help="between cells: one character, or tab")
    group.add_argument(
        "--quoting",
        choices=("rfc", "backslash", "none"),
        help='rfc: cells may stand in double quotes, a " within is written ""; backslash: or \\"; '
        'none: a " is a character like any other',
    )
    group.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="whether the first line names the columns",
    )
    group.add_argument(
        "--skip-empty",
        action="store_true",
        help="leave rows without a text or a label out, and count them",
    )
    if labels:
        group.add_argument(
            "--label-separator",
            default="|",
            metavar="C",
            help="between the labels of a cell, with --task multi_label (default: %(default)s)",
        )


def table_options(args) -> dict:
    """Returns what the arguments of `add_table_arguments` say, as the options of `read_table`."""
    return {
        "text_column": args.text,
        "pair_column": args.pair,
        "label_column": args.label,
        "label_separator": args.label_separator,
        **{name: getattr(args, name) for name in FORMAT_ARGUMENTS},
    }


def given_table_options(args) -> dict:
    """Returns those of `table_options` that were given, for data that may be no table of texts."""
    usual = {**dict.fromkeys(table_options(args)), "label_separator": "|", "skip_empty": False}
    return {name: value for name, value in table_options(args).items() if value != usual[name]}


def read_labelled(args, path, **options):
    """Reads a table with labels, as the arguments of `add_table_arguments` say."""
    return _read(path, **table_options(args), **options)


def read_texts(args, path):
    """Reads the texts of a table alone, as the arguments of `add_table_arguments` say."""
    written = {name: getattr(args, name) for name in FORMAT_ARGUMENTS}
    return _read(path, text_column=args.text, pair_column=args.pair, with_labels=False, **written)


def _read(path, **options):
    from albert_tf.tables import read_table

    try:
        table = read_table(path, **options)
    except DataError as error:
        raise DataError(in_options(str(error))) from error
    return dataclasses.replace(table, notes=tuple(map(in_options, table.notes)))


def in_options(message: str) -> str:
    """Turns what a message tells a Python caller to pass into what to type."""
    message = re.sub(r'\b(task|quoting)="(\w+)"', r"--\1 \2", message)
    message = re.sub(r'\blabel_separator="(.)"', r'--label-separator "\1"', message)
    message = re.sub(r"\bheader=True\b", "--header", message)
    message = re.sub(r"\bheader=False\b", "--no-header", message)
    message = COLUMN_ADVICE.sub(_column_option, message)
    message = message.replace("skip_empty", "--skip-empty")
    message = re.sub(r"name the (text|pair|label) column", r"name the \1 column with --\1", message)
    message = message.replace("pass the encoding", "pass --encoding")
    return message.replace("pass another delimiter", "pass another --delimiter")


def _column_option(advice: re.Match) -> str:
    """Turns `label_column=['a', 'b']` into `--label a --label b`."""
    columns = ast.literal_eval(advice[2])
    columns = columns if isinstance(columns, list) else [columns]
    return " ".join(f"--{advice[1]} {shlex.quote(str(column))}" for column in columns)
