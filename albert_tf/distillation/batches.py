"""Batches of texts with what the teacher says of them."""

import numpy as np
import tensorflow as tf

from albert_tf.distillation.cache import TeacherCache
from albert_tf.preprocessing.batches import LengthBucketedBatches
from albert_tf.pretraining.masking import (
    NUM_DRAWS,
    MaskingRecipe,
    MaskingVocabulary,
    NGramMasker,
)
from albert_tf.pretraining.word_starts import word_start_table
from albert_tf.tokenizer import AlbertTokenizer


class DistillationBatches(LengthBucketedBatches):
    """Texts of similar length, with the teacher's states and vectors as targets.

    A share of the batches is masked: there the student reads `[MASK]` for some of the words, and has
    to name the tokens and still to come near the teacher, which read the whole text.

    Args:
        cache: a `TeacherCache`.
        texts: indices of the cache's texts that belong to these batches.
        tokenizer: the student's.
        layers: the layers, counted from 1, that are compared; the cache must hold them.
        classes: int32 `(texts of the cache,)`, the class of each text, or -1 where it has none; None
            when no text has one.
        masked_share: share of the batches that is masked.
        batch_size, order, seed, max_length: as in `LengthBucketedBatches`.

    Raises:
        DataError: when the cache lacks a layer, or there is no text.
    """

    makes_targets = True

    def __init__(
        self,
        cache: TeacherCache,
        texts: np.ndarray,
        tokenizer: AlbertTokenizer,
        *,
        layers: tuple[int, ...],
        classes: np.ndarray | None = None,
        masked_share: float = 0.25,
        batch_size: int = 64,
        order: str = "shuffled",
        seed: int = 0,
        max_length: int | None = None,
    ):
        self.cache = cache
        self.texts = np.asarray(texts)
        self.columns = [cache.column(layer) for layer in layers]
        self.classes = classes
        self.masked_share = masked_share
        self._masker = NGramMasker(MaskingRecipe(), MaskingVocabulary.of(tokenizer))
        self._word_starts = word_start_table(tokenizer)
        super().__init__(
            _Rows(cache, self.texts),
            pad_id=tokenizer.pad_id,
            batch_size=batch_size,
            order=order,
            seed=seed,
            max_length=max_length,
        )

    def collate(self, examples: np.ndarray) -> tuple:
        """Returns `(inputs, targets, sample_weights)`, three dicts of arrays; see `AlbertDistiller`."""
        texts = self.texts[examples]
        lengths = self.packed.lengths[examples]
        inputs, states, weights = self._read(texts, self._padded_length(examples))
        mlm = self._mask(inputs["token_ids"], lengths, examples)
        inputs["masked_positions"] = mlm["positions"]
        vectors = np.asarray(self.cache.vectors[texts], "float32")
        each = np.ones(len(texts), "float32")
        targets = {
            "states": states,
            "vectors": vectors,
            "pooled": vectors,
            "neighbours": vectors,
            "mlm_logits": mlm["labels"],
        }
        sample_weights = {
            "states": weights,
            "vectors": each,
            "pooled": each,
            "neighbours": each,
            "mlm_logits": mlm["weights"],
        }
        if self.classes is not None:
            known = self.classes[texts]
            targets["class_logits"] = np.maximum(known, 0)
            sample_weights["class_logits"] = (known >= 0).astype("float32")
        return inputs, targets, sample_weights

    def _read(self, texts, length):
        cache, shape = self.cache, (len(texts), length)
        token_ids = np.full(shape, self.pad_id, "int32")
        words = np.full(shape, -1, "int32")
        mask = np.zeros(shape, "int32")
        states = np.zeros((*shape, len(self.columns), cache.states.shape[-1]), "float32")
        weights = np.zeros(shape, "float32")
        for row, text in enumerate(texts):
            tokens = slice(*cache.row_splits[text : text + 2])
            n = tokens.stop - tokens.start
            token_ids[row, :n] = cache.token_ids[tokens]
            words[row, :n] = cache.words[tokens]
            mask[row, :n] = 1
            place = slice(*cache.word_splits[text : text + 2])
            count = place.stop - place.start
            states[row, :count] = cache.states[place][:, self.columns]
            # [CLS] is free to become what the pooler makes the sentence's vector of.
            weights[row, 1:count] = 1.0
        inputs = {
            "token_ids": token_ids,
            "segment_ids": np.zeros(shape, "int32"),
            "padding_mask": mask,
            "words": words,
        }
        return inputs, states, weights

    def _mask(self, token_ids, lengths, examples):
        """Masks `token_ids` in place, when it is the batch's turn."""
        random = np.random.default_rng([self.seed, self.epoch, int(examples[0])])
        rows = len(token_ids)
        if random.random() >= self.masked_share:
            empty = np.zeros((rows, 1), "int32")
            return {"positions": empty, "labels": empty, "weights": empty.astype("float32")}
        masked = []
        for row, length in enumerate(lengths):
            ids = token_ids[row, :length]
            example = self._masker(ids, self._word_starts[ids], random.random((NUM_DRAWS, length)))
            token_ids[row, :length] = example.token_ids
            masked.append(example)
        width = max(1, *(len(example.positions) for example in masked))
        result = {
            "positions": np.zeros((rows, width), "int32"),
            "labels": np.zeros((rows, width), "int32"),
            "weights": np.zeros((rows, width), "float32"),
        }
        for row, example in enumerate(masked):
            n = len(example.positions)
            result["positions"][row, :n] = example.positions
            result["labels"][row, :n] = example.labels
            result["weights"][row, :n] = 1.0
        return result

    def _signature(self):
        rows, row_weights = tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None))
        width = self.cache.states.shape[-1]
        vectors, each = tf.TensorSpec((None, width)), tf.TensorSpec((None,))
        names = ("token_ids", "segment_ids", "padding_mask", "words", "masked_positions")
        targets = {
            "states": tf.TensorSpec((None, None, len(self.columns), width)),
            "vectors": vectors,
            "pooled": vectors,
            "neighbours": vectors,
            "mlm_logits": rows,
        }
        sample_weights = {
            "states": row_weights,
            "vectors": each,
            "pooled": each,
            "neighbours": each,
            "mlm_logits": row_weights,
        }
        if self.classes is not None:
            targets["class_logits"] = tf.TensorSpec((None,), tf.int32)
            sample_weights["class_logits"] = each
        return dict.fromkeys(names, rows), targets, sample_weights


class _Rows:
    """The rows of some texts of the cache, as `LengthBucketedBatches` wants to see them."""

    def __init__(self, cache, texts):
        self.lengths = np.diff(cache.row_splits)[texts]
        starts = cache.row_splits[texts]
        # What the run is recognized by: the tokens of these texts, in this order.
        self.flat_token_ids = np.concatenate(
            [cache.token_ids[s : s + n] for s, n in zip(starts, self.lengths, strict=True)]
        )

    def __len__(self):
        return len(self.lengths)
