"""ALBERT's digit-comma rule as a table: which pieces are split again, and into what.

The rule (`encode_pieces` in google-research/albert `tokenization.py`): a piece longer than one
character that ends in a digit and a comma is segmented again without the comma, and the comma
follows as a piece of its own, so that `▁1999,` becomes `▁1999` `,`. It looks at nothing but the
piece, so the answer for each piece of the vocabulary is computed once. The bundled English model
has 141 such pieces.

All of those begin a word. A piece inside a word (`9,` in `a9,`), which other vocabularies have, is
segmented like a text, so it gains a word boundary: `▁9` `,`. The original has code to take that
boundary away again, but it compares a character with the bytes of `▁`, which are never equal, so
its models were trained with the boundary, and it stays here too. (transformers takes it away.)

The rule could also meet an unknown span, but only with a vocabulary that lacks the comma itself,
or of whole words; such a span stays one unknown token here.
"""

import dataclasses

import numpy as np

from albert_tf.tokenizer.model_file import WORD_BOUNDARY, ModelFile
from albert_tf.tokenizer.segmentation import SegmentationEngine


def is_digit_comma(piece: str) -> bool:
    """Whether the rule splits this piece."""
    return len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit()


@dataclasses.dataclass(frozen=True, eq=False)
class DigitCommaTable:
    """Every id's replacement, in one flat array.

    Attributes:
        starts: `(V,)` int32, where the replacement of an id begins in `flat`.
        counts: `(V,)` int32, how many ids replace it: 1 (itself) for all but the matching pieces.
        flat: the replacements; the first V entries are the ids themselves.
        widths: for each entry of `flat`, its characters without the word boundary. Offsets need
            them.
    """

    starts: np.ndarray
    counts: np.ndarray
    flat: np.ndarray
    widths: np.ndarray

    @property
    def matching_ids(self) -> np.ndarray:
        """The ids of the pieces that the rule splits, ascending."""
        return np.flatnonzero(self.counts > 1)

    def expand(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Applies the rule to a flat array of ids.

        Args:
            ids: `(tokens,)`.

        Returns:
            The new ids `(new tokens,)` int32, and for each the index of the old token it comes
            from. The second is None when nothing was split.
        """
        counts = self.counts[ids]
        total = int(counts.sum())
        if total == len(ids):
            return ids, None
        origin = np.repeat(np.arange(len(ids)), counts)
        first = np.cumsum(counts) - counts  # where each old token's replacement begins
        entries = self.starts[ids][origin] + np.arange(total) - first[origin]
        return self.flat[entries], origin


def build_digit_comma_table(model: ModelFile, engine: SegmentationEngine) -> DigitCommaTable:
    """Computes the table of a vocabulary."""
    matching = [index for index, piece in enumerate(model.pieces) if is_digit_comma(piece)]
    remainders = [model.pieces[index][:-1].replace(WORD_BOUNDARY, "") for index in matching]
    size = len(model.pieces)
    starts, counts = np.arange(size, dtype=np.int32), np.ones(size, np.int32)
    flat = list(range(size))
    widths = [len(piece.strip(WORD_BOUNDARY)) for piece in model.pieces]
    for index, parts in zip(matching, engine.pieces(remainders), strict=True):
        parts = [*parts, ","]
        starts[index], counts[index] = len(flat), len(parts)
        flat += [model.piece_ids.get(part, model.unk_id) for part in parts]
        widths += [len(part.strip(WORD_BOUNDARY)) for part in parts]
    return DigitCommaTable(starts, counts, np.array(flat, np.int32), np.array(widths, np.int32))
