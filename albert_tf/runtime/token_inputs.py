"""Token ids that a caller gives a graph, checked before it runs: one too large is read from beyond a table."""

import numpy as np

from albert_tf.config import BACKBONE_INPUTS
from albert_tf.errors import ExportError


def checked_token_inputs(
    token_ids, segment_ids, padding_mask, shape: tuple[int, ...], config: dict, name: str
) -> dict[str, np.ndarray]:
    """Returns the three inputs as int32 arrays, by name.

    Args:
        token_ids: whole numbers of the `shape`.
        segment_ids: likewise; None: all 0.
        padding_mask: likewise; None: all 1.
        shape: that the graph takes; -1 where any length fits.
        config: of the model, with `vocab_size` and `max_position_embeddings`.
        name: of the file, for messages.

    Raises:
        ExportError: when a shape does not fit the graph, or a token id lies outside the vocabulary.
    """
    token_ids = _whole_numbers(token_ids, "token_ids")
    segment_ids = np.zeros_like(token_ids) if segment_ids is None else segment_ids
    padding_mask = np.ones_like(token_ids) if padding_mask is None else padding_mask
    given = zip(BACKBONE_INPUTS, (token_ids, segment_ids, padding_mask), strict=True)
    arrays = {input_name: _whole_numbers(array, input_name) for input_name, array in given}
    longest, vocab_size = config["max_position_embeddings"], config["vocab_size"]
    for input_name, array in arrays.items():
        if not _fits(array.shape, shape) or array.shape != token_ids.shape:
            wanted = ", ".join("any length" if n < 0 else str(n) for n in shape)
            raise ExportError(
                f"{input_name} has the shape {array.shape}; {name} takes ({wanted}) for all three inputs"
            )
        if array.shape[-1] > longest:
            raise ExportError(
                f"{input_name} is {array.shape[-1]} tokens long; {name} has {longest} positions: truncate it"
            )
    if token_ids.size and not (token_ids.min() >= 0 and token_ids.max() < vocab_size):
        raise ExportError(
            f"token_ids range from {token_ids.min()} to {token_ids.max()}; the vocabulary has the ids 0 to "
            f"{vocab_size - 1}"
        )
    return arrays


def _fits(given, shape) -> bool:
    return len(given) == len(shape) and all(
        n >= 1 if wanted < 0 else n == wanted for n, wanted in zip(given, shape, strict=True)
    )


def _whole_numbers(rows, name) -> np.ndarray:
    try:
        given = np.asarray(rows)
        with np.errstate(invalid="ignore"):  # of NaN, which is no whole number
            array = np.ascontiguousarray(given, "int32")
        is_whole = np.array_equal(array, given)
    except (TypeError, ValueError, OverflowError):
        is_whole = False
    if not is_whole:
        shown = " ".join(str(rows).split())[:60]
        raise ExportError(f"{name} is {shown}; expected whole numbers, in rows of one length")
    return array
