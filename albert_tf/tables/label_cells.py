"""From label cells to labels: words, numbers, lists, and what looks like a slip."""

import math
import re
import unicodedata
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import (
    MISSING_WORDS,
    PERHAPS_MISSING,
    QUANTITY,
    clip,
    counted,
    is_blank,
    is_number,
    shown_lines,
)
from albert_tf.tables.decimal_commas import with_points
from albert_tf.tables.indicators import read_indicators
from albert_tf.tables.label_lists import (
    ONE_NOTE,
    note_on_brackets,
    note_on_separators,
    one_each,
    read_lists,
)
from albert_tf.tables.rows import Rows

WHOLE_NUMBER = re.compile(r"([+-]?\d+)(\.0+|,0{1,2})")

# Whole-number labels are taken as measured above this many values, at fewer than five rows a value.
MANY_NUMBERS = 20
ROWS_PER_NUMBER = 5
# The same for numbers with a unit, such as 10 %, which hardly name classes.
MANY_QUANTITIES = 5
FEWEST_OF_THEIR_OWN = 5

FORMULA = re.compile(r'="([^"]*)"')


def read_labels(
    path: Path,
    rows: Rows,
    at: int | tuple[int, ...] | None,
    names: list[str] | None,
    task: str | None,
    separator: str,
) -> tuple[list | None, str, list[str]]:
    """Return the labels of a column, the task they are for, and notes.

    Args:
        path: named in errors.
        rows: the rows of the file.
        at: position of the label column; of several, where each stands for one label; or None.
        names: of all columns; None without a header.
        task: the task the user asked for, or None to find it out.
        separator: between the labels of a multi-label cell that is a string.

    Raises:
        DataError: a label is missing or not of its task, with the line; or the labels look like
            measurements and no task was asked for.
    """
    if at is None:
        return None, task or "classification", []
    if isinstance(at, tuple):
        if task not in (None, "multi_label"):
            raise DataError(
                f"{path}: {len(at)} label columns make a multi-label task, but {task} is asked for; "
                'name one label column, or pass task="multi_label"'
            )
        called = [names[n] if names else str(n + 1) for n in at]
        labels, notes = read_indicators(path, rows, at, called)
        return labels, "multi_label", notes
    cells, formula_notes = _without_formulas([row[at] for row in rows.cells])
    raw, notes = read_lists(path, rows.lines, cells)
    notes = [*formula_notes, *notes]
    if task != "multi_label" and one_each(raw):
        raw, notes = [label[0] for label in raw], [*notes, ONE_NOTE]
    elif task is None and any(isinstance(label, list) for label in raw):
        task = "multi_label"
        notes = [*notes, "the labels are lists: a text may have several, or none (multi_label)"]
    cells = list(zip(rows.lines, raw, strict=True))
    if task == "multi_label":
        labels = [_label_list(path, line, label, separator) for line, label in cells]
        single = [each for label in labels for each in label]
        return labels, task, [*notes, *note_on_separators(single, task, separator)]
    words = [_word(path, line, label, task) for line, label in cells]
    if task == "regression":
        words, comma_notes = with_points(path, words, rows.lines)
        pairs = zip(rows.lines, words, strict=True)
        return [_number(path, line, word) for line, word in pairs], task, [*notes, *comma_notes]
    if task is None:
        numbers = all(map(is_number, words))
        pointed = with_points(path, words, rows.lines)[0] if numbers else words
        if all(math.isfinite(_float(word)) for word in pointed):
            _refuse_measurements(path, pointed, words, rows.lines)
        else:
            _refuse_quantities(path, words, rows.lines)
    labels, slips = _as_classes(words, rows.lines)
    notes += [*slips, *note_on_brackets(labels), *note_on_separators(labels, "", separator)]
    return labels, "classification", notes


def _without_formulas(cells: list) -> tuple[list, list[str]]:
    """Return what stands in `="01"`, which keeps a spreadsheet from reading a number, and a note."""
    filled = [cell for cell in cells if not is_blank(cell)]
    if not filled or not all(isinstance(c, str) and FORMULA.fullmatch(c.strip()) for c in filled):
        return cells, []
    bare = [cell if is_blank(cell) else FORMULA.fullmatch(cell.strip())[1] for cell in cells]
    return bare, [f"labels such as {filled[0].strip()} are read without ="]


