"""Numbers of European tables, which write a comma before the fraction."""

import re
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import DECIMAL_COMMA, PLAIN_NUMBER, THOUSANDS, is_number

# 1.234: a fraction with three places, or a German thousand.
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")


def with_points(path: Path, words: list[str], lines: list[int]) -> tuple[list[str], list[str]]:
    """Write numbers such as `4,5` with a point, where all that has a comma can be nothing else.

    `1,234` may be a fraction or a thousand. It is a fraction where another number shows it, such as
    `4,5`; alone it is an error.

    Args:
        path: named in errors.
        words: labels; nothing is changed where none of them is a number with a comma.
        lines: of the labels.

    Returns:
        The words, and notes.

    Raises:
        DataError: numbers with a comma that can be read in two ways, with the line.
    """
    commas = [n for n, word in enumerate(words) if "," in word and is_number(word)]
    numbers = sum(is_number(word) for word in words)
    if not commas and words and all(map(GROUPED.fullmatch, words)):
        note = (
            f"labels such as {words[0]!r} are read with a decimal point; if it groups thousands, write "
            "the numbers without it"
        )
        return words, [note]
    if not commas or 2 * numbers < len(words):
        return words, []
    sure = [n for n in commas if _is_decimal(words[n])]
    american = [n for n in commas if not DECIMAL_COMMA.fullmatch(words[n])]
    points = [n for n in range(len(words)) if "." in words[n] and PLAIN_NUMBER.fullmatch(words[n])]
    if american:
        at = american[0]
        raise DataError(
            f"{path}:{lines[at]}: the label {words[at]!r} has commas between thousands; write the "
            "number without them"
        )
    if points:
        at = commas[0]
        raise DataError(
            f"{path}:{lines[at]}: the label {words[at]!r} has a comma where {words[points[0]]!r} "
            f"(line {lines[points[0]]}) has a point; write all numbers alike, with a point"
        )
    if not sure:
        word = words[commas[0]]
        raise DataError(
            f"{path}:{lines[commas[0]]}: the label {word!r} may be {word.replace(',', '.')} or "
            f"{word.replace(',', '')}; write it with a point, or without a comma"
        )
    thousand_like = next((words[n] for n in commas if n not in sure), None)
    example = words[sure[0]]
    also = f", and so {thousand_like!r} as {_pointed(thousand_like)}" if thousand_like else ""
    note = f"labels such as {example!r} are read as {_pointed(example)}{also}: decimal commas"
    pointed = list(words)
    for n in commas:
        pointed[n] = _pointed(words[n])
    return pointed, [note]


def _is_decimal(word: str) -> bool:
    return DECIMAL_COMMA.fullmatch(word) is not None and THOUSANDS.fullmatch(word) is None


def _pointed(word: str) -> str:
    return word.replace(".", "").replace(",", ".")
