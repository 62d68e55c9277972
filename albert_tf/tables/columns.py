"""Which column is the text, which its pair, which the label: by name, by number, or found out."""

import dataclasses
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import clip, is_missing
from albert_tf.tables.column_contents import Contents
from albert_tf.tables.names import LABEL_NAMES, PAIR_NAMES, ROW_NAMES, TEXT_NAMES, is_nameless


@dataclass(frozen=True)
class Columns:
    """Positions (from 0) of the chosen columns; None where there is none.

    `label` is a tuple where each of several columns says whether one label applies.
    """

    text: int
    pair: int | None
    label: int | tuple[int, ...] | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """The columns as the user gave them: a name, or a number from 1; None to find it out.

    Attributes:
        text: the text.
        pair: the second text of a pair; None with a given `text` means there is none.
        label: the label; or a list of columns that each say whether one label applies.
    """

    text: str | int | None = None
    pair: str | int | None = None
    label: str | int | list[str | int] | None = None

    @property
    def labels(self) -> list[str | int]:
        """The label columns as a list, empty where none is given."""
        if self.label is None:
            return []
        return list(self.label) if isinstance(self.label, (list, tuple)) else [self.label]

    @property
    def names(self) -> frozenset[str]:
        """Those that are given by name, in lower case."""
        asked = [self.text, self.pair, *self.labels]
        return frozenset(
            name.strip().lower() for name in asked if isinstance(name, str) and not name.isdecimal()
        )

    def with_label(self, found: str | None) -> "Asked":
        """Return the same with a label column that is known, where the user gave none."""
        return self if self.label is not None else dataclasses.replace(self, label=found)


