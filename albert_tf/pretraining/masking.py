"""N-gram whole-word masking (Lan et al. 2020, section 4.1) of one example at a time, in numpy."""

import functools
from dataclasses import dataclass

import numpy as np

from albert_tf.errors import ConfigError
from albert_tf.tokenizer import AlbertTokenizer

NUM_DRAWS = 4
"""Random numbers for each position: order of the words, length of the n-gram, kind of replacement, random piece."""


@dataclass(frozen=True)
class MaskingRecipe:
    """How much is masked, and with what.

    Args:
        masked_share: share of an example's tokens that is masked, `[CLS]` and `[SEP]` counted as tokens.
        max_masked: most tokens masked in an example; the share of a long example is cut to it.
        max_ngram: longest run of words masked together; a run of n has the probability p(n) ∝ 1/n.
        mask_share: share of the masked tokens that becomes `[MASK]`.
        random_share: share of the masked tokens that becomes a random piece. The rest stays as it is.

    Raises:
        ConfigError: when a value is impossible.
    """

    masked_share: float = 0.15
    max_masked: int = 20
    max_ngram: int = 3
    mask_share: float = 0.8
    random_share: float = 0.1

    def __post_init__(self):
        for name in ("max_masked", "max_ngram"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ConfigError(f"{name} is {value!r}; expected a whole number, at least 1")
        if not 0 < self.masked_share < 1:
            raise ConfigError(
                f"masked_share is {self.masked_share!r}; expected a share between 0 and 1"
            )
        for name in ("mask_share", "random_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} is {getattr(self, name)!r}; expected a share, 0 to 1")
        if self.mask_share + self.random_share > 1:
            raise ConfigError(
                f"mask_share {self.mask_share} and random_share {self.random_share} add up to more than 1"
            )

    def budget(self, length: int) -> int:
        """Most tokens that are masked in an example of `length` tokens, special ones included; at least 1."""
        return min(self.max_masked, max(1, round(length * self.masked_share)))

    @functools.cached_property
    def harmonic(self) -> np.ndarray:
        """`harmonic[n]` is 1 + 1/2 + ... + 1/n; float32 `(max_ngram + 1,)`."""
        return np.cumsum([0.0, *(1 / n for n in range(1, self.max_ngram + 1))]).astype("float32")


@dataclass(frozen=True)
class MaskingVocabulary:
    """What masking has to know of a vocabulary.

    Args:
        vocab_size: number of pieces.
        mask_id: id of `[MASK]`.
        pad_id: id that fills up an example.
        fixed_ids: ids that are never masked: `[CLS]`, `[SEP]` and padding.
        special_ids: ids that never stand in for another piece; the above and all others that are reserved.
    """

    vocab_size: int
    mask_id: int
    pad_id: int
    fixed_ids: tuple[int, ...]
    special_ids: tuple[int, ...]

    @classmethod
    def of(cls, tokenizer: AlbertTokenizer) -> "MaskingVocabulary":
        """That of an `AlbertTokenizer`; ConfigError when it has no `[MASK]`."""
        return cls(
            tokenizer.vocab_size,
            tokenizer.mask_id,
            tokenizer.pad_id,
            (tokenizer.cls_id, tokenizer.sep_id, tokenizer.pad_id),
            tuple(sorted(tokenizer.special_ids)),
        )

    @functools.cached_property
    def is_fixed(self) -> np.ndarray:
        """Whether each id is never masked; bool `(vocab_size,)`."""
        return np.isin(np.arange(self.vocab_size), self.fixed_ids)

    @functools.cached_property
    def ordinary_ids(self) -> np.ndarray:
        """The ids that may stand in for another piece; int32 `(ordinary,)`."""
        return np.setdiff1d(np.arange(self.vocab_size), self.special_ids).astype("int32")


@dataclass(frozen=True)
class MaskedExample:
    """An example with masked tokens.

    Args:
        token_ids: the ids with the replacements; int32 `(tokens,)`.
        positions: of the masked tokens, ascending; int32 `(masked,)`.
        labels: the ids that stood there; int32 `(masked,)`.
    """

    token_ids: np.ndarray
    positions: np.ndarray
    labels: np.ndarray


class NGramMasker:
    """Masks runs of whole words, chosen at random, until the budget of the recipe is spent.

    The words are visited in random order. From each one, a run of n words is drawn with p(n) ∝ 1/n; a run that would
    overspend the budget is shortened, and one that touches masked tokens is passed over. Runs stay within their
    segment. An example in which no word fits the budget keeps all its tokens.

    The algorithm is that of google-research/albert `create_pretraining_data.py` without two faults: it drew n from
    numpy's unseeded global generator, and a run could reach over `[SEP]` into the other segment. `InGraphMasker`
    does the same in a TensorFlow graph.

    Args:
        recipe: a `MaskingRecipe`.
        vocabulary: a `MaskingVocabulary`.

    Call arguments:
        token_ids: unpadded or padded; int `(tokens,)`.
        word_starts: whether each token begins a word, as `word_start_table(tokenizer)[token_ids]`; `(tokens,)`.
            The first token of a segment begins a word in any case.
        draws: uniform random numbers in [0, 1), `(NUM_DRAWS, tokens)`; the result depends on nothing else.

    Returns:
        A `MaskedExample`.

    Example:

    ```python
    import numpy as np
    from albert_tf import AlbertTokenizer
    from albert_tf.pretraining import MaskingRecipe, MaskingVocabulary, NGramMasker, word_start_table

    tokenizer = AlbertTokenizer()
    masker = NGramMasker(MaskingRecipe(), MaskingVocabulary.of(tokenizer))
    token_ids = tokenizer.pack(["The yapok is a marsupial of South America."]).token_ids[0]
    word_starts = word_start_table(tokenizer)[token_ids]
    masked = masker(token_ids, word_starts, np.random.default_rng(0).random((4, len(token_ids))))
    print(masked.positions, masked.labels)
    ```
    """

    def __init__(self, recipe: MaskingRecipe, vocabulary: MaskingVocabulary):
        self.recipe = recipe
        self.vocabulary = vocabulary

    def __call__(
        self, token_ids: np.ndarray, word_starts: np.ndarray, draws: np.ndarray
    ) -> MaskedExample:
        """See the class."""
        token_ids = np.array(token_ids, "int32")
        draws = np.asarray(draws, "float32")
        positions = self._choose(token_ids, np.asarray(word_starts, bool), draws)
        labels = token_ids[positions]
        token_ids[positions] = self._replace(labels, draws[2, positions], draws[3, positions])
        return MaskedExample(token_ids, positions, labels)

    def _choose(self, token_ids, word_starts, draws):
        """Positions of the tokens to mask, ascending."""
        fixed = self.vocabulary.is_fixed[token_ids]
        breaks = word_starts | fixed
        breaks[1:] |= fixed[:-1]
        breaks[:1] = True
        bounds = np.append(np.flatnonzero(breaks), len(token_ids))
        is_word = ~fixed[bounds[:-1]]
        lengths = self._run_lengths(is_word, draws[1, bounds[:-1]])
        order = np.argsort(draws[0, bounds[:-1]], kind="stable")
        left = self.recipe.budget(np.count_nonzero(token_ids != self.vocabulary.pad_id))
        # Plain lists and bytes from here: the loop is short, and array look-ups would dominate it.
        bounds, lengths, covered = bounds.tolist(), lengths.tolist(), bytearray(len(token_ids))
        for word in order[is_word[order]].tolist():
            if left == 0:
                break
            start, n = bounds[word], lengths[word]
            while n and bounds[word + n] - start > left:
                n -= 1
            end = bounds[word + n]
            if n and covered.find(1, start, end) < 0:
                covered[start:end] = b"\1" * (end - start)
                left -= end - start
        return np.flatnonzero(np.frombuffer(covered, "uint8")).astype("int32")

    def _run_lengths(self, is_word, draws):
        """Number of words of the run that begins at each word: p(n) ∝ 1/n over those left in the segment."""
        harmonic, longest = self.recipe.harmonic, self.recipe.max_ngram
        index = np.arange(len(is_word))
        ends = np.append(np.flatnonzero(~is_word), len(is_word))
        available = np.minimum(ends[np.searchsorted(ends, index)] - index, longest)
        drawn = draws * harmonic[available]
        lengths = np.ones(len(is_word), "int32")
        for n in range(1, longest):
            lengths += (n < available) & (drawn >= harmonic[n])
        return lengths

    def _replace(self, labels, kind, piece):
        recipe, ordinary = self.recipe, self.vocabulary.ordinary_ids
        index = np.minimum((piece * len(ordinary)).astype("int32"), len(ordinary) - 1)
        is_random = kind < np.float32(recipe.mask_share + recipe.random_share)
        replaced = np.where(is_random, ordinary[index], labels)
        return np.where(kind < np.float32(recipe.mask_share), self.vocabulary.mask_id, replaced)