def _word(path: Path, line: int, label: object, task: str | None) -> str:
    if isinstance(label, bool):
        return str(label).lower()
    if isinstance(label, (list, dict)):
        what = f"list of {len(label)}" if isinstance(label, list) else "JSON dict"
        mend = ', or pass task="multi_label" for lists' if task != "multi_label" else ""
        raise DataError(f"{path}:{line}: the label is a {what}; write one string or number{mend}")
    missing = label is None or (isinstance(label, float) and math.isnan(label))
    word = "" if missing else str(label).strip()
    if not word:
        raise DataError(f"{path}:{line}: the label is missing; fill it in or remove the row")
    if task is None and word.lower() in MISSING_WORDS:
        raise DataError(
            f'{_missing_word(path, line, word)}, or pass task="classification" if it is a class'
        )
    return word


def _missing_word(path: Path, line: int, word: str) -> str:
    return (
        f"{path}:{line}: the label is {word!r}, as programs write a missing one; fill it in or "
        "remove the row"
    )


def _label_list(path: Path, line: int, label: object, separator: str) -> list[str]:
    """Return the labels of a multi-label cell; an empty list or cell says that none applies."""
    if isinstance(label, list):
        each_label = [_word(path, line, each, "multi_label") for each in label]
        return list(dict.fromkeys(map(_whole, each_label)))
    if label is None:
        raise DataError(f"{path}:{line}: the labels are missing; write [] if none applies")
    if is_blank(label):
        return []
    word = _word(path, line, label, "multi_label")
    if word.lower() in MISSING_WORDS:
        raise DataError(_missing_word(path, line, word))
    parts = (part.strip() for part in word.split(separator))
    return list(dict.fromkeys(_whole(part) for part in parts if part))


def _number(path: Path, line: int, word: str) -> float:
    value = _float(word)
    if not math.isfinite(value):
        raise DataError(
            f"{path}:{line}: the label {clip(word)!r} is not a finite number, as regression needs; "
            'mend it, or pass task="classification"'
        )
    return value


def _float(word: str) -> float:
    """Return the number that a word writes, NaN if it is none; `1_000` is Python's form, not data's."""
    try:
        return math.nan if "_" in word else float(word)
    except ValueError:
        return math.nan


def _refuse_measurements(
    path: Path, pointed: list[str], words: list[str], lines: list[int]
) -> None:
    """Raise if the labels are numbers that are more likely measured than classes."""
    values = list(map(_float, pointed))
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


def _refuse_quantities(path: Path, words: list[str], lines: list[int]) -> None:
    """Raise if the labels are numbers with units, or marks in them, that are likely measured."""
    found = list(map(QUANTITY.fullmatch, words))
    if not all(found):
        return
    distinct = len(set(words))
    many = distinct > MANY_QUANTITIES and distinct * ROWS_PER_NUMBER > len(words)
    if many or any(each["fraction"] for each in found):
        odd = next(n for n, word in enumerate(words) if not math.isfinite(_float(word)))
        raise DataError(
            f"{path}:{lines[odd]}: the label {words[odd]!r} is a number as if measured; write plain "
            'numbers and pass task="regression" to predict them, or pass task="classification" to '
            "take each as a class"
        )


def _whole(word: str) -> str:
    """Write a whole number as it is written elsewhere: `1` for `1.0`."""
    found = WHOLE_NUMBER.fullmatch(word)
    return found[1] if found else word


def _as_classes(words: list[str], lines: list[int]) -> tuple[list[str], list[str]]:
    """Write whole numbers alike in every file, and note what looks like a slip."""
    labels = list(map(_whole, words))
    notes = []
    changed = next((n for n in range(len(words)) if labels[n] != words[n]), None)
    if changed is not None:
        points = any("." in word for word in words if _whole(word) != word)
        form = "'1.0'" if points else "'1,0'"
        notes.append(f"labels such as {form} are read as '1'")
    forms: dict[str, list[str]] = {}
    for label in sorted(set(labels)):
        seen = "".join(char for char in label if unicodedata.category(char) != "Cf")
        alike = unicodedata.normalize("NFKC", " ".join(seen.casefold().split()))
        forms.setdefault(alike, []).append(label)
    for _, alike in sorted(forms.items()):
        if len(alike) > 1:
            case = len({label.casefold() for label in alike}) == 1
            how = "in case" if case else "in how they are written"
            notes.append(
                f"the labels {' and '.join(map(repr, alike))} differ only {how} and are kept apart"
            )
    if len(set(labels)) == len(labels) >= FEWEST_OF_THEIR_OWN:
        notes.append(
            f"each of the {len(labels):,} rows has a label of its own, such as {clip(labels[0])!r}; "
            "check that the right column is read"
        )
    for word in sorted(set(labels)):
        if word.lower() in PERHAPS_MISSING:
            where = [line for line, label in zip(lines, labels, strict=True) if label == word]
            notes.append(
                f"{word!r} is taken for a class ({counted(len(where), 'row')}: {shown_lines(where)}); "
                "if it says that there is none, remove the rows"
            )
    return labels, notes
