"""Public data that the package ships, for demos and tests; sources in assets/README.md."""

from importlib.resources import as_file, files

from albert_tf.errors import DataError
from albert_tf.tables.table import TextTable, read_table

# name -> split -> file in assets/
DEMO_DATA = {
    "sms_spam": {"train": "sms_spam.csv.gz"},
    "uci_sentences": {"train": "uci_sentences.csv.gz"},
    "banking77": {"train": "banking77_train.csv.gz", "test": "banking77_test.csv.gz"},
}

CLASS_NAMES = {"uci_sentences": {"0": "negative", "1": "positive"}}
"""What to call the labels of a data set that has numbers for them."""


def demo_data(name: str, split: str = "train") -> TextTable:
    """Return a data set that comes with the package.

    Args:
        name: `"sms_spam"` (5,574 messages, ham or spam), `"uci_sentences"` (3,000 sentences of
            reviews, `"0"` negative or `"1"` positive) or `"banking77"` (10,003 queries to a bank,
            77 intents).
        split: `"train"`, all there is but for banking77, which also has `"test"` (3,080 queries).

    Returns:
        A `TextTable`.

    Raises:
        DataError: no such data set or split.

    Example:
        >>> table = demo_data("sms_spam")
        >>> len(table), table.labels[:3]
        (5574, ['ham', 'ham', 'spam'])
    """
    if name not in DEMO_DATA:
        raise DataError(f"demo data {name!r} is unknown; use one of {', '.join(DEMO_DATA)}")
    if split not in DEMO_DATA[name]:
        known = ", ".join(DEMO_DATA[name])
        raise DataError(f"demo data {name!r} has no split {split!r}; use one of {known}")
    asset = files("albert_tf.tasks") / "assets" / DEMO_DATA[name][split]
    with as_file(asset) as path:
        return read_table(path, "text", label_column="label")
