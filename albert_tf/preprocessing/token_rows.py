"""`TokenRows`: a number for each token of rows of many lengths, such as its label or its weight."""

import dataclasses
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class TokenRows:
    """A number for each token of each row, unpadded, in one array, as in `PackedTokens`.

    Args:
        flat: `(tokens,)`, all rows after each other.
        row_splits: `(rows + 1,)`, where each row begins.
    """

    flat: np.ndarray
    row_splits: np.ndarray

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    @property
    def shape(self) -> tuple[None, None]:
        """Of a batch of them: rows and tokens, as many as there are."""
        return (None, None)

    @property
    def dtype(self) -> np.dtype:
        """Of the numbers."""
        return self.flat.dtype

    def batch(self, rows: Sequence[int] | np.ndarray, length: int) -> np.ndarray:
        """Returns some rows, padded with 0 to a length, `(rows, length)`."""
        batch = np.zeros((len(rows), length), self.flat.dtype)
        for place, row in enumerate(rows):
            begin, end = self.row_splits[row], self.row_splits[row + 1]
            batch[place, : end - begin] = self.flat[begin:end]
        return batch
