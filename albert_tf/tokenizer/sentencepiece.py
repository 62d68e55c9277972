"""`SentencePieceEngine`: texts to ids and spans by a SentencePiece model, as google-research/albert does it."""

import functools

import numpy as np

from albert_tf.tokenizer.digit_comma import DigitCommaTable, build_digit_comma_table
from albert_tf.tokenizer.model_file import ModelFile
from albert_tf.tokenizer.normalization import Normalizer
from albert_tf.tokenizer.offsets import SpanEncoder
from albert_tf.tokenizer.packing import Encoded
from albert_tf.tokenizer.segmentation import SegmentationEngine


class SentencePieceEngine:
    """Normalizes texts, segments them, and splits pieces by the digit-comma rule.

    Args:
        vocabulary: the parsed model file.
        lowercase: lower-case the text (google's `do_lower_case`).
        strip_accents: NFKD, and drop combining marks; None does, as the reference always does.
    """

    kind = "sentencepiece"

    def __init__(self, vocabulary: ModelFile, lowercase: bool, strip_accents: bool | None):
        self.vocabulary = vocabulary
        self.lowercase = lowercase
        self.strip_accents = strip_accents is not False
        self._normalize = Normalizer(lowercase=lowercase, strip_accents=self.strip_accents)

    @functools.cached_property
    def _segmentation(self) -> SegmentationEngine:
        return SegmentationEngine(self.vocabulary)

    @functools.cached_property
    def _digit_comma(self) -> DigitCommaTable:
        return build_digit_comma_table(self.vocabulary, self._segmentation)

    @functools.cached_property
    def _encode_spans(self) -> SpanEncoder:
        return SpanEncoder(self.vocabulary, self._segmentation, self._normalize, self._digit_comma)

    def encode(self, texts: list[str], offsets: bool) -> Encoded:
        """Ids, row splits, and spans where they are asked for."""
        if offsets:
            return self._encode_spans(texts)
        ids, splits = self._segmentation.tokenize([self._normalize(text) for text in texts])
        ids, origin = self._digit_comma.expand(ids)
        if origin is not None:
            splits = np.searchsorted(origin, splits)
        return Encoded(ids, splits)

    def decode(self, batch: list[np.ndarray]) -> list[str]:
        """The texts of a batch of id arrays."""
        return self._segmentation.detokenize(batch)

    def in_graph(self):
        """This engine as a `tf.Module` from strings to ragged ids."""
        from albert_tf.tokenizer.in_graph import InGraphTokenizer

        return InGraphTokenizer(self.vocabulary, self._normalize, self._digit_comma)
