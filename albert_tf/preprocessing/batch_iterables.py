"""What else Keras takes batches from: generators, `keras.utils.PyDataset`, loaders of other libraries."""

import functools
import itertools
import types
from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.preprocessing.graph_errors import marked
from albert_tf.preprocessing.text_datasets import is_dataset
from albert_tf.preprocessing.weights_of_texts import weights_rule

LOADERS = {"DataLoader": ("torch", "grain"), "MapDataset": ("grain",), "IterDataset": ("grain",)}
"""Classes, and the packages they come from, whose batches Keras reads itself."""


def gives_batches(x) -> bool:
    """Whether `x` is no data but gives batches of them, other than a `tf.data.Dataset`."""
    if isinstance(x, (types.GeneratorType, keras.utils.PyDataset)):
        return True
    return any(
        base.__module__.split(".")[0] in LOADERS.get(base.__name__, ())
        or base.__name__.startswith("DistributedDataset")
        for base in type(x).__mro__
    )


def without_single_texts(x):
    """Returns a generator of single texts as the list of them, and anything else as it is.

    Keras takes batches from a generator, which a single text cannot be.
    """
    if not isinstance(x, types.GeneratorType):
        return x
    first = list(itertools.islice(x, 1))
    rest = itertools.chain(first, x)
    holds_batches = bool(first) and not isinstance(first[0], str)
    return (entry for entry in rest) if holds_batches else list(rest)


def checked_batches(batches, rule):
    """Returns batches of token ids with checked targets.

    Args:
        batches: a generator or a `PyDataset`; another loader is returned as it is.
        rule: what the targets must be, a rule of `albert_tf.preprocessing.targets`; None when they are not read.

    Raises:
        DataError: when a batch holds raw text or a wrong target; see `one_line_errors`.
    """
    return changed_batches(batches, functools.partial(_checked, rule=rule))


def changed_batches(batches, change: Callable[[Any], tuple]):
    """Returns batches as a function changes them.

    Args:
        batches: a `tf.data.Dataset` of tuples, a generator or a `PyDataset`; another loader is returned as it is.
        change: takes a batch, such as `(x, y)`, and returns another.
    """
    if is_dataset(batches):
        # There is nothing for AutoGraph to convert, and it would wrap the errors.
        return batches.map(tf.autograph.experimental.do_not_convert(lambda *batch: change(batch)))
    if isinstance(batches, keras.utils.PyDataset):
        return _ChangedBatches(batches, change)
    if isinstance(batches, types.GeneratorType):
        return (change(batch) for batch in batches)
    return batches


def _checked(batch, rule):
    with marked():
        parts = tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)
        if not parts or not isinstance(parts[0], Mapping):
            kind = type(parts[0]).__name__ if parts else "nothing"
            raise DataError(
                f"a batch begins with {kind}; expected a dict of token_ids and padding_mask: raw text is taken from "
                "lists, arrays and tf.data datasets"
            )
        if rule is None:
            return (parts[0],)
        if len(parts) < 2 or parts[1] is None:
            return batch
        return (parts[0], rule.read(parts[1]), *map(weights_rule(rule).read, parts[2:]))


class _ChangedBatches(keras.utils.PyDataset):
    """Another `PyDataset`, whose batches a function changes."""

    def __init__(self, batches, change):
        super().__init__(
            workers=batches.workers,
            use_multiprocessing=batches.use_multiprocessing,
            max_queue_size=batches.max_queue_size,
        )
        self.batches, self.change = batches, change

    def __getitem__(self, index):
        return self.change(self.batches[index])

    @property
    def num_batches(self):
        return self.batches.num_batches

    def on_epoch_begin(self):
        self.batches.on_epoch_begin()

    def on_epoch_end(self):
        self.batches.on_epoch_end()
