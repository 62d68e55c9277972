"""Texts with `[MASK]` in them as rows of tokens, in which each mask is the one token that was masked in pretraining."""

import dataclasses
import itertools
import re
import unicodedata
from typing import Any

import numpy as np

from albert_tf.answers.readers import Columns
from albert_tf.errors import DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import Encoded, PackedTokens, pack
from albert_tf.tokenizer.text_inputs import texts_and_pairs

MASK = "[MASK]"
STAND_IN = "\ue000"
"""Stands before what follows a mask: a character that no vocabulary has, so it is a token of its own and leaves what is
behind it as it is within a text; a text of its own would begin with a word boundary."""


@dataclasses.dataclass(frozen=True)
class MaskReader:
    """Reads texts in which `[MASK]` hides tokens: `[CLS] text [SEP]`, as several windows where that is too long.

    `[MASK]` is the id of the mask whatever the tokenizer does to letters, also in the tokenizer's own spelling, such as
    `<mask>`. A blank before it is part of it, since a token of SentencePiece holds the blank before its word (as
    `lstrip=True` in transformers), and what follows without a blank, such as a full stop, has none.

    Windows overlap by half, and a mask is answered in the window that gives it the most context.

    Args:
        tokenizer: an `AlbertTokenizer` whose vocabulary has a mask.
        sequence_length: longest row, in tokens, special tokens included.
    """

    tokenizer: AlbertTokenizer
    sequence_length: int

    def columns(self, x: Any) -> Columns:
        """Returns the texts as the only list.

        Args:
            x: a flat sequence of `str`.

        Raises:
            DataError: when `x` is something else.
        """
        texts, pairs = texts_and_pairs(x)
        if pairs is not None:
            raise DataError("got pairs of texts; expected texts with [MASK] in them, each alone")
        return (texts,)

    def pack(self, columns: Columns) -> PackedTokens:
        """Returns the rows of what `columns` returned, with offsets."""
        (texts,) = columns
        return pack(
            self._encoded(texts),
            None,
            cls_id=self.tokenizer.cls_id,
            sep_id=self.tokenizer.sep_id,
            max_length=self.sequence_length,
            truncate="only_first",
            stride=max(1, (self.sequence_length - 2) // 2),
        )

    def _encoded(self, texts: list[str]) -> Encoded:
        """The tokens of texts and where they stand, masks among them."""
        spellings = dict.fromkeys((MASK, self.tokenizer.mask_token))
        pattern = re.compile("|".join(map(re.escape, spellings)))
        masks = [[match.span() for match in pattern.finditer(text)] for text in texts]
        # The words of WordPieces begin anew behind a mask, so nothing is to stand in for it.
        stand_in = "" if self.tokenizer.kind == "wordpiece" else STAND_IN
        parts = [
            part
            for text, own in zip(texts, masks, strict=True)
            for part in _parts(text, own, stand_in)
        ]
        read = zip(*self.tokenizer.encode_batch(parts, offsets=True), strict=True)
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        splits = [0]
        for text, own in zip(texts, masks, strict=True):
            _add(*next(read), text, 0, "", ids, spans)
            for start, end in own:
                ids.append(self.tokenizer.mask_id)
                spans.append((start, end))
                _add(*next(read), text, end, stand_in, ids, spans)
            splits.append(len(ids))
        return Encoded(
            np.array(ids, "int32"), np.array(splits), np.array(spans, "int32").reshape(-1, 2)
        )


def _parts(text, masks, stand_in) -> list[str]:
    """What stands before the first mask, and what follows each."""
    starts, ends = [start for start, _ in masks], [end for _, end in masks]
    following = itertools.zip_longest(ends, starts[1:])
    first = text[: starts[0]] if masks else text
    return [first, *(stand_in + text[end:start] for end, start in following if masks)]


def _add(tokens, places, text, begin, stand_in, ids, spans):
    """Adds the tokens of a part of a text that begins there; behind a mask without those of the stand-in."""
    skipped = len(stand_in)
    for token, (start, end) in zip(tokens, places, strict=True):
        # Unknown characters that follow the stand-in are one token with it.
        rest = text[begin : begin + end - skipped] if start < skipped < end else ""
        is_kept = not skipped or start >= skipped or any(map(_is_seen, rest))
        if is_kept:
            ids.append(token)
            spans.append((begin + max(start - skipped, 0), begin + end - skipped))


def _is_seen(character) -> bool:
    return not unicodedata.combining(character)
