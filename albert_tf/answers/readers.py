"""What a head reads: raw texts as lists, and those lists as rows of tokens. NumPy only, for models and files alike.

Each head has a reader of its own: `TextReader` here, the others beside their answers. All have two methods: `columns`
takes what a person passes and gives one list for each role a text can have, such as questions and contexts; `pack`
gives the rows of those lists. A reader is made of a tokenizer and of the settings of a preprocessor.
"""

import dataclasses
from typing import Any, TypeAlias

from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.tokenizer.text_inputs import texts_and_pairs

Columns: TypeAlias = tuple[Any, ...]
"""One list for each role, all of one length; None for a role that is left out."""


@dataclasses.dataclass(frozen=True)
class TextReader:
    """Reads texts, or pairs of texts: `[CLS] text [SEP]` or `[CLS] text [SEP] pair [SEP]`, a row for each.

    Args:
        tokenizer: an `AlbertTokenizer`.
        sequence_length: longest row, in tokens, special tokens included; longer texts are truncated.
        truncate: which text of a pair loses tokens: `"longest_first"`, `"only_first"` or `"only_second"`.
    """

    tokenizer: AlbertTokenizer
    sequence_length: int
    truncate: str = "longest_first"

    def columns(self, x: Any) -> Columns:
        """Returns texts, and their pairs or None, as lists.

        Args:
            x: as for `texts_and_pairs`.

        Raises:
            DataError: when `x` is something else, or may be read in two ways.
        """
        return texts_and_pairs(x)

    def pack(self, columns: Columns) -> PackedTokens:
        """Returns the rows of what `columns` returned."""
        texts, pairs = columns
        return self.tokenizer.pack(
            texts,
            pairs,
            max_length=self.sequence_length,
            truncate="longest_first" if pairs is None else self.truncate,
        )
