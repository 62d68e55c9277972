"""What the tokenizers in the graph share: ranks of tensors, tables of code points, the small sigma."""

import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.tokenizer.code_points import (
    CASED,
    IGNORABLE,
    PAGE_BITS,
    PAGE_SIZE,
    PagedTable,
    SubstitutionTable,
    build_case_table,
)
from albert_tf.tokenizer.normalization import CAPITAL_SIGMA

SMALL_SIGMA, FINAL_SIGMA = "σ", "ς"


class GraphTokenizer(tf.Module):
    """A callable from a string tensor to ragged token ids; made by `AlbertTokenizer.in_graph`.

    A `tf.Module` that calls it in a `tf.function` and keeps it as an attribute can be written with
    `tf.saved_model.save`: vocabulary and tables go with it.

    Bytes that are not UTF-8 read as U+FFFD.
    """

    def __init__(self):
        super().__init__(name="albert_tokenizer")

    def __call__(self, texts) -> tf.RaggedTensor:
        """Token ids of every text, without special tokens.

        Args:
            texts: string tensor or ragged tensor of rank r, known statically.

        Returns:
            An int32 `tf.RaggedTensor` of rank r + 1; for a scalar, a tensor `(tokens,)`.

        Raises:
            DataError: not strings, or a tensor of unknown rank.
        """
        if isinstance(texts, tf.RaggedTensor):
            return texts.with_flat_values(self(texts.flat_values))
        texts = tf.convert_to_tensor(texts)
        if texts.dtype != tf.string or texts.shape.rank is None:
            raise DataError(
                f"cannot tokenize a tensor of {texts.dtype.name} with shape {texts.shape}; "
                "expected strings, of a rank that is known (tf.ensure_shape states it)"
            )
        if texts.shape.rank == 0:
            return self(texts[tf.newaxis]).values
        if texts.shape.rank > 1:
            return self(tf.RaggedTensor.from_tensor(texts, ragged_rank=texts.shape.rank - 1))
        return self._tokenize(texts)

    def _tokenize(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Ids of strings `(texts,)`."""
        raise NotImplementedError


def look_up(table: PagedTable, code_points: tf.Tensor) -> tf.Tensor:
    """The entries of code points."""
    page = tf.gather(table.page_of, tf.bitwise.right_shift(code_points, PAGE_BITS))
    within = tf.bitwise.bitwise_and(code_points, PAGE_SIZE - 1)
    return tf.gather(table.entries.reshape(-1), page * PAGE_SIZE + within)


def expand(counts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """For items repeated `counts` times: the item of each copy, and its number among the copies."""
    origin = tf.repeat(tf.range(tf.size(counts)), counts)
    first = tf.cumsum(counts, exclusive=True)
    return origin, tf.range(tf.size(origin)) - tf.gather(first, origin)


def expanded_splits(splits: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    """Where each row begins when its items are repeated `counts` times."""
    ends = tf.concat([[0], tf.cumsum(tf.cast(counts, splits.dtype))], axis=0)
    return tf.gather(ends, splits)


def decode(texts: tf.Tensor) -> tf.RaggedTensor:
    """The code points of strings; bytes that are not UTF-8 read as U+FFFD."""
    return tf.strings.unicode_decode(texts, "UTF-8", errors="replace")


def substitute(
    table: SubstitutionTable, values: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """What code points `(characters,)` become.

    Returns:
        The new code points, how many each of the old ones becomes, and which of them each new one comes from.
    """
    entries = look_up(table.table, values)
    is_many = entries >= SubstitutionTable.MANY
    row = tf.where(is_many, entries - SubstitutionTable.MANY, 0)
    counts = tf.where(is_many, tf.gather(table.row_lengths, row), 1)
    origin, within = expand(counts)
    row = tf.gather(row, origin)
    several = tf.gather(table.flat, tf.gather(table.row_starts, row) + within)
    single = tf.gather(values + entries, origin)
    return tf.where(tf.gather(is_many, origin), several, single), counts, origin


def lower_sigmas(values: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
    """Code points with every capital sigma lower-cased as `str.lower` does within each row.

    It is final when the nearest character before it that is not case-ignorable is cased, and the
    nearest after it is not.

    Args:
        values: code points, `(characters,)`.
        row: the number of the row of each, ascending.
    """
    classes = look_up(build_case_table(), values)
    solid = classes != IGNORABLE
    # The solid characters alone, with a sentinel at each end that belongs to no row.
    edge = tf.constant([-1], row.dtype)
    solid_row = tf.concat([edge, tf.boolean_mask(row, solid), edge], axis=0)
    solid_cased = tf.concat([[False], tf.boolean_mask(classes, solid) == CASED, [False]], axis=0)
    before = tf.cumsum(tf.cast(solid, tf.int32), exclusive=True)  # index of the solid one before
    after = before + tf.cast(solid, tf.int32) + 1

    def is_cased(index):
        return tf.gather(solid_cased, index) & (tf.gather(solid_row, index) == row)

    final = is_cased(before) & ~is_cased(after)
    sigma = tf.where(final, ord(FINAL_SIGMA), ord(SMALL_SIGMA))
    return tf.where(values == ord(CAPITAL_SIGMA), sigma, values)
