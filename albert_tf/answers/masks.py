"""Fill-in: from the logits of a masked token to the tokens that read best there."""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np

from albert_tf.answers.probabilities import softmax
from albert_tf.answers.results import FilledMask, Outputs, Token
from albert_tf.errors import ConfigError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.packing import PackedTokens

TOKENS = "tokens"
"""What is kept of the logits: for each row the best tokens of each of its masks."""


@dataclasses.dataclass(frozen=True)
class MaskDecoder:
    """Reads the best tokens from the logits of a masked language model.

    Args:
        vocabulary: the tokenizer whose pieces they are; None for a model that reads no texts.
        top: tokens for each mask, at most.

    Raises:
        ConfigError: when `top` is no number of at least 1.
    """

    vocabulary: AlbertTokenizer | None
    top: int = 5

    def __post_init__(self):
        if isinstance(self.top, bool) or not isinstance(self.top, int) or self.top < 1:
            raise ConfigError(f"top is {self.top!r}; expected a whole number of at least 1")

    def positions(self, packed: PackedTokens, row: int) -> np.ndarray:
        """Returns which tokens of a row are masks, those left out that another window shows with more context."""
        assert self.vocabulary is not None
        assert packed.max_context is not None
        is_mask = packed.token_ids[row] == self.vocabulary.mask_id
        return np.flatnonzero(is_mask & packed.max_context[row])

    def tokens(self, logits: np.ndarray) -> tuple[tuple[Token, ...], ...]:
        """Returns the best tokens of masks, whose logits are `(masks, vocab_size)`."""
        assert self.vocabulary is not None
        return tuple(best_tokens(row, self.vocabulary, self.top) for row in logits)

    def kept(self, outputs: Outputs, rows: Sequence[int], packed: PackedTokens) -> Outputs:
        """Returns what is kept of a batch, whose logits are too large to hold: the best tokens of each mask.

        Args:
            outputs: of the batch, `logits` of `(rows or more, length, vocab_size)`.
            rows: which rows of `packed` they are.
            packed: of a `MaskReader`.
        """
        found = [
            self.tokens(logits[self.positions(packed, row)])
            for row, logits in zip(rows, outputs["logits"], strict=False)
        ]
        return {TOKENS: found}

    def answers(
        self, outputs: Outputs, packed: PackedTokens, columns: tuple
    ) -> list[tuple[FilledMask, ...]]:
        """Returns the masks of each text, in their order.

        Args:
            outputs: what `kept` returned, for all rows.
            packed: of a `MaskReader`.
            columns: the texts.
        """
        assert packed.offsets is not None
        found: list[list[FilledMask]] = [[] for _ in columns[0]]
        for row, text in enumerate(packed.text_index):
            places = packed.offsets[row][self.positions(packed, row)]
            for (start, end), tokens in zip(places, outputs[TOKENS][row], strict=True):
                found[text].append(FilledMask(int(start), int(end), tokens))
        return [tuple(sorted(masks, key=lambda mask: mask.start)) for masks in found]


def best_tokens(
    logits: np.ndarray, tokenizer: AlbertTokenizer, number: int = 5
) -> tuple[Token, ...]:
    """Returns the most probable pieces of a mask, best first; special tokens, and a blank alone, left out.

    Args:
        logits: `(vocab_size,)`.
        tokenizer: whose pieces they are.
        number: of tokens, at most.
    """
    scores = softmax(logits)[: tokenizer.vocab_size]
    left_out = tokenizer.special_ids
    order = (int(i) for i in np.argsort(-scores, kind="stable") if int(i) not in left_out)
    spelled = ((tokenizer.surface(tokenizer.id_to_piece(i)), float(scores[i])) for i in order)
    tokens = (Token(text, score) for text, score in spelled if text)
    return tuple(itertools.islice(tokens, number))
