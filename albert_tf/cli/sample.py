"""Write a table of the texts that come with the package, to try the other commands on.

FILE is a csv with the columns text and label. The texts are 3,000 sentences of reviews, positive or negative; --data
takes others: sms_spam (5,574 messages, ham or spam), banking77 (10,003 questions to a bank, 77 intents), zh_sentences
(1,300 Chinese sentences of reviews). With --test, a fifth of the rows goes to a second file, to evaluate on.

  albert-tf sample reviews.csv --test test.csv
  albert-tf sample spam.csv --data sms_spam
"""

from pathlib import Path

from albert_tf.cli.console import say
from albert_tf.errors import DataError

NAME = "sample"
HELP = "write a table of bundled texts to try things on"
DATA = ("uci_sentences", "sms_spam", "banking77", "zh_sentences")
TEST_SHARE = 0.2


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf sample`."""
    parser.add_argument("file", metavar="FILE", help="the csv to write")
    parser.add_argument(
        "--data", choices=DATA, default=DATA[0], help="which texts (default: %(default)s)"
    )
    parser.add_argument("--test", metavar="FILE", help="write a fifth of the rows to this csv")
    parser.add_argument(
        "--rows", type=int, metavar="N", help="only so many rows, drawn with all classes alike"
    )


def run(args) -> None:
    """Runs `albert-tf sample`."""
    from albert_tf.tasks import demo_data

    files = [Path(name) for name in (args.file, args.test) if name is not None]
    _check(files)
    table = demo_data(args.data)
    if args.rows is not None:
        table = _drawn(table, args.rows)
    if args.test is None:
        _write(files[0], table, args.data)
        return
    from albert_tf.tasks import split_table

    split = split_table(table, TEST_SHARE)
    _write(files[0], split.train, args.data)
    _write(files[1], split.validation, args.data)


def _check(files):
    if len(set(files)) < len(files):
        raise DataError(f"--test is {files[1]} too; give the second file a name of its own")
    for file in files:
        if file.suffix != ".csv":
            raise DataError(f"{file}: expected a name that ends in .csv")
        if file.exists():
            raise DataError(f"{file} exists; name another file, or remove it")


def _drawn(table, rows):
    from albert_tf.tasks import split_table

    if not 0 < rows <= len(table) // 2:
        raise DataError(f"--rows is {rows}; expected 1 to {len(table) // 2:,}, half of the texts")
    return split_table(table, rows / len(table)).validation


def _write(file, table, data):
    from albert_tf.tasks import CLASS_NAMES, write_table

    write_table(file, table, CLASS_NAMES.get(data))
    say(f"{file}: {len(table):,} texts, {len(set(table.labels))} classes")
