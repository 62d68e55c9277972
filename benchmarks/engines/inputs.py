"""The inputs that every engine gets."""

import numpy as np

VOCABULARY = 30000
FIRST = 5
"""The first id that is no control token."""
NAMES = ("token_ids", "segment_ids", "padding_mask")
TRANSFORMERS = {
    "input_ids": "token_ids",
    "attention_mask": "padding_mask",
    "token_type_ids": "segment_ids",
}
"""transformers' names of them, in its order."""


def make_inputs(length: int) -> dict[str, np.ndarray]:
    """Returns `length` scattered token ids without padding, the same in every language and process."""
    ids = FIRST + (length * 104729 + np.arange(length) * 7919) % (VOCABULARY - FIRST)
    ids = ids.astype("int32")[None]
    return dict(zip(NAMES, (ids, np.zeros_like(ids), np.ones_like(ids)), strict=True))
