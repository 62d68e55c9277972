"""Raw text in memory: texts, or texts and pairs, in whatever holds them."""

import itertools
from collections.abc import Iterator, Mapping, Set

import numpy as np

from albert_tf.errors import DataError
from albert_tf.tokenizer.text_sequence import column_names, text_list


def texts_and_pairs(
    x, names: tuple[str, str] = ("texts", "pairs")
) -> tuple[list[str], list[str] | None]:
    """Returns texts, and their pairs or None, as lists.

    Args:
        x: a flat sequence of texts (see `text_list`); a tuple `(texts, pairs)` of two of them; or rows
            `[text, pair]`: a list of lists or tuples of two, or an array `(rows, 2)`.
        names: what messages call texts and pairs.

    Raises:
        DataError: when `x` is something else, or may be read in two ways; the message says what to pass.
    """
    if isinstance(x, str):
        raise DataError(
            f"got the single text {x[:40]!r}; expected a list of texts: put it in brackets"
        )
    if type(x).__name__ == "KerasTensor":
        raise DataError(
            f"{names[0]} is a symbolic tensor; expected texts, or a dict of token_ids, segment_ids and padding_mask"
        )
    if is_string_tensor(x):
        x = from_string_tensors(x, names[0])
    if isinstance(x, tuple) and len(x) == 2 and not any(isinstance(part, str) for part in x):
        texts, pairs = x
        texts = text_list(texts, names[0])
        pairs = None if pairs is None else text_list(pairs, names[1])
        if pairs is not None and len(pairs) != len(texts):
            one, each = (name.removesuffix("s") for name in reversed(names))
            raise DataError(
                f"{names[0]} has {len(texts)} entries and {names[1]} has {len(pairs)}; expected one {one} for each "
                f"{each}"
            )
        return texts, pairs
    if _may_hold_rows(x):
        x = list(x) if isinstance(x, Iterator) else x
        if any(_holds_several(entry) for entry in itertools.islice(x, 1)):
            return _split_rows(list(x), names)
    return text_list(x, names[0]), None


def _split_rows(rows: list, names: tuple[str, str]) -> tuple[list[str], list[str]]:
    for number, row in enumerate(rows):
        if not _holds_several(row) or len(row) != 2:
            held = f"{len(row)} entries" if _holds_several(row) else f"{str(row)[:40]!r}"
            raise DataError(
                f"row {number} holds {held}; expected texts, or rows [text, pair] of two texts each "
                "(two sequences are the tuple (texts, pairs), token ids a dict of token_ids and padding_mask)"
            )
    if len(rows) == 2 and all(isinstance(row, list) for row in rows):
        raise DataError(
            "a list of two lists of two may be two rows [text, pair], or texts and pairs; pass rows as tuples, "
            "[(text, pair), (text, pair)], or the tuple (texts, pairs)"
        )
    texts, pairs = zip(*rows, strict=True)
    return text_list(texts, names[0]), text_list(pairs, names[1])


def _may_hold_rows(x) -> bool:
    if isinstance(x, (bytes, type, Mapping, Set)) or column_names(x) is not None:
        return False
    shape = getattr(x, "shape", None)
    return hasattr(x, "__iter__") and (shape is None or (len(shape) == 2 and shape[1] != 1))


def _holds_several(row) -> bool:
    """Whether an entry of a sequence is a row rather than a text: a list, tuple or array, not of one entry."""
    size = row.size if isinstance(row, np.ndarray) else None
    return (len(row) if isinstance(row, (list, tuple)) else size) not in (None, 1)


def is_string_tensor(x) -> bool:
    """Whether `x` is a TensorFlow tensor of strings, eager or in a graph, or a tuple or list of such."""
    leaves = x if isinstance(x, (tuple, list)) else (x,)
    return bool(leaves) and all(map(_is_string_tensor, leaves))


def _is_string_tensor(x) -> bool:
    # Known by its name: this room does not import TensorFlow, and pandas has a dtype of this name too.
    is_tensor = type(x).__name__ in ("EagerTensor", "SymbolicTensor", "Tensor")
    return is_tensor and getattr(x.dtype, "name", None) == "string"


def from_string_tensors(x, name: str = "texts"):
    """Returns the texts of eager string tensors, in arrays; scalars are the texts of one list.

    Raises:
        DataError: when bytes are not UTF-8.
    """
    if _is_string_tensor(x):
        return decoded_texts(x.numpy(), name)
    parts = [decoded_texts(tensor.numpy(), name) for tensor in x]
    if all(part.ndim == 0 for part in parts):
        return [part.item() for part in parts]
    return tuple(parts)


def decoded_texts(values, name: str = "texts") -> np.ndarray:
    """Returns the texts of an array of bytes, as TensorFlow's strings are.

    Raises:
        DataError: when bytes are not UTF-8.
    """
    values = np.asarray(values, dtype=object)
    texts = np.empty(values.shape, dtype=object)
    for place, value in np.ndenumerate(values):
        try:
            texts[place] = value.decode("utf-8")
        except UnicodeDecodeError:
            at = "".join(f"[{index}]" for index in place)
            raise DataError(
                f"{name}{at} is {value[:40]!r}, which is not UTF-8; decode it"
            ) from None
    return texts
