"""Inputs of a graph: one unpadded, or a batch of them."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Example:
    """One unpadded input: int32 arrays `(length,)`, or `(choices, length)` for multiple choice.

    Args:
        token_ids: of the tokens.
        segment_ids: likewise.
        padding_mask: 0 at the padding of short choices, beside longer ones; None where there is none.
    """

    token_ids: np.ndarray
    segment_ids: np.ndarray
    padding_mask: np.ndarray | None = None

    @property
    def length(self) -> int:
        """Number of tokens."""
        return self.token_ids.shape[-1]


def pad(examples: list[Example], length: int, pad_id: int) -> dict[str, np.ndarray]:
    """Returns the three inputs of a batch, int32 `(examples, [choices,] length)`."""
    shape = (len(examples), *examples[0].token_ids.shape[:-1], length)
    inputs = {
        "token_ids": np.full(shape, pad_id, "int32"),
        "segment_ids": np.zeros(shape, "int32"),
        "padding_mask": np.zeros(shape, "int32"),
    }
    for row, example in enumerate(examples):
        inputs["token_ids"][row, ..., : example.length] = example.token_ids
        inputs["segment_ids"][row, ..., : example.length] = example.segment_ids
        mask = 1 if example.padding_mask is None else example.padding_mask
        inputs["padding_mask"][row, ..., : example.length] = mask
    return inputs
