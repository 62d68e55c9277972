"""The inputs of every model by name, and the names that other libraries have for them."""

from collections.abc import Mapping

import numpy as np
from keras import ops

from albert_tf.config import BACKBONE_INPUTS, AlbertConfig
from albert_tf.errors import DataError

REQUIRED = ("token_ids", "padding_mask")

OTHER_NAMES = {
    "input_ids": "token_ids",  # Hugging Face
    "token_type_ids": "segment_ids",
    "attention_mask": "padding_mask",
    "input_word_ids": "token_ids",  # Model Garden
    "input_type_ids": "segment_ids",
    "input_mask": "padding_mask",
    "mask_positions": "masked_positions",  # keras-hub
}


def check_input_names(inputs: Mapping, expected: tuple[str, ...] = BACKBONE_INPUTS) -> None:
    """Checks the names of a model's inputs.

    Args:
        inputs: by name.
        expected: the names that the model knows.

    Raises:
        DataError: when one has the name of another library or an unknown one, or `token_ids` or `padding_mask` is
            missing.
    """
    renamed = {name: OTHER_NAMES[name] for name in inputs if name in OTHER_NAMES}
    if renamed:
        pairs = ", ".join(f"{theirs} is {ours}" for theirs, ours in renamed.items())
        raise DataError(
            f"the inputs have the names of another library; expected {', '.join(expected)}: {pairs} here"
        )
    unknown = [name for name in inputs if name not in expected]
    missing = [name for name in REQUIRED if inputs.get(name) is None]
    if unknown and len(missing) == len(REQUIRED):
        raise DataError(
            f"texts is {', '.join(map(repr, unknown[:8]))} by name, of type {type(inputs).__name__}; expected a "
            f"sequence of str, a tuple (texts, pairs) of two, or a dict of {', '.join(expected)}"
        )
    if unknown:
        raise DataError(f"there is no input {unknown[0]!r}; expected {', '.join(expected)}")
    if missing:
        mend = ": 1 for each token and 0 for padding" if missing == ["padding_mask"] else ""
        raise DataError(
            f"the input {missing[0]!r} is missing; expected {' and '.join(REQUIRED)}{mend} "
            "(segment_ids may be left out: 0)"
        )


def arrays_in_memory(inputs: Mapping, config: AlbertConfig) -> dict:
    """Returns inputs in memory as arrays, once their values are found to fit the model.

    A token that does not exist, or a place beyond the last, ends in an error deep inside a graph or, compiled by XLA,
    in an answer of some other token.

    Args:
        inputs: by name; lists are taken as arrays.
        config: of the model.

    Raises:
        DataError: naming the input, and what is wrong with it.
    """
    arrays = {name: _array(rows, name) for name, rows in inputs.items() if rows is not None}
    limits = {"token_ids": config.vocab_size, "segment_ids": config.type_vocab_size}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.ndim < 2:
            continue
        if array.shape[-1] > config.max_position_embeddings:
            raise DataError(
                f"{name} is {array.shape[-1]} tokens long; the model has {config.max_position_embeddings} positions: "
                "truncate it"
            )
        wrong = (array < 0) | (array >= limits.get(name, np.inf))
        for place in np.argwhere(wrong)[:1]:
            at = ", ".join(map(str, place))
            raise DataError(
                f"{name}[{at}] is {array[tuple(place)]}; expected a number from 0 to "
                f"{limits.get(name, array.shape[-1]) - 1}"
            )
    return arrays


def _array(rows, name):
    if not isinstance(rows, (list, tuple)):
        return rows
    try:
        return np.array(rows, "int32")
    except (TypeError, ValueError, OverflowError):
        raise DataError(
            f"{name} cannot be an array of whole numbers; expected rows of one length: pad them"
        ) from None


def complete_inputs(inputs: Mapping, expected: tuple[str, ...] = BACKBONE_INPUTS) -> dict:
    """Returns a model's inputs with `segment_ids`, which are 0 where they are left out, as in keras-hub.

    `padding_mask` is never guessed: the mask of a padded batch without one would be wrong in silence.

    Raises:
        DataError: as `check_input_names`.
    """
    check_input_names(inputs, expected)
    inputs = dict(inputs)
    if inputs.get("segment_ids") is None:
        token_ids = inputs["token_ids"]
        in_numpy = isinstance(
            token_ids, np.ndarray
        )  # Keras does not take arrays and tensors together
        inputs["segment_ids"] = (np if in_numpy else ops).zeros_like(token_ids)
    return inputs
