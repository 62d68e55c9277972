"""Running rows of many lengths: sorted, in batches of similar length, and back in their order."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from albert_tf.answers.results import Outputs


def batches_by_length(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Yields the numbers of all rows in batches, short ones with short ones.

    Args:
        lengths: of the rows.
        batch_size: rows in a batch, at most.
    """
    order = np.argsort(lengths, kind="stable").tolist()
    for begin in range(0, len(order), batch_size):
        yield order[begin : begin + batch_size]


class RowsInOrder:
    """Collects the outputs of batches.

    Args:
        count: how many rows there are in all.

    Attributes:
        by_output: for each output the rows, in their order; empty before the first batch.
    """

    def __init__(self, count: int):
        self._count = count
        self.by_output: dict[str, list] = {}

    def put(self, chosen: Sequence[int], outputs: Outputs) -> None:
        """Keeps the outputs of a batch.

        Args:
            chosen: the numbers of its rows.
            outputs: by name, the rows; further ones, such as those that fill a batch of fixed size, are dropped.
        """
        for name, rows in outputs.items():
            kept = self.by_output.setdefault(name, [None] * self._count)
            for place, row in zip(chosen, rows, strict=False):
                kept[place] = row


def kept_outputs(decoder: Any, outputs: Outputs, rows: Sequence[int], packed: Any) -> Outputs:
    """Returns what the answers need of a batch's outputs: all, unless the decoder says what of large ones to hold.

    Args:
        decoder: of `albert_tf.answers`, with a method `kept` where it says so; or None.
        outputs: of the batch, by name.
        rows: which rows of `packed` they are.
        packed: the rows of tokens.
    """
    kept = getattr(decoder, "kept", None)
    return outputs if kept is None else kept(outputs, rows, packed)
