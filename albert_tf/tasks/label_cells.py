"""From label cells to labels: words, numbers, lists, and what looks like a slip."""

import math
import re
from collections import Counter
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tasks.rows import Rows

WHOLE_NUMBER = re.compile(r"[+-]?\d+\.0+")

# Whole-number labels are taken as measured above this many values, at fewer than five rows a value.
MANY_NUMBERS = 20
ROWS_PER_NUMBER = 5


def read_labels(
    path: Path, rows: Rows, at: int | None, task: str | None, separator: str
) -> tuple[list | None, str, list[str]]:
    """Return the labels of a column, the task they are for, and notes.

    Args:
        path: named in errors.
        rows: the rows of the file.
        at: position of the label column, or None.
        task: the task the user asked for, or None to find it out.
        separator: between the labels of a multi-label cell that is a string.

    Raises:
        DataError: a label is missing or not of its task, with the line; or the labels look like
            measurements and no task was asked for.
    """
    if at is None:
        return None, task or "classification", []
    raw = [row[at] for row in rows.cells]
    if task is None and any(isinstance(label, list) for label in raw):
        task = "multi_label"
    cells = list(zip(rows.lines, raw, strict=True))
    if task == "multi_label":
        return [_label_list(path, line, label, separator) for line, label in cells], task, []
    words = [_word(path, line, label) for line, label in cells]
    if task == "regression":
        pairs = zip(rows.lines, words, strict=True)
        return [_number(path, line, word) for line, word in pairs], task, []
    if task is None:
        _refuse_measurements(path, words, rows.lines)
    return _as_classes(words)


def _word(path: Path, line: int, label: object) -> str:
    if isinstance(label, bool):
        return str(label).lower()
    if isinstance(label, (list, dict)):
        raise DataError(
            f"{path}:{line}: the label is a JSON {type(label).__name__}; write one string or "
            'number, or pass task="multi_label" for lists'
        )
    missing = label is None or (isinstance(label, float) and math.isnan(label))
    word = "" if missing else str(label).strip()
    if not word:
        raise DataError(f"{path}:{line}: the label is missing; fill it in or remove the row")
    return word


def _label_list(path: Path, line: int, label: object, separator: str) -> list[str]:
    """Return the labels of a multi-label cell; an empty list or cell says that none applies."""
    if isinstance(label, list):
        return list(dict.fromkeys(_word(path, line, each) for each in label))
    if label is None:
        raise DataError(f"{path}:{line}: the labels are missing; write [] if none applies")
    parts = (part.strip() for part in str(label).split(separator))
    return list(dict.fromkeys(part for part in parts if part))


def _number(path: Path, line: int, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(
            f"{path}:{line}: the label {word!r} is not a finite number, as regression needs; "
            'mend it, or pass task="classification"'
        )
    return value


def _refuse_measurements(path: Path, words: list[str], lines: list[int]) -> None:
    """Raise if the labels are numbers that are more likely measured than classes."""
    try:
        values = [float(word) for word in words]
    except ValueError:
        return
    fractions = [row for row, value in enumerate(values) if not value.is_integer()]
    distinct = len(set(values))
    if fractions:
        what = f"{path}:{lines[fractions[0]]}: the label {words[fractions[0]]!r} is a fraction"
    elif distinct > MANY_NUMBERS and distinct * ROWS_PER_NUMBER > len(values):
        what = f"{path}: the labels are {distinct} different numbers in {len(values)} rows"
    else:
        return
    raise DataError(
        f'{what}, as if measured; pass task="regression" to predict the number, '
        'or task="classification" to take each as a class'
    )


def _as_classes(words: list[str]) -> tuple[list[str], str, list[str]]:
    """Write whole numbers alike in every file, and note what looks like a slip."""
    labels = [word.partition(".")[0] if WHOLE_NUMBER.fullmatch(word) else word for word in words]
    notes = ["labels such as '1.0' are read as '1'"] if labels != words else []
    forms = Counter(label.casefold() for label in set(labels))
    for form in sorted(form for form, count in forms.items() if count > 1):
        alike = sorted(label for label in set(labels) if label.casefold() == form)
        notes.append(
            f"the labels {' and '.join(map(repr, alike))} differ only in case and are kept apart"
        )
    return labels, "classification", notes
