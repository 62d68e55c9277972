"""What a cell holds, judged by its text alone: a number, a word for "missing", a date, a sentence."""

import re
import statistics
from collections.abc import Collection, Iterable

PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?")
# 4,5 and 1.234,5 of a European spreadsheet; 1,234 and 1,234,567.8 of an American one.
DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
# Numbers as people write them for people: $4.50, 12 %, 1 234,50 €, 1.234.567.
CURRENCY = r"(?:[%‰€$£¥₹₽]|EUR|USD|GBP|CHF|Rs\.?|kr\.?|zł)"
QUANTITY = re.compile(
    rf"[+\-−]?\s*(?:{CURRENCY}\s*)?[+\-−]?"
    r"(?:\d{1,3}(?:[\s'’.,]\d{3})+|\d+)(?P<fraction>[.,]\d+)?"
    rf"(?:\s*{CURRENCY})?"
)
DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([T ].*)?|"
    r"(\w{3,9},? )?(\d{1,2} )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? .*\d{4}",
    re.IGNORECASE,
)
# What programs write where there is no value, and no person would name a class.
MISSING_WORDS = {"nan", "<na>", "#n/a", "#na", "\\n", "null", "nat"} | {
    f"#{word}" for word in ("null!", "ref!", "value!", "name?", "div/0!", "num!", "spill!", "calc!")
}
# The same from people's hands, or a class ("none" of the stances).
PERHAPS_MISSING = {"na", "n/a", "n.a.", "none", "-", "--", "?", "undefined", "missing"}

WORDS_OF_PROSE = 3
WITHOUT_BLANKS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def is_number(cell: str) -> bool:
    """Tell whether a cell holds a number, with a point or a comma before its fraction."""
    cell = cell.strip()
    return any(form.fullmatch(cell) for form in (PLAIN_NUMBER, DECIMAL_COMMA, THOUSANDS))


def is_date(cell: str) -> bool:
    """Tell whether a cell looks like a date."""
    return DATE.fullmatch(cell.strip()) is not None


def is_blank(cell: object) -> bool:
    """Tell whether there is nothing in a cell, or only white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_missing(cell: object) -> bool:
    """Tell whether a cell has no value: blank, NaN, or a word that programs write for it."""
    if isinstance(cell, str):
        return not cell.strip() or cell.strip().lower() in MISSING_WORDS
    return cell is None or cell != cell


def is_prose(cells: Iterable[object]) -> bool:
    """Tell whether a column holds sentences: half of its cells have three words or more."""
    texts = [str(cell) for cell in cells if not is_missing(cell)]
    if not texts or all(map(is_date, texts)):
        return False
    return statistics.median(map(_words, texts)) >= WORDS_OF_PROSE


def _words(text: str) -> int:
    """Count words, and two characters as one where a script writes none apart (Chinese, ...)."""
    return len(text.split()) + len(WITHOUT_BLANKS.findall(text)) // 2


def is_numeric(cells: Collection[str]) -> bool:
    """Tell whether a column holds numbers, or dates, and nothing else."""
    return bool(cells) and (all(map(is_number, cells)) or all(map(is_date, cells)))


def comes_back(distinct: int, rows: int) -> bool:
    """Tell whether so few different cells stand in a column that they may be its labels."""
    return 2 <= distinct <= max(2, rows // 2) and distinct < rows


def clip(cell: object, length: int = 30) -> str:
    """Return a cell as messages show it: on one line, and cut after `length` characters."""
    text = " ".join(str(cell).split())
    return text if len(text) <= length else text[: length - 1] + "…"


def shown_lines(lines: list[int], most: int = 5) -> str:
    """Return the lines of a file as messages name them, such as `lines 3, 5`."""
    more = "" if len(lines) <= most else ", ..."
    return f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines[:most]))}{more}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 row` or `2 rows`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
