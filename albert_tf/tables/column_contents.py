"""What the columns of a table hold, where their names do not tell."""

import itertools
from functools import cached_property

from albert_tf.tables.cell_values import comes_back, is_date, is_missing, is_numeric, is_prose
from albert_tf.tables.indicators import NUMBERS, PAIRS

# Rows that are looked at: enough to tell sentences from classes.
JUDGED_ROWS = 5000
# Fewer numbers may stand in a row by chance.
FEWEST_COUNTED = 5


class Contents:
    """The cells of a table by columns.

    Args:
        cells: the rows.
    """

    def __init__(self, cells: list[list]):
        self._cells = cells

    @cached_property
    def _columns(self) -> list[list[str]]:
        rows = self._cells[:JUDGED_ROWS]
        return [
            [str(cell).strip() for cell in column if not is_missing(cell)]
            for column in zip(*rows, strict=True)
        ]

    def is_numeric(self, at: int) -> bool:
        """Tell whether a column holds only numbers or dates."""
        return is_numeric(self._columns[at])

    def is_prose(self, at: int) -> bool:
        """Tell whether a column holds sentences that hardly come back."""
        column = self._columns[at]
        return is_prose(column) and 2 * len(set(column)) > len(column)

    def is_indicator(self, at: int) -> bool:
        """Tell whether a column says of each row whether something applies: 0 or 1, no or yes."""
        return {cell.lower() for cell in self._columns[at]} <= set().union(*PAIRS, NUMBERS)

    def is_distinct(self, at: int) -> bool:
        """Tell whether each row of a column has a value of its own."""
        column = self._columns[at]
        return len(column) > 1 and len(set(column)) == len(column)

    def is_numbering(self, at: int) -> bool:
        """Tell whether a column counts the rows up one by one, or dates each of them."""
        column = self._columns[at]
        if len(column) < FEWEST_COUNTED or not self.is_distinct(at):
            return False
        if not all(map(str.isdecimal, column)):
            return all(map(is_date, column))
        return all(int(b) - int(a) == 1 for a, b in itertools.pairwise(column))

    def mean_length(self, at: int) -> float:
        """Return the mean number of characters in the filled cells of a column."""
        return sum(map(len, self._columns[at])) / max(1, len(self._columns[at]))

    def label_like(self, columns: list[int]) -> list[int]:
        """Return those columns that may be labels: a few values, which come back, and no dates.

        Where no column has such values (few rows), those are meant that hold 0 and 1, or the only
        one that holds short numbers.
        """
        rows = len(self._cells[:JUDGED_ROWS])
        fitting = [
            at
            for at in columns
            if comes_back(len(set(self._columns[at])), rows)
            and not self.is_prose(at)
            and not all(map(is_date, self._columns[at]))
        ]
        if fitting:
            return fitting
        digits = [
            at
            for at in columns
            if self.is_numeric(at) and all(len(cell) <= 3 for cell in self._columns[at])
        ]
        return digits if len(digits) == 1 or all(map(self.is_indicator, digits)) else []

    def text_of_two(self, first: int, second: int) -> int | None:
        """Return which of two columns is the text of the other, or None where both may be."""
        numeric = self.is_numeric(first), self.is_numeric(second)
        if numeric[0] != numeric[1]:
            return second if numeric[0] else first
        distinct = [len(set(self._columns[at])) for at in (first, second)]
        if max(distinct) >= 2 * min(distinct):
            return (first, second)[int(distinct[1] > distinct[0])]
        words = [[" " in cell for cell in self._columns[at]] for at in (first, second)]
        for one, other in ((0, 1), (1, 0)):
            if all(words[one]) and not any(words[other]):
                return (first, second)[one]
        return None
