"""Lines of a table that describe its columns: ruled lines, types, the second header of a survey."""

import re
from collections.abc import Sequence

RULED = re.compile(r"[-=:+_~]{2,}")
TYPE = re.compile(
    r"u?int(eger)?(8|16|32|64)?|(big|small|tiny)int|float(32|64)?|double|numeric|decimal|real|number|"
    r"str|string|text|object|n?var ?char2?|char|character|bool(ean)?|category|categorical|factor|"
    r"date(time)?(64)?|timestamp|continuous|discrete|nominal",
    re.IGNORECASE,
)
SIZE = re.compile(r"\(\s*\d+(\s*,\s*\d+)?\s*\)$")
# The third line of an Orange table says what a column is for.
ROLES = {"", "class", "meta", "ignore", "weight"}
# Qualtrics writes its identifiers below the names and the questions.
IMPORT_ID = re.compile(r'\{\s*"ImportId"\s*:.*\}', re.DOTALL)
MOST_ABOVE_IDS = 2
OPEN_ENDED = "open-ended response"


def is_ruled(row: Sequence[str]) -> bool:
    """Tell whether a row is a line drawn between others: `----,-----`, `|:---|---:|`, `---+---`."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and all(map(RULED.fullmatch, filled))


def count_descriptions(body: Sequence[Sequence[str]]) -> int:
    """Return how many of the rows below a header describe the columns instead of holding data.

    They are a row of types (`string,category`; in Orange's form one of roles follows), the rows to
    Qualtrics' `{"ImportId": ...}`, or SurveyMonkey's `Open-Ended Response`.

    Args:
        body: the rows below the header.
    """
    for at, row in enumerate(body[: MOST_ABOVE_IDS + 1]):
        filled = [cell.strip() for cell in row if cell.strip()]
        if filled and all(map(IMPORT_ID.fullmatch, filled)):
            return at + 1
    first = [cell.strip().lower() for cell in body[0]]
    if OPEN_ENDED in first:
        return 1
    filled = [SIZE.sub("", cell).strip() for cell in first if cell]
    if len(filled) < 2 or not all(map(TYPE.fullmatch, filled)):
        return 0
    roles = {cell.strip().lower() for cell in body[1]} if len(body) > 1 else set()
    return 2 if len(roles) > 1 and roles <= ROLES else 1
