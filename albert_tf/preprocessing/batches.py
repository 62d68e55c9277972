"""Batches of texts of similar length, padded to their own longest text only."""

import keras
import numpy as np
import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.preprocessing.target_values import check_row_count
from albert_tf.preprocessing.targets import AnyNumbers
from albert_tf.preprocessing.token_rows import TokenRows
from albert_tf.tokenizer.packing import PackedTokens
from albert_tf.type_names import Targets

ORDERS = ("shuffled", "given", "by_length")
POOL_BATCHES = 64
"""Batches whose texts are sorted together: enough for little padding, few enough to keep the order random."""


class LengthBucketedBatches:
    """A plan of batches that is a pure function of seed and epoch, and the padded arrays of each.

    Short texts meet short texts, so little is computed on padding. Since the plan of an epoch depends on
    nothing but `(seed, epoch)`, training can resume in the middle of an epoch with the very same batches.

    Args:
        packed: the tokenizer's `PackedTokens`, one row for each example.
        y: targets, one row for each example, or None; `TokenRows` for a number for each token, a dict by output for
            several outputs.
        sample_weight: likewise.
        pad_id: id that fills `token_ids`.
        batch_size: examples in a batch; the last batch of an epoch may be smaller.
        order: `"shuffled"` draws a new order each epoch; `"given"` keeps the order of the examples;
            `"by_length"` sorts all of them, for evaluation and prediction.
        seed: of the shuffled order.
        pad_to_multiple: lengths are rounded up to it, so that few shapes occur. Default 8, and 32 on the JAX
            backend, which compiles each shape anew.
        max_length: lengths are not rounded up beyond it, as to more positions than the model has. A longer
            example keeps its length.
        one_length: all batches are padded to one length, that of the longest example, as `predict` needs for outputs
            that have a row for each token.

    Raises:
        DataError: when `y` or `sample_weight` has another number of rows or an entry that is no finite number, there
            is no example, or an option is impossible.

    Attributes:
        epoch: the epoch that the next iteration of `dataset()` delivers; `callback()` keeps it current.
    """

    makes_targets = False
    """Whether a subclass makes the targets with each batch, and leaves `y` None."""

    def __init__(
        self,
        packed: PackedTokens,
        y: Targets = None,
        sample_weight: Targets = None,
        *,
        pad_id: int,
        batch_size: int = 32,
        order: str = "shuffled",
        seed: int = 0,
        pad_to_multiple: int | None = None,
        max_length: int | None = None,
        one_length: bool = False,
    ):
        if order not in ORDERS:
            raise DataError(f"order is {order!r}; expected one of {', '.join(ORDERS)}")
        if len(packed) == 0:
            raise DataError("there are no texts; expected at least one")
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("seed", seed, 0),
            ("pad_to_multiple", pad_to_multiple, 1),
            ("max_length", max_length, 1),
        ):
            if value is not None and (not isinstance(value, (int, np.integer)) or value < least):
                raise DataError(f"{name} is {value!r}; expected a whole number, at least {least}")
        self.packed = packed
        self.y = _rows("y", y, len(packed))
        self.sample_weight = _rows("sample_weight", sample_weight, len(packed))
        self.pad_id = pad_id
        self.batch_size = batch_size
        self.order = order
        self.seed = seed
        self.pad_to_multiple = pad_to_multiple or (32 if keras.backend.backend() == "jax" else 8)
        self.max_length = max_length
        self.one_length = one_length
        self.epoch = 0

    def __len__(self) -> int:
        """Number of batches in an epoch."""
        return -(-len(self.packed) // self.batch_size)

    @property
    def num_examples(self) -> int:
        """Number of examples in an epoch."""
        return len(self.packed)

    def plan(self, epoch: int = 0) -> list[np.ndarray]:
        """Returns the example indices of each batch of an epoch."""
        lengths = self.packed.lengths
        examples = np.arange(len(lengths))
        if self.order == "given":
            return self._cut(examples)
        if self.order == "by_length":
            return self._cut(np.argsort(lengths, kind="stable"))
        random = np.random.default_rng([self.seed, epoch])
        shuffled = random.permutation(examples)
        pools = np.split(shuffled, range(self._pool, len(shuffled), self._pool))
        batches = [
            batch
            for pool in pools
            for batch in self._cut(pool[np.argsort(lengths[pool], kind="stable")])
        ]
        return [batches[i] for i in random.permutation(len(batches))]

    @property
    def _pool(self):
        return POOL_BATCHES * self.batch_size

    def _cut(self, examples):
        return np.split(examples, range(self.batch_size, len(examples), self.batch_size))

    def collate(self, examples: np.ndarray) -> tuple:
        """Returns `(inputs, y, sample_weight)` of the given examples, without what was not given.

        Args:
            examples: indices of the examples.

        Returns:
            A tuple of one to three entries; `inputs` is a dict of int32 arrays `(batch, length)`.
        """
        length = self._padded_length(examples)
        inputs = self.packed.batch(examples, self.pad_id, length)
        extra = (
            keras.tree.map_structure(lambda rows: _taken(rows, examples, length), part)
            for part in (self.y, self.sample_weight)
            if part is not None
        )
        return (inputs, *extra)

    def _padded_length(self, examples):
        lengths = self.packed.lengths
        longest = int((lengths if self.one_length else lengths[examples]).max())
        length = -(-longest // self.pad_to_multiple) * self.pad_to_multiple
        return length if self.max_length is None else max(longest, min(length, self.max_length))

    def dataset(self, start_epoch: int = 0, start_batch: int = 0) -> tf.data.Dataset:
        """Returns a dataset whose every iteration delivers the epoch that `self.epoch` names at its start.

        Pass it to `fit` together with `callback()`, which moves `self.epoch` on.

        Args:
            start_epoch: epoch that training resumes in.
            start_batch: batches of that epoch that are done already, and left out.
        """
        self.epoch = start_epoch

        def generate():
            skip = start_batch if self.epoch == start_epoch else 0
            for examples in self.plan(self.epoch)[skip:]:
                yield self.collate(examples)

        dataset = tf.data.Dataset.from_generator(generate, output_signature=self._signature())
        if start_batch == 0:
            dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(self)))
        return dataset.prefetch(2)

    def _signature(self):
        rows = tf.TensorSpec((None,) * self.packed.input_rank, tf.int32)
        inputs = {"token_ids": rows, "segment_ids": rows, "padding_mask": rows}
        extra = (
            keras.tree.map_structure(lambda a: tf.TensorSpec((None, *a.shape[1:]), a.dtype), part)
            for part in (self.y, self.sample_weight)
            if part is not None
        )
        return (inputs, *extra)

    def callback(self) -> keras.callbacks.Callback:
        """Returns the callback that tells `dataset()` which epoch begins."""
        return keras.callbacks.LambdaCallback(on_epoch_begin=self._begin)

    def _begin(self, epoch, logs=None):
        self.epoch = epoch


def _rows(name, values, count):
    if values is None or isinstance(values, TokenRows):
        return values
    if isinstance(values, dict):  # of a model with several outputs
        return {key: _rows(f"{name}[{key!r}]", part, count) for key, part in values.items()}
    rows = AnyNumbers().read(values, name)
    check_row_count(rows, count, name)
    return rows


def _taken(rows, examples, length):
    return rows.batch(examples, length) if isinstance(rows, TokenRows) else rows[examples]
