"""Markdown pieces that stay intact whatever the texts hold."""

import math
import re
import unicodedata
from collections.abc import Sequence

# Characters with a meaning in a Markdown table cell; `$` because some renderers take it for maths.
SPECIAL = re.compile(r"[\\`*\[\]<>|~$]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)")
SHOWN_CHARACTERS = 240


def cell(value: object) -> str:
    """Return a value as text for a table cell: one line, nothing of it read as Markdown."""
    if isinstance(value, float):
        value = f"{value:.6g}"
    line = " ".join(str(value).split())
    visible = "".join(char if unicodedata.category(char) != "Cc" else "\ufffd" for char in line)
    return SPECIAL.sub(lambda match: "\\" + match.group(), visible)


def clip(text: str, length: int = SHOWN_CHARACTERS) -> str:
    """Return at most `length` characters, with an ellipsis where some were cut."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def number(value: float, places: int = 3) -> str:
    """Return a number with fixed places, or "n/a" where it is not defined."""
    return f"{value:.{places}f}" if math.isfinite(value) else "n/a"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table.

    Args:
        heads: of the columns.
        rows: cells as Markdown, as many as heads in each row.
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
