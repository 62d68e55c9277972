"""Running rows of many lengths: sorted, in batches of similar length, and back in their order."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from albert_tf.answers.results import Outputs


def in_order_of_length(
    lengths: Sequence[int], batch_size: int, run: Callable[[list[int]], Outputs]
) -> dict[str, list]:
    """Runs all rows, short ones with short ones, and returns each output's rows in the given order.

    Args:
        lengths: of the rows.
        batch_size: rows that are run together, at most.
        run: takes the numbers of the rows of a batch, and returns each output's rows for them by name; further rows,
            such as those that fill a batch of fixed size, are dropped.

    Returns:
        For each output the rows; an empty dict where there are none to run.
    """
    order = np.argsort(lengths, kind="stable").tolist()
    found: dict[str, list] = {}
    for begin in range(0, len(order), batch_size):
        chosen = order[begin : begin + batch_size]
        for name, rows in run(chosen).items():
            kept = found.setdefault(name, [None] * len(order))
            for place, row in zip(chosen, rows, strict=False):
                kept[place] = row
    return found


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
