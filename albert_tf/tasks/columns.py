"""Which column is the text, which its pair, which the label: by name, by number, or found out."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError

# Tiers of common names: within the first tier that occurs, exactly one column must match.
TEXT_NAMES = (
    {"text", "texts"},
    {"sentence", "review", "message", "utterance", "query", "question", "content", "comment"}
    | {"tweet", "sms", "post", "document", "body", "description", "abstract", "input", "headline"},
    {"title", "subject"},
)
PAIR_NAMES = (
    ("text", "pair"),
    ("text_a", "text_b"),
    ("text1", "text2"),
    ("text_1", "text_2"),
    ("sentence1", "sentence2"),
    ("sentence_1", "sentence_2"),
    ("sentence_a", "sentence_b"),
    ("#1 string", "#2 string"),
    ("premise", "hypothesis"),
    ("question", "sentence"),
    ("question", "context"),
    ("question", "passage"),
    ("question1", "question2"),
    ("query", "passage"),
    ("query", "document"),
)
LABEL_NAMES = (
    {"label", "labels", "gold_label"},
    {"category", "categories", "intent", "class", "target", "sentiment", "emotion", "topic", "tag"}
    | {"tags", "score", "similarity", "quality", "y"},
    {"rating", "stars", "output"},
)
ROW_NAMES = {"id", "index", "idx", "unnamed: 0", ""}
COMMON_NAMES = set().union(*TEXT_NAMES, *LABEL_NAMES, *PAIR_NAMES, ROW_NAMES) - {""}


@dataclass(frozen=True)
class Columns:
    """Positions (from 0) of the chosen columns; None where there is none."""

    text: int
    pair: int | None
    label: int | None
    notes: tuple[str, ...]


def has_header(cells: list[list[str]]) -> bool:
    """Tell whether the first row of a csv or tsv file names the columns.

    It does when a common name stands in it; or when its cells are short, like names, and one of
    several columns below holds only numbers, or a few words that come back again and again, and
    the first row's cell is not one of them.

    Args:
        cells: the rows.
    """
    first = [cell.strip() for cell in cells[0]]
    if len(set(first)) < len(first):
        return False
    body = list(zip(*cells[1:], strict=True)) or [()] * len(first)
    values = [{cell.strip() for cell in column} for column in body]
    if any(
        name.lower() in COMMON_NAMES and name not in below
        for name, below in zip(first, values, strict=True)
    ):
        return True
    # Lines of plain text have one column, and their first is as much a text as the others.
    if len(first) == 1 or not all(len(name) <= 40 and not set(name) & set(".!?") for name in first):
        return False
    return any(
        (name and below and all(map(_is_number, below)) and not _is_number(name))
        or (name not in below and len(cells) > 4 and _looks_like_label(below, len(cells) - 1))
        for name, below in zip(first, values, strict=True)
    )


def _looks_like_label(values: set[str], rows: int) -> bool:
    return 2 <= len(values) <= max(2, rows // 2)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def choose_columns(
    path: Path,
    names: list[str] | None,
    cells: list[list],
    text: str | int | None,
    pair: str | int | None,
    label: str | int | None,
    require_labels: bool,
    with_labels: bool,
) -> Columns:
    """Decide which column holds what.

    Args:
        path: named in errors.
        names: the header, or None without one.
        cells: the rows below the header.
        text: the text column as the user gave it: a name, a number from 1, or None to find it out.
        pair: likewise; None with a given `text` means there is no pair.
        label: likewise.
        require_labels: whether a table without a label column is an error.
        with_labels: whether to find the label out when it is not given.

    Returns:
        `Columns`, with a note for everything that was found out.

    Raises:
        DataError: a name that is not there, or a choice that is not clear; with all columns listed.
    """
    finder = _Finder(path, names, cells)
    notes = []
    label_at = finder.locate(label, "label") if label is not None else None
    pair_at = finder.locate(pair, "pair") if pair is not None else None
    if text is not None:
        text_at = finder.locate(text, "text")
    else:
        text_at, found_pair = finder.guess_text(taken={label_at, pair_at})
        notes.append(f"the text is {finder.describe(text_at)}")
        if pair is None and found_pair is not None:
            pair_at = found_pair
            notes.append(f"its pair is {finder.describe(pair_at)}")
    if label is None and with_labels:
        label_at = finder.guess_label({text_at, pair_at}, required=require_labels)
        if label_at is not None:
            notes.append(f"the label is {finder.describe(label_at)}")
    chosen = [at for at in (text_at, pair_at, label_at) if at is not None]
    if len(set(chosen)) < len(chosen):
        raise DataError(
            f"{path}: text, pair and label must be different columns; {finder.listing()}"
        )
    return Columns(text_at, pair_at, label_at, tuple(notes))


class _Finder:
    """The columns of one file, to be asked by name, by number or by what they look like."""

    def __init__(self, path: Path, names: list[str] | None, cells: list[list]):
        self.path, self.names, self.cells = path, names, cells
        self.width = len(names) if names is not None else len(cells[0])
        self.lowered = [name.strip().lower() for name in names or ()]

    def describe(self, at: int) -> str:
        return f"column {self.names[at]!r}" if self.names else f"column {at + 1}"

    def listing(self) -> str:
        if self.names is not None:
            return f"the columns are {', '.join(repr(_clip(name)) for name in self.names)}"
        row = ", ".join(f"{n}: {_clip(cell)!r}" for n, cell in enumerate(self.cells[0], start=1))
        return f"without a header, the first row is {row}"

    def locate(self, asked: str | int, role: str) -> int:
        """Return the position of the column the user named or numbered."""
        if isinstance(asked, str) and self.names:
            matches = [at for at, name in enumerate(self.names) if name == asked]
            if not matches:
                matches = [at for at, name in enumerate(self.lowered) if name == asked.lower()]
            if len(matches) > 1:
                raise DataError(
                    f"{self.path}: {len(matches)} columns are named {asked!r}; "
                    f"give the {role} column by its number, from 1"
                )
            if matches:
                return matches[0]
        if isinstance(asked, str) and not asked.isdecimal():
            near = difflib.get_close_matches(asked.lower(), self.lowered, n=1)
            hint = f"; did you mean {self.names[self.lowered.index(near[0])]!r}?" if near else ""
            how = "" if self.names else "; give the column by its number, from 1"
            raise DataError(f"{self.path}: no {role} column {asked!r}; {self.listing()}{hint}{how}")
        number = int(asked)
        if not 1 <= number <= self.width:
            raise DataError(
                f"{self.path}: no {role} column number {number}; "
                f"columns count from 1 to {self.width}; {self.listing()}"
            )
        return number - 1

    def guess_text(self, taken: set[int | None]) -> tuple[int, int | None]:
        """Return the positions of the text and of its pair, if common names show one."""
        free = [at for at in range(self.width) if at not in taken]
        for first, second in PAIR_NAMES:
            if self.lowered.count(first) == 1 and self.lowered.count(second) == 1:
                pair = self.lowered.index(first), self.lowered.index(second)
                if set(pair) <= set(free):
                    return pair
        named = self._by_name(TEXT_NAMES, free, "text")
        if named is not None:
            return named, None
        known = set().union(*LABEL_NAMES, ROW_NAMES)
        unnamed = [at for at in free if not self.names or self.lowered[at] not in known]
        if len(unnamed) == 1:
            return unnamed[0], None
        if len(free) == len(unnamed) == 2 and not taken - {None}:
            first, second = (len({str(row[at]) for row in self.cells}) for at in free)
            if max(first, second) >= 2 * min(first, second):
                return free[int(second > first)], None
        raise DataError(
            f"{self.path}: cannot tell which column is the text; {self.listing()}; "
            "name the text column"
        )

    def guess_label(self, taken: set[int | None], required: bool) -> int | None:
        """Return the position of the label, or None when there is none and none is required."""
        free = [at for at in range(self.width) if at not in taken]
        named = self._by_name(LABEL_NAMES, free, "label")
        if named is not None or (not required and not free):
            return named
        if len(free) == 1 and (required or self.names is None):
            return free[0]
        if not required:
            return None
        problem = "cannot tell which column is the label" if free else "there is no label column"
        raise DataError(f"{self.path}: {problem}; {self.listing()}; name the label column")

    def _by_name(self, tiers: tuple[set[str], ...], free: list[int], role: str) -> int | None:
        for tier in tiers:
            matches = [at for at in free if self.names and self.lowered[at] in tier]
            if len(matches) > 1:
                several = " and ".join(repr(self.names[at]) for at in matches)
                raise DataError(
                    f"{self.path}: {several} may each be the {role}; {self.listing()}; "
                    f"name the {role} column"
                )
            if matches:
                return matches[0]
        return None


def _clip(cell: object, length: int = 30) -> str:
    text = str(cell)
    return text if len(text) <= length else text[: length - 1] + "…"
