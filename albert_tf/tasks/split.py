"""A validation part for tables that bring none."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split

from albert_tf.errors import DataError
from albert_tf.tables.table import TextTable


@dataclass(frozen=True)
class Split:
    """A table in two parts, with notes on what could not be done as asked."""

    train: TextTable
    validation: TextTable
    notes: tuple[str, ...] = ()


def split_table(table: TextTable, fraction: float = 0.1, seed: int = 0) -> Split:
    """Set aside a part of a table for validation, with the same share of every class.

    A class with a single row stays in the training part. Where the asked fraction has fewer rows
    than there are classes, one row a class is set aside. With `fraction` 0.2 and enough rows it is
    scikit-learn's `train_test_split(stratify=labels, random_state=seed)`. Regression and
    multi-label tables are split at random, but the last row with a label stays for training.

    Args:
        table: with labels.
        fraction: of the rows, above 0 and at most 0.5.
        seed: of the shuffling.

    Returns:
        A `Split`; each part keeps the rows in the order of the file.

    Raises:
        DataError: the fraction is out of range, or the table is too small to split or has no row
            whose labels all occur in another.
    """
    if not 0 < fraction <= 0.5:
        raise DataError(f"validation fraction {fraction} is out of range; use 0 < fraction <= 0.5")
    if table.task == "classification" and table.labels is not None:
        return _stratified(table, fraction, seed)
    if len(table) < 2:
        raise DataError(f"{table.path}: one row cannot be split; add rows or a validation file")
    size = max(1, round(len(table) * fraction))
    train, validation = train_test_split(np.arange(len(table)), test_size=size, random_state=seed)
    if table.task == "multi_label" and table.labels is not None:
        return _sparing_labels(table, [*validation, *train], size)
    return _parts(table, train, validation, ())


def _sparing_labels(table: TextTable, order: list[int], size: int) -> Split:
    """Set the first `size` rows of an order aside that are not the last with a label of theirs."""
    left = Counter(label for labels in table.labels for label in set(labels))
    validation, needed, lacking = [], [], []
    for row in order:
        if len(validation) == size:
            break
        last = [label for label in set(table.labels[row]) if left[label] == 1]
        if last:
            needed.append(row)
            lacking += last
        else:
            validation.append(row)
            left.subtract(set(table.labels[row]))
    if not validation:
        raise DataError(
            f"{table.path}: every row has a label that no other row has, so none can be set aside; "
            "give two rows a label or a validation file"
        )
    notes = ()
    if needed:
        what = "1 row is" if len(needed) == 1 else f"{len(needed)} rows are"
        labels = _shown(lacking)
        notes = (f"{what} kept for training, where their labels would be missing: {labels}",)
    return _parts(table, set(order) - set(validation), validation, notes)


def _stratified(table: TextTable, fraction: float, seed: int) -> Split:
    counts = Counter(table.labels)
    alone = [label for label, count in counts.items() if count == 1]
    shared = [row for row, label in enumerate(table.labels) if counts[label] > 1]
    if not shared:
        raise DataError(
            f"{table.path}: every class has a single row, so none can be set aside; "
            "give two rows a class or a validation file"
        )
    notes = []
    if alone:
        have = "class has" if len(alone) == 1 else "classes have"
        notes.append(f"{len(alone)} {have} one row, kept for training: {_shown(alone)}")
    classes = len(counts) - len(alone)
    size: float | int = fraction
    if min(len(shared) * fraction, len(shared) * (1 - fraction)) < classes:
        size = min(max(round(len(shared) * fraction), classes), len(shared) - classes)
        notes.append(
            f"{size} {'row is' if size == 1 else 'rows are'} set aside for validation, one or more a "
            f"class, instead of {fraction:.0%}"
        )
    train, validation = train_test_split(
        shared, test_size=size, random_state=seed, stratify=[table.labels[row] for row in shared]
    )
    singles = [row for row, label in enumerate(table.labels) if counts[label] == 1]
    return _parts(table, [*train, *singles], validation, tuple(notes))


def _shown(labels: list[str], most: int = 5) -> str:
    return ", ".join(map(repr, sorted(labels)[:most])) + (", ..." if len(labels) > most else "")


def _parts(table: TextTable, train, validation, notes: tuple[str, ...]) -> Split:
    return Split(
        table.subset(sorted(map(int, train))), table.subset(sorted(map(int, validation))), notes
    )


def check_overlap(train: TextTable, validation: TextTable) -> str | None:
    """Return a note when validation texts also stand in the training part, else None.

    Texts are compared without case and outer or repeated white space. Such rows are seen in
    training, so scores on them flatter every method.
    """
    seen = {train.text_key(row) for row in range(len(train))}
    repeated = sum(validation.text_key(row) in seen for row in range(len(validation)))
    if not repeated:
        return None
    share = f"{repeated:,} of {len(validation):,} ({repeated / len(validation):.1%})"
    return (
        f"validation texts that also stand in the training data: {share}; they flatter the scores"
    )
