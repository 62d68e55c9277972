"""The tokenizer as TensorFlow ops, for `tf.data`, `tf.function` and SavedModels.

The ops' own ideas of Unicode (RE2, ICU) are of other versions than Python's, so only two things are
left to them: the white space, spelled out character by character, and decoding and encoding UTF-8.
Everything else is a table with an entry for each code point (`code_points.py`).
"""

import tensorflow as tf

from albert_tf.tokenizer.code_points import build_substitution_table
from albert_tf.tokenizer.digit_comma import DigitCommaTable
from albert_tf.tokenizer.graph_engine import graph_engine
from albert_tf.tokenizer.graph_ops import (
    FINAL_SIGMA,
    SMALL_SIGMA,
    GraphTokenizer,
    decode,
    expand,
    expanded_splits,
    lower_sigmas,
    substitute,
)
from albert_tf.tokenizer.model_file import BYTE, ModelFile
from albert_tf.tokenizer.normalization import WHITE_SPACE, Normalizer
from albert_tf.tokenizer.unknown_runs import UnknownRuns


class InGraphTokenizer(GraphTokenizer):
    """The ids of a SentencePiece model; see `GraphTokenizer`."""

    def __init__(self, model: ModelFile, normalizer: Normalizer, digit_comma: DigitCommaTable):
        super().__init__()
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

    def _tokenize(self, texts: tf.Tensor) -> tf.RaggedTensor:
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
        characters = decode(texts)
        result, counts, _ = substitute(self._substitutions, characters.values)
        splits = expanded_splits(characters.row_splits, counts)
        characters = tf.RaggedTensor.from_row_splits(result, splits, validate=False)
        if self._final_sigma:
            row = characters.value_rowids()
            characters = characters.with_values(lower_sigmas(result, row))
        return tf.strings.unicode_encode(characters, "UTF-8")

    def _join_unknown(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        """Makes each run of byte ids within a row one unknown id; see `UnknownRuns`."""
        is_byte = ids.values >= self._unknown.first_byte
        row = ids.value_rowids()
        goes_on = is_byte[1:] & is_byte[:-1] & (row[1:] == row[:-1])
        begins = tf.concat([tf.ones_like(is_byte[:1]), ~goes_on], axis=0)
        values = tf.boolean_mask(tf.where(is_byte, self._unknown.unk_id, ids.values), begins)
        splits = expanded_splits(ids.row_splits, tf.cast(begins, tf.int32))
        return tf.RaggedTensor.from_row_splits(values, splits, validate=False)

    def _split_digit_comma(self, ids: tf.RaggedTensor) -> tf.RaggedTensor:
        table = self._digit_comma
        counts = tf.gather(table.counts, ids.values)
        origin, within = expand(counts)
        entries = tf.gather(tf.gather(table.starts, ids.values), origin) + within
        splits = expanded_splits(ids.row_splits, counts)
        return tf.RaggedTensor.from_row_splits(
            tf.gather(table.flat, entries), splits, validate=False
        )


def _white_space_pattern() -> str:
    """White space that is not one plain space already, for RE2."""
    others = "".join(f"\\x{{{ord(space):X}}}" for space in WHITE_SPACE if space != " ")
    return f"[ {others}]{{2,}}|[{others}]"
