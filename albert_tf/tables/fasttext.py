"""Lines in fastText's form: `__label__spam win a prize`, the labels before the text.

Source: fasttext.cc/docs/en/supervised-tutorial.
"""

import re

from albert_tf.tables.rows import Rows

MARK = "__label__"
LINE = re.compile(rf"\s*((?:{MARK}\S+[\s,]+)+)(.*)", re.DOTALL)


def is_fasttext(text: str) -> bool:
    """Tell whether each line of a file begins with a label after fastText's mark."""
    return text.lstrip().startswith(MARK) and all(
        line.lstrip().startswith(MARK) for line in text.splitlines() if line.strip()
    )


def parse_fasttext(text: str) -> tuple[list[str], Rows]:
    """Return the columns' names, and a row for each line: its labels as a list, and its text."""
    cells, lines = [], []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line)
        marked, words = found.groups() if found else (line, "")
        labels = [label.strip(" ,\t") for label in marked.split(MARK) if label.strip()]
        cells.append([labels, words])
        lines.append(number)
    return ["label", "text"], Rows(
        cells, lines, ("the labels are those after fastText's __label__",)
    )
