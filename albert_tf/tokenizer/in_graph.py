"""The tokenizer as TensorFlow ops, for `tf.data`, `tf.function` and SavedModels.

The ops' own ideas of Unicode (RE2, ICU) are of other versions than Python's, so only two things are
left to them: the white space, spelled out character by character, and decoding and encoding UTF-8.
Everything else is a table with an entry for each code point (`code_points.py`).
"""

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
    build_substitution_table,
)
from albert_tf.tokenizer.digit_comma import DigitCommaTable
from albert_tf.tokenizer.graph_engine import graph_engine
from albert_tf.tokenizer.model_file import BYTE, ModelFile
from albert_tf.tokenizer.normalization import CAPITAL_SIGMA, WHITE_SPACE, Normalizer
from albert_tf.tokenizer.unknown_runs import UnknownRuns

SMALL_SIGMA, FINAL_SIGMA = "σ", "ς"


class InGraphTokenizer(tf.Module):
    """A callable from a string tensor to ragged token ids; made by `AlbertTokenizer.in_graph`.

    A `tf.Module` that calls it in a `tf.function` and keeps it as an attribute can be written with
    `tf.saved_model.save`: model and tables go with it.

    Bytes that are not UTF-8 read as U+FFFD.
    """

    def __init__(self, model: ModelFile, normalizer: Normalizer, digit_comma: DigitCommaTable):
        super().__init__(name="albert_tokenizer")
        self._unknown = UnknownRuns(model)
        self._engine = graph_engine(self._unknown.content)
        self._lowercase = normalizer.lowercase
        # A vocabulary that spells neither small sigma reads both as unknown.
        self._final_sigma = normalizer.lowercase and any(
            kind == BYTE or SMALL_SIGMA in piece or FINAL_SIGMA in piece
            for piece, kind in zip(model.pieces, model.types, strict=True)
        )
        self._substitutions = build_substitution_table(
            normalizer.lowercase, normalizer.strip_accents, keep_capital_sigma=self._final_sigma
        )
        self._digit_comma = digit_comma
        self._white_space = _white_space_pattern()

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
        ids = self._engine.tokenize(self.normalize(texts))
        return self._split_digit_comma(self._join_unknown(ids))

    def normalize(self, texts: tf.Tensor) -> tf.Tensor:
        """`Normalizer` in the graph: string `(texts,)` to string `(texts,)`."""
        texts = tf.strings.strip(tf.strings.regex_replace(texts, self._white_space, " "))
        is_ascii = tf.strings.regex_full_match(texts, r"[\x00-\x7F]*")
        others = tf.where(~is_ascii)
        substituted = self._substitute(tf.gather_nd(texts, others))
        ascii_form = tf.strings.lower(texts) if self._lowercase else texts
        return tf.tensor_scatter_nd_update(ascii_form, others, substituted)

    def _substitute(self, texts: tf.Tensor) -> tf.Tensor:
        characters = tf.strings.unicode_decode(texts, "UTF-8", errors="replace")
        values, table = characters.values, self._substitutions
        entries = _look_up(table.table, values)
        is_many = entries >= SubstitutionTable.MANY
        row = tf.where(is_many, entries - SubstitutionTable.MANY, 0)
        counts = tf.where(is_many, tf.gather(table.row_lengths, row), 1)
        origin, within = _expand(counts)
        row = tf.gather(row, origin)
        several = tf.gather(table.flat, tf.gather(table.row_starts, row) + within)
        single = tf.gather(values + entries, origin)
        result = tf.where(tf.gather(is_many, origin), several, single)
        splits = _expanded_splits(characters.row_splits, counts)
        characters = tf.RaggedTensor.from_row_splits(result, splits, validate=False)
        if self._final_sigma:
            characters = characters.with_values(_lower_sigmas(characters))
        return tf.strings.unicode_encode(characters, "UTF-8")

    def _join_unknown(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        """Makes each run of byte ids within a row one unknown id; see `UnknownRuns`."""
        is_byte = ids.values >= self._unknown.first_byte
        row = ids.value_rowids()
        goes_on = is_byte[1:] & is_byte[:-1] & (row[1:] == row[:-1])
        begins = tf.concat([tf.ones_like(is_byte[:1]), ~goes_on], axis=0)
        values = tf.boolean_mask(tf.where(is_byte, self._unknown.unk_id, ids.values), begins)
        splits = _expanded_splits(ids.row_splits, tf.cast(begins, tf.int32))
        return tf.RaggedTensor.from_row_splits(values, splits, validate=False)

    def _split_digit_comma(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        table = self._digit_comma
        counts = tf.gather(table.counts, ids.values)
        origin, within = _expand(counts)
        entries = tf.gather(tf.gather(table.starts, ids.values), origin) + within
        splits = _expanded_splits(ids.row_splits, counts)
        return tf.RaggedTensor.from_row_splits(
            tf.gather(table.flat, entries), splits, validate=False
        )


def _white_space_pattern() -> str:
    """White space that is not one plain space already, for RE2."""
    others = "".join(f"\\x{{{ord(space):X}}}" for space in WHITE_SPACE if space != " ")
    return f"[ {others}]{{2,}}|[{others}]"


def _look_up(table: PagedTable, code_points: tf.Tensor) -> tf.Tensor:
    page = tf.gather(table.page_of, tf.bitwise.right_shift(code_points, PAGE_BITS))
    within = tf.bitwise.bitwise_and(code_points, PAGE_SIZE - 1)
    return tf.gather(table.entries.reshape(-1), page * PAGE_SIZE + within)


def _expand(counts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """For items repeated `counts` times: the item of each copy, and its number among the copies."""
    origin = tf.repeat(tf.range(tf.size(counts)), counts)
    first = tf.cumsum(counts, exclusive=True)
    return origin, tf.range(tf.size(origin)) - tf.gather(first, origin)


def _expanded_splits(splits: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    ends = tf.concat([[0], tf.cumsum(tf.cast(counts, splits.dtype))], axis=0)
    return tf.gather(ends, splits)


def _lower_sigmas(characters: tf.RaggedTensor) -> tf.Tensor:
    """The flat characters with every capital sigma lower-cased as `str.lower` does.

    It is final when the nearest character before it that is not case-ignorable is cased, and the
    nearest after it is not.
    """
    values = characters.values
    classes = _look_up(build_case_table(), values)
    solid = classes != IGNORABLE
    row = characters.value_rowids()
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
