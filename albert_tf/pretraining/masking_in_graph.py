"""N-gram whole-word masking of a batch in the TensorFlow graph, for masks that change from epoch to epoch."""

import numpy as np
import tensorflow as tf

from albert_tf.pretraining.masking import NUM_DRAWS, MaskingRecipe, MaskingVocabulary
from albert_tf.type_names import Tensor


class InGraphMasker:
    """What `NGramMasker` does, for a batch, inside `tf.data.Dataset.map`: equal draws give equal masks.

    Args:
        recipe: a `MaskingRecipe`.
        vocabulary: a `MaskingVocabulary`.
        sequence_length: length of the padded examples.

    Call arguments:
        token_ids: int32 `(batch, sequence_length)`.
        word_starts: whether each token begins a word; `(batch, sequence_length)`, bool or int.
        draws: what `draws(seed)` gives for each example; `(batch, NUM_DRAWS, sequence_length)`.

    Returns:
        A tuple: int32 `token_ids` `(batch, sequence_length)` with the replacements, and
        `masked_positions` (int32), `labels` (int32) and `weights` (float32), each `(batch, max_masked)`: the
        positions ascend, then zeros follow, with weight 0.
    """

    def __init__(self, recipe: MaskingRecipe, vocabulary: MaskingVocabulary, sequence_length: int):
        self.recipe = recipe
        self.vocabulary = vocabulary
        self.sequence_length = sequence_length
        budgets = [recipe.budget(n) for n in range(sequence_length + 1)]
        self._budgets = np.array(budgets, "int32")  # a table, so that both maskers round alike

    def draws(self, seed: Tensor) -> tf.Tensor:
        """Returns the random numbers of one example, float32 `(NUM_DRAWS, sequence_length)`.

        Args:
            seed: int32 or int64 `(2,)`; the same seed gives the same numbers.
        """
        return tf.random.stateless_uniform((NUM_DRAWS, self.sequence_length), seed)

    def __call__(self, token_ids: Tensor, word_starts: Tensor, draws: Tensor) -> tuple:
        """See the class."""
        covered = self._choose(token_ids, tf.cast(word_starts, tf.bool), draws)
        every = tf.where(covered, self._index, self.sequence_length)
        positions = tf.sort(every, axis=1)[:, : self.recipe.max_masked]
        missing = max(0, self.recipe.max_masked - self.sequence_length)
        positions = tf.pad(positions, [[0, 0], [0, missing]], constant_values=self.sequence_length)
        is_masked = positions < self.sequence_length
        positions = tf.where(is_masked, positions, 0)
        labels = tf.where(is_masked, tf.gather(token_ids, positions, batch_dims=1), 0)
        replaced = tf.where(covered, self._replace(token_ids, draws[:, 2], draws[:, 3]), token_ids)
        return replaced, positions, labels, tf.cast(is_masked, tf.float32)

    @property
    def _index(self):
        return tf.range(self.sequence_length)[tf.newaxis]

    def _choose(self, token_ids, word_starts, draws):
        """Whether each token is masked, `(batch, length)`."""
        fixed = tf.gather(self.vocabulary.is_fixed, token_ids)
        after_fixed = tf.concat([tf.ones_like(fixed[:, :1]), fixed[:, :-1]], axis=1)
        breaks = word_starts | fixed | after_fixed
        is_word = breaks & ~fixed
        run_ends, available = self._runs(breaks, is_word)
        lengths = self._run_lengths(available, draws[:, 1])
        # Words come first, in their random order; the rest has a key that no draw reaches.
        order = tf.argsort(tf.where(is_word, draws[:, 0], 2.0), axis=1, stable=True)
        words = tf.reduce_sum(tf.cast(is_word, tf.int32), axis=1)
        used = tf.reduce_sum(tf.cast(token_ids != self.vocabulary.pad_id, tf.int32), axis=1)
        budget = tf.gather(self._budgets, used)

        def is_open(step, covered, left):
            return tf.reduce_any((step < words) & (left > 0))

        def visit(step, covered, left):
            start = order[:, step]
            n = tf.gather(lengths, start, batch_dims=1)
            ends = tf.gather(run_ends, start, batch_dims=1)  # (batch, max_ngram)
            size = ends - start[:, tf.newaxis]
            # Sizes grow with n, so those that fit come first.
            fitting = tf.reduce_sum(tf.cast(size <= left[:, tf.newaxis], tf.int32), axis=1)
            n = tf.minimum(n, fitting)
            end = tf.gather(ends, tf.maximum(n - 1, 0), batch_dims=1)
            run = (self._index >= start[:, tf.newaxis]) & (self._index < end[:, tf.newaxis])
            takes = (n > 0) & (step < words) & ~tf.reduce_any(run & covered, axis=1)
            covered |= run & takes[:, tf.newaxis]
            return step + 1, covered, left - tf.where(takes, end - start, 0)

        return tf.while_loop(is_open, visit, (0, tf.zeros_like(fixed), budget))[1]

    def _runs(self, breaks, is_word):
        """For each position, the ends of the runs of 1 to `max_ngram` words from there, and how many there are."""
        length = self.sequence_length
        ordered = tf.sort(tf.where(breaks, self._index, length), axis=1)
        ordered = tf.pad(ordered, [[0, 0], [0, 1]], constant_values=length)
        next_break = tf.gather(ordered, tf.cumsum(tf.cast(breaks, tf.int32), axis=1), batch_dims=1)
        beyond = tf.pad(is_word, [[0, 0], [0, 1]])
        end, ends, available = next_break, [next_break], tf.cast(is_word, tf.int32)
        goes_on = is_word
        for _ in range(1, self.recipe.max_ngram):
            goes_on &= tf.gather(beyond, end, batch_dims=1)
            available += tf.cast(goes_on, tf.int32)
            further = tf.gather(next_break, tf.minimum(end, length - 1), batch_dims=1)
            end = tf.where(goes_on, further, end)
            ends.append(end)
        return tf.stack(ends, axis=-1), available

    def _run_lengths(self, available, draws):
        harmonic = tf.constant(self.recipe.harmonic)
        drawn = draws * tf.gather(harmonic, available)
        longer = [
            tf.cast((n < available) & (drawn >= harmonic[n]), tf.int32)
            for n in range(1, self.recipe.max_ngram)
        ]
        return tf.add_n([tf.ones_like(available), *longer])

    def _replace(self, token_ids, kind, piece):
        recipe, ordinary = self.recipe, self.vocabulary.ordinary_ids
        index = tf.minimum(tf.cast(piece * len(ordinary), tf.int32), len(ordinary) - 1)
        is_random = kind < np.float32(recipe.mask_share + recipe.random_share)
        replaced = tf.where(is_random, tf.gather(ordinary, index), token_ids)
        return tf.where(kind < np.float32(recipe.mask_share), self.vocabulary.mask_id, replaced)
