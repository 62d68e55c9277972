"""Public data that the package ships, for demos and tests; sources in assets/README.md."""

import gzip
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.entities import EntityText, read_entities
from albert_tf.tables.table import TextTable, read_table

# name -> split -> file in assets/
DEMO_DATA = {
    "sms_spam": {"train": "sms_spam.csv.gz"},
    "uci_sentences": {"train": "uci_sentences.csv.gz"},
    "banking77": {"train": "banking77_train.csv.gz", "test": "banking77_test.csv.gz"},
    "zh_sentences": {"train": "zh_sentences.csv.gz"},
    "snips": {"train": "snips_train.jsonl.gz", "test": "snips_validate.jsonl.gz"},
}

CLASS_NAMES = {"uci_sentences": {"0": "negative", "1": "positive"}}
"""What to call the labels of a data set that has numbers for them."""

LABEL_COLUMNS = {"snips": "intent"}
"""Where the labels stand, if not under `label`."""

WITH_ENTITIES = ("snips",)


def demo_data(name: str, split: str = "train") -> TextTable:
    """Return a data set that comes with the package.

    Args:
        name: `"sms_spam"` (5,574 messages, ham or spam), `"uci_sentences"` (3,000 sentences of
            reviews, `"0"` negative or `"1"` positive), `"banking77"` (10,003 queries to a bank,
            77 intents), `"zh_sentences"` (1,300 Chinese sentences of reviews, `"好评"` or `"差评"`) or
            `"snips"` (13,784 commands to a voice assistant, 7 intents).
        split: `"train"`, all there is but for banking77 and snips, which also have `"test"` (3,080 and 700).

    Returns:
        A `TextTable`.

    Raises:
        DataError: no such data set or split.

    Example:
        >>> table = demo_data("sms_spam")
        >>> len(table), table.labels[:3]
        (5574, ['ham', 'ham', 'spam'])
    """
    with as_file(_asset(name, split)) as path:
        return read_table(path, "text", label_column=LABEL_COLUMNS.get(name, "label"))


def demo_entities(name: str, split: str = "train") -> list[EntityText]:
    """Return the texts of a data set that comes with the package, with the entities in each.

    Args:
        name: `"snips"` (commands to a voice assistant; 39 labels of their parts, such as `artist`).
        split: as for `demo_data`.

    Raises:
        DataError: no such data set or split, or it has no entities.

    Example:
        >>> command = demo_entities("snips")[1]
        >>> command.text, command.entities[0]
        ('add clem burke in my playlist Pre-Party R&B Jams', LabelledSpan(label='artist', start=4, end=14))
    """
    asset = _asset(name, split)
    if name not in WITH_ENTITIES:
        raise DataError(f"demo data {name!r} has no entities; use {' or '.join(WITH_ENTITIES)}")
    with as_file(asset) as path:
        return read_entities(path)


def copy_demo_data(name: str, path: str | Path, split: str = "train") -> None:
    """Write the file of a data set that comes with the package, unpacked.

    Args:
        name: as for `demo_data`.
        path: of the new file, csv or JSON lines.
        split: as for `demo_data`.

    Raises:
        DataError: no such data set or split.
    """
    Path(path).write_bytes(gzip.decompress(_asset(name, split).read_bytes()))


def _asset(name: str, split: str) -> Traversable:
    if name not in DEMO_DATA:
        raise DataError(f"demo data {name!r} is unknown; use one of {', '.join(DEMO_DATA)}")
    if split not in DEMO_DATA[name]:
        known = ", ".join(DEMO_DATA[name])
        raise DataError(f"demo data {name!r} has no split {split!r}; use one of {known}")
    return files("albert_tf.tasks") / "assets" / DEMO_DATA[name][split]
