"""From a document to its pretraining examples: sentence-order pairs with masked runs of words."""

import collections
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from albert_tf.errors import ConfigError
from albert_tf.pretraining.documents import Document, document_sentences
from albert_tf.pretraining.exclusion import ExcludedTexts
from albert_tf.pretraining.manifest import MASKINGS
from albert_tf.pretraining.masking import NUM_DRAWS, MaskingRecipe, MaskingVocabulary, NGramMasker
from albert_tf.pretraining.records import serialize_example
from albert_tf.pretraining.word_starts import parting_table
from albert_tf.pretraining.words import WORDS, words_of
from albert_tf.tokenizer import AlbertTokenizer

NUM_SPECIAL = 3  # [CLS] a [SEP] b [SEP]


@dataclass(frozen=True)
class ExampleRecipe:
    """What decides the examples of a document; the defaults are those of ALBERT but for its length of 512.

    Args:
        sequence_length: most tokens of an example, special ones included.
        short_share: share of the examples that aim at a random shorter length.
        duplicates: times that a document is made into examples, each time with other cuts and masks.
        seed: of everything that is random; a whole number from 0.
        masking: `"static"`: mask now; `"dynamic"`: leave it to the reading of the records.
        mask: how to mask, and with dynamic masking the default when the records are read.
        words: what is masked as one word, and not cut: `"marked"`, what blanks and the pieces' marks part; or
            `"jieba"`, Chinese words as this segmenter finds them (extra `zh`).

    Raises:
        ConfigError: when a value is impossible.
    """

    sequence_length: int = 128
    short_share: float = 0.1
    duplicates: int = 1
    seed: int = 0
    masking: str = "static"
    mask: MaskingRecipe = field(default_factory=MaskingRecipe)
    words: str = "marked"

    def __post_init__(self):
        for name, least in (("sequence_length", 8), ("duplicates", 1), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ConfigError(f"{name} is {value!r}; expected a whole number, at least {least}")
        if not 0 <= self.short_share <= 1:
            raise ConfigError(f"short_share is {self.short_share!r}; expected a share, 0 to 1")
        if self.masking not in MASKINGS:
            raise ConfigError(f"masking is {self.masking!r}; expected {' or '.join(MASKINGS)}")
        if self.words not in WORDS:
            raise ConfigError(f"words is {self.words!r}; expected {' or '.join(WORDS)}")

    @property
    def capacity(self) -> int:
        """Most tokens of an example without the special ones."""
        return self.sequence_length - NUM_SPECIAL


@dataclass(frozen=True)
class Pair:
    """Two segments that follow each other, as places in the tokens of a document.

    Args:
        first: start and end of the earlier one.
        second: start and end of the later one.
        is_swapped: whether the example shows the later one first.
    """

    first: tuple[int, int]
    second: tuple[int, int]
    is_swapped: bool


def sentence_pairs(
    splits: np.ndarray, partings: np.ndarray, recipe: ExampleRecipe, random: np.random.Generator
) -> Iterator[Pair | None]:
    """Yields the sentence-order pairs of a document (Lan et al. 2020, section 3.1).

    Sentences are gathered until they reach a target: the full length, or, for `short_share` of the examples, a random
    length from 2. They are parted at a random boundary between two sentences; in half of the examples the parts are
    swapped. What is too long loses tokens at random ends of the longer part.

    So does google-research/albert's `create_instances_from_document`, but for these: the target is drawn for each
    example, not for each document, so that one in ten *examples* is short; a single sentence is parted between two of
    its words, where the original silently pairs it with a random document; and a sentence longer than an example is
    cut between words beforehand, where the original loses all but one example of it.

    Args:
        splits: where each sentence begins in the document's tokens, and its end; ascending, `(sentences + 1,)`.
        partings: whether the text may be parted before each token, within a sentence, `(tokens,)`.
        recipe: an `ExampleRecipe`.
        random: draws the targets, boundaries, swaps and ends.

    Yields:
        A `Pair`, or None where a last single word had to be dropped.
    """
    splits = _cut_long_sentences(splits, partings, recipe.capacity)
    ends = splits.tolist()
    last = len(ends) - 1
    start = 0
    while start < last:
        target = recipe.capacity
        if random.random() < recipe.short_share:
            target = 2 + int(random.random() * (target - 1))
        end = min(int(np.searchsorted(splits, ends[start] + target)), last)
        cut = _cut(ends, partings, start, end, random.random())
        if cut is None and end < last:  # a single word goes with the sentence behind it
            end += 1
            cut = ends[end - 1]
        if cut is None:
            yield None
        else:
            first, second = _shorten(ends[start], cut, ends[end], recipe.capacity, random)
            yield Pair(first, second, random.random() < 0.5)
        start = end


def _cut(ends, partings, start, end, draw):
    """Where the sentences `start` to `end` are parted; None when they are a single word."""
    if end - start > 1:
        return ends[start + 1 + int(draw * (end - start - 1))]
    places = np.flatnonzero(partings[ends[start] + 1 : ends[end]])
    return ends[start] + 1 + int(places[int(draw * len(places))]) if len(places) else None


def _cut_long_sentences(splits, partings, capacity):
    """Adds boundaries between words, so that no sentence has more than `capacity` tokens."""
    splits = np.unique(splits)  # without empty sentences
    added = []
    for sentence in np.flatnonzero(np.diff(splits) > capacity):
        start, end = splits[sentence : sentence + 2].tolist()
        while end - start > capacity:
            places = np.flatnonzero(partings[start + 1 : start + 1 + capacity])
            start += 1 + int(places[-1]) if len(places) else capacity
            added.append(start)
    return np.union1d(splits, added).astype("int64") if added else splits


def _shorten(start, cut, end, capacity, random):
    """The two segments, cut at random ends, the longer one first, until they fit."""
    lengths = [cut - start, end - cut]
    excess = sum(lengths) - capacity
    if excess <= 0:
        return (start, cut), (cut, end)
    longer = 0 if lengths[0] > lengths[1] else 1
    surplus = min(excess, abs(lengths[0] - lengths[1]))
    removed = [(excess - surplus) // 2, (excess - surplus + 1) // 2]
    removed[longer] += surplus
    fronts = [int(np.count_nonzero(random.random(count) < 0.5)) for count in removed]
    return (
        (start + fronts[0], cut - (removed[0] - fronts[0])),
        (cut + fronts[1], end - (removed[1] - fronts[1])),
    )


class ExampleMaker:
    """Makes serialized examples of documents: a pure function of document, seed and recipe.

    Args:
        tokenizer: an `AlbertTokenizer` with a `[MASK]`.
        recipe: an `ExampleRecipe`.
        excluded: texts that must not get into the examples.

    Raises:
        MissingExtraError: the recipe takes words from jieba, which is not installed.

    Call arguments:
        document: a `Document`.

    Returns:
        A tuple: the records, a list of bytes; and a `collections.Counter` of what happened, its names those of the
        manifest's counts.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.pretraining import Document, ExampleMaker, ExampleRecipe

    make = ExampleMaker(AlbertTokenizer(), ExampleRecipe(sequence_length=32, seed=1))
    records, counts = make(Document(0, ("It rains. It has rained all day.", "Still we went out.")))
    ```
    """

    def __init__(
        self,
        tokenizer: AlbertTokenizer,
        recipe: ExampleRecipe,
        excluded: ExcludedTexts | None = None,
    ):
        self.tokenizer = tokenizer
        self.recipe = recipe
        self.excluded = excluded or ExcludedTexts([])
        self._masker = NGramMasker(recipe.mask, MaskingVocabulary.of(tokenizer))
        self._words = words_of(tokenizer, recipe.words)
        self._may_part = parting_table(tokenizer)

    def __call__(self, document: Document) -> tuple[list[bytes], collections.Counter]:
        """See the class."""
        sentences = document_sentences(document, self.excluded)
        token_ids, word_starts, splits = self._words(sentences.texts)
        partings = self._may_part[token_ids] & word_starts
        records = []
        counts = collections.Counter(
            documents=1,
            paragraphs=len(document.paragraphs),
            sentences=len(sentences.texts),
            text_tokens=len(token_ids),
            excluded_paragraphs=sentences.excluded_paragraphs,
            excluded_sentences=sentences.excluded_sentences,
        )
        for duplicate in range(self.recipe.duplicates):
            random = np.random.default_rng([self.recipe.seed, document.index, duplicate])
            for pair in sentence_pairs(splits, partings, self.recipe, random):
                if pair is None:
                    counts["dropped_single_words"] += 1
                else:
                    records.append(self._example(token_ids, word_starts, pair, random, counts))
        counts["documents_without_examples"] = int(not records)
        return records, counts

    def _example(self, token_ids, word_starts, pair, random, counts):
        tokenizer, recipe = self.tokenizer, self.recipe
        first, second = (slice(*place) for place in (pair.first, pair.second))
        if pair.is_swapped:
            first, second = second, first
        cls, sep = [tokenizer.cls_id], [tokenizer.sep_id]
        ids = np.concatenate([cls, token_ids[first], sep, token_ids[second], sep])
        boundary = len(token_ids[first]) + 2
        starts = np.concatenate([[True], word_starts[first], [True], word_starts[second], [True]])
        starts[[1, boundary]] = True
        masked = None
        if recipe.masking == "static":
            draws = random.random((NUM_DRAWS, len(ids)), dtype="float32")
            example = self._masker(ids, starts, draws)
            ids, masked = example.token_ids, (example.positions, example.labels)
            counts["masked_tokens"] += len(example.positions)
        counts["examples"] += 1
        counts["swapped"] += pair.is_swapped
        counts["example_tokens"] += len(ids)
        return serialize_example(
            ids,
            (np.arange(len(ids)) >= boundary).astype("int32"),
            starts,
            pair.is_swapped,
            sequence_length=recipe.sequence_length,
            masked=masked,
            max_masked=recipe.mask.max_masked,
        )