def choose_columns(
    path: Path,
    names: list[str] | None,
    cells: list[list],
    asked: Asked,
    require_labels: bool,
    with_labels: bool,
) -> Columns:
    """Decide which column holds what.

    Args:
        path: named in errors.
        names: the header, or None without one.
        cells: the rows below the header.
        asked: the columns that the user gave.
        require_labels: whether a table without a label column is an error.
        with_labels: whether to find the label out when it is not given.

    Returns:
        `Columns`, with a note for everything that was found out.

    Raises:
        DataError: a name that is not there, or a choice that is not clear; with all columns listed.
    """
    finder = _Finder(path, names, cells)
    notes = []
    labels_at = tuple(finder.locate(label, "label") for label in asked.labels)
    label_at = labels_at if len(labels_at) > 1 else next(iter(labels_at), None)
    pair_at = finder.locate(asked.pair, "pair") if asked.pair is not None else None
    if asked.text is not None:
        text_at = finder.locate(asked.text, "text")
    else:
        text_at, found_pair = finder.guess_text({*labels_at, pair_at}, with_labels)
        notes.append(f"the text is {finder.describe(text_at)}")
        if asked.pair is None and found_pair is not None:
            pair_at = found_pair
            notes.append(f"its pair is {finder.describe(pair_at)}")
    if label_at is None and with_labels:
        label_at = finder.guess_label({text_at, pair_at}, required=require_labels)
        if label_at is not None:
            notes.append(f"the label is {finder.describe(label_at)}")
            labels_at = (label_at,)
    chosen = [at for at in (text_at, pair_at, *labels_at) if at is not None]
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
        self.contents = Contents(cells)

    def describe(self, at: int) -> str:
        return f"column {self.names[at]!r}" if self._name(at) else f"column {at + 1}"

    def _name(self, at: int) -> str:
        return self.names[at].strip() if self.names else ""

    def listing(self) -> str:
        if self.names is not None:
            return f"the columns are {', '.join(repr(clip(name)) for name in self.names)}"
        row = ", ".join(f"{n}: {clip(cell)!r}" for n, cell in enumerate(self.cells[0], start=1))
        return f"without a header, the first row is {row}"

    def locate(self, asked: str | int, role: str) -> int:
        """Return the position of the column the user named or numbered."""
        if isinstance(asked, str) and self.names:
            matches = [at for at, name in enumerate(self.names) if name == asked]
            if not matches:
                name = asked.strip().lower()
                matches = [at for at, lowered in enumerate(self.lowered) if lowered == name]
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

    def guess_text(self, taken: set[int | None], with_labels: bool) -> tuple[int, int | None]:
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
        unknown = self._unknown(free)
        if len(unknown) == 1:
            return unknown[0], None
        prose = [at for at in unknown if self.contents.is_prose(at)]
        if len(prose) == 1:
            return prose[0], None
        two = len(unknown) == 2 and not taken - {None} and len(self._filled(free)) == 2
        found = self.contents.text_of_two(*unknown) if two else None
        if found is not None:
            return found, None
        labels = None if taken - {None} or not with_labels else self.contents.label_like(unknown)
        raise DataError(
            f"{self.path}: cannot tell which column is the text; {self.listing()}; "
            f"name the text column{self._text_advice(prose, labels)}"
        )

    def _unknown(self, free: list[int]) -> list[int]:
        """Return the free columns that neither their name nor emptiness rules out as text."""
        known = set().union(*LABEL_NAMES, ROW_NAMES)
        filled = self._filled(free)
        if not self.names:
            return filled
        named = [at for at in filled if not is_nameless(self.names[at])]
        unknown = [at for at in named if self._last_name(at) not in known]
        if unknown or not filled:
            return unknown
        return [at for at in filled if at not in named and not self.contents.is_numeric(at)]

    def _filled(self, free: list[int]) -> list[int]:
        """Return those of the free columns in which anything stands and that have a name."""
        filled = [at for at in free if not all(is_missing(row[at]) for row in self.cells)]
        if not self.names:
            return filled
        # A column that the file gives no name is no candidate beside those that it names.
        last = max((at for at in range(self.width) if self._name(at)), default=self.width)
        return [at for at in filled if at <= last]

    def _text_advice(self, prose: list[int], labels: list[int] | None) -> str:
        if not prose:
            return ""
        ranked = sorted(prose, key=self.contents.mean_length)
        label = f" and {self._label_advice(labels)}" if labels else ""
        advice = f", such as text_column={self._typed(ranked[-1:])}{label}"
        if len(prose) == 2:
            first, second = map(self._typed, ([prose[0]], [prose[1]]))
            advice += f", or for both text_column={first} and pair_column={second}{label}"
        return advice

    def _label_advice(self, likely: list[int]) -> str:
        if all(map(self.contents.is_indicator, likely)):
            return f"label_column={self._typed(likely)}"
        return " or ".join(f"label_column={self._typed([at])}" for at in likely)

    def _typed(self, columns: list[int]) -> str:
        values = [self.names[at] if self._name(at) else at + 1 for at in columns]
        return repr(values if len(values) > 1 else values[0])

    def guess_label(self, taken: set[int | None], required: bool) -> int | None:
        """Return the position of the label, or None when there is none and none is required."""
        free = [at for at in range(self.width) if at not in taken]
        named = self._by_name(LABEL_NAMES, free, "label")
        if named is not None or (not required and not free):
            return named
        if len(free) == 1 and self._numbers_rows(free[0]):
            return self._no_label(free, required)
        if len(free) == 1 and (required or self.names is None):
            return free[0]
        filled = [
            at
            for at in self._filled(free)
            if not self.names or not (is_nameless(self.names[at]) or self.lowered[at] in ROW_NAMES)
        ]
        if len(filled) == 1 and required and not self._numbers_rows(filled[0]):
            return filled[0]
        likely = [
            at
            for at in self.contents.label_like(filled)
            if not (self.names and self.lowered[at].endswith("id"))
        ]
        if len(likely) == 1 and self.names is None:
            return likely[0]
        return self._no_label(free, required, likely)

    def _numbers_rows(self, at: int) -> bool:
        """Tell whether a column that nobody asked for names or dates the rows, as no label does."""
        name = self.lowered[at] if self.names else None
        called = name is not None and (
            name in ROW_NAMES or is_nameless(name) or name.endswith(("_id", " id", "uuid"))
        )
        return self.contents.is_numbering(at) or (called and self.contents.is_distinct(at))

    def _no_label(self, free: list[int], required: bool, likely: Sequence[int] = ()) -> None:
        if not required:
            return
        problem = "cannot tell which column is the label" if free else "there is no label column"
        advice = f", such as {self._label_advice(likely)}" if likely else ""
        raise DataError(f"{self.path}: {problem}; {self.listing()}; name the label column{advice}")

    def _last_name(self, at: int) -> str:
        """Return a column's name, of `outer.inner` the inner one."""
        return self.lowered[at].rpartition(".")[2]

    def _by_name(self, tiers: tuple[set[str], ...], free: list[int], role: str) -> int | None:
        for name_of in (self.lowered.__getitem__, self._last_name):
            for tier in tiers:
                matches = [at for at in free if self.names and name_of(at) in tier]
                if len(matches) > 1:
                    self._refuse_several(matches, role)
                if matches:
                    return matches[0]
        return None

    def _refuse_several(self, matches: list[int], role: str) -> None:
        several = " and ".join(repr(self.names[at]) for at in matches)
        same = len({self.lowered[at] for at in matches}) < len(matches)
        how = " by its number, from 1" if same else ""
        raise DataError(
            f"{self.path}: {several} may each be the {role}; {self.listing()}; "
            f"name the {role} column{how}"
        )
