"""Raw text in `tf.data` pipelines for heads whose rows Python makes: the code for texts in memory, called by the graph.

A preprocessor says with `text_keys` which texts its head reads, and with `row_specs` what its targets look like; the
rest is the same for all of them.
"""

import itertools

import numpy as np
import tensorflow as tf

from albert_tf.config import BACKBONE_INPUTS
from albert_tf.errors import AlbertError, DataError
from albert_tf.preprocessing.graph_errors import checked
from albert_tf.preprocessing.text_datasets import Parts, form_of, is_text
from albert_tf.preprocessing.weights_of_texts import weights_rule
from albert_tf.tokenizer.text_inputs import decoded_texts

KEYS_BESIDE = ("label", "sample_weight")
"""Keys of an element that is a dict, beside those of its texts."""


def gives_texts(dataset: tf.data.Dataset) -> bool:
    """Whether the elements of a dataset begin with raw text."""
    element = dataset.element_spec
    first = element[0] if isinstance(element, tuple) and element else element
    return any(map(is_text, tf.nest.flatten(first)))


def examples_dataset(dataset, preprocessor, rule, with_targets: bool, length: int | None):
    """Returns the dataset with model inputs and the targets of their rows instead of raw text.

    Args:
        dataset: batches of elements as `parts_of_texts` takes them.
        preprocessor: an `AlbertPreprocessor`.
        rule: what the targets beside raw text must be.
        with_targets: whether they are wanted; without them they are left out.
        length: that all batches are padded to, in tokens; None: each to its own longest row.

    Raises:
        DataError: when the elements cannot be right; a wrong value stops the pipeline, see `one_line_errors`.
    """

    def prepare(*element):
        parts = parts_of_texts(element, preprocessor.text_keys, with_targets)
        y, weights = (parts.y, parts.sample_weight) if with_targets else (None, None)
        made = python_examples(preprocessor, parts.x, y, weights, rule=rule, length=length)
        return tuple(part for part in made if part is not None)

    # There is nothing for AutoGraph to convert, and it would wrap the errors.
    return dataset.map(tf.autograph.experimental.do_not_convert(prepare))


def parts_of_texts(element: tuple, keys: tuple[str, ...], with_targets: bool) -> Parts:
    """Returns the parts of a dataset's element of raw text.

    Args:
        element: an element: the texts, one after the other or as a tuple of them, or a dict of them by `keys`; then
            the targets, and weights. A dict may hold these too, as `label` and `sample_weight`.
        keys: what the texts of the head are, such as `("question", "context")`.
        with_targets: whether targets are wanted, as for training.

    Raises:
        DataError: when the element has another form.
    """
    first, rest = element[0], element[1:]
    texts = ", ".join(keys)
    mend = (
        f"expected ({texts}, label), optionally followed by a sample_weight, or a dict with the keys {texts}, label, "
        "sample_weight; give it that form with dataset.map"
    )
    unknown = False
    if isinstance(first, dict):
        inside = tuple(first[key] for key in KEYS_BESIDE if key in first)
        unknown = bool(set(first) - {*keys, *KEYS_BESIDE}) or keys[0] not in first
        unknown |= (bool(inside) and bool(rest)) or ("sample_weight" in first) > ("label" in first)
        first, rest = tuple(first[key] for key in keys if key in first), inside or rest
    elif not isinstance(first, tuple):
        following = itertools.takewhile(is_text, rest[: len(keys) - 1])
        first = (first, *following)
        rest = rest[len(first) - 1 :]
    if unknown or len(rest) > 2 or len(first) > len(keys):
        raise DataError(f"the dataset's elements are {form_of(element)}; {mend}")
    if with_targets and not rest:
        raise DataError(f"the dataset's elements are {form_of(element)}, without targets; {mend}")
    return Parts(first if len(first) > 1 else first[0], *rest)


def python_examples(preprocessor, x, y=None, sample_weight=None, *, rule=None, length=None):
    """Returns model inputs, targets and weights of the rows of texts in a graph; None for what is not given.

    Args:
        preprocessor: an `AlbertPreprocessor`.
        x: string tensors as the preprocessor takes texts, dense or ragged, `(batch, ...)`.
        y: targets of the texts, tensors.
        sample_weight: weights of the texts, a tensor.
        rule: what the targets must be, a rule for targets in memory; None where the preprocessor reads them itself.
        length: that the rows are padded to, in tokens; None: that of the longest.

    Raises:
        DataError: when the texts are no batch of strings.
    """
    given = (x, *(part for part in (y, sample_weight) if part is not None))
    leaves = tf.nest.flatten(given)
    _check_texts(tf.nest.flatten(x))
    components = [_components(leaf) for leaf in leaves]
    specs = _specs(preprocessor, y is not None, sample_weight is not None, length)

    flat = tf.nest.flatten(specs)

    def make(*arrays):
        arrays = iter(arrays)
        values = [_value(list(itertools.islice(arrays, len(c)))) for c in components]
        texts, *beside = tf.nest.pack_sequence_as(given, values)
        targets, weights = (*beside, None, None)[:2]
        if rule is not None and targets is not None:
            targets, weights = rule.read(targets), weights_rule(rule).read(weights)
        made = preprocessor.examples(texts, targets, weights, length=length)
        parts = tf.nest.flatten([part for part in made if part is not None])
        return [np.asarray(a, s.dtype.as_numpy_dtype) for a, s in zip(parts, flat, strict=True)]

    def make_or_say(*arrays):
        try:
            return [b"", *make(*arrays)]
        except AlbertError as error:  # raised here, TensorFlow would log it with all frames between
            empty = [np.zeros([0] * s.shape.rank, s.dtype.as_numpy_dtype) for s in flat]
            return [f"in a batch of the dataset: {error}".encode(), *empty]

    kinds = [tf.string, *(spec.dtype for spec in flat)]
    message, *tensors = tf.numpy_function(make_or_say, tf.nest.flatten(components), kinds)
    tensors = [
        tf.ensure_shape(checked(tf.equal(message, b""), message, tensor), spec.shape)
        for tensor, spec in zip(tensors, flat, strict=True)
    ]
    return (*tf.nest.pack_sequence_as(specs, tensors), None, None)[:3]


def _check_texts(leaves):
    for leaf in leaves:
        if not is_text(leaf):
            kind = leaf.dtype.name if hasattr(leaf, "dtype") else type(leaf).__name__
            raise DataError(f"texts is a tensor of {kind}; expected one of strings")
        if leaf.shape.rank == 0:
            raise DataError("the dataset's elements are single texts; batch it: dataset.batch(32)")


def _specs(preprocessor, has_targets, has_weights, length) -> list:
    """What comes out: inputs, and where there are targets these, and weights."""
    shape = (*[None] * (preprocessor.input_rank - 1), length)
    inputs = {name: tf.TensorSpec(shape, tf.int32) for name in BACKBONE_INPUTS}
    if not has_targets:
        return [inputs]
    y, weights = preprocessor.row_specs(has_weights)
    return [inputs, y] if weights is None else [inputs, y, weights]


def _components(leaf) -> list:
    """The tensors that one leaf consists of."""
    is_ragged = isinstance(leaf, tf.RaggedTensor)
    return [leaf.flat_values, *leaf.nested_row_splits] if is_ragged else [leaf]


def _value(components):
    """The array of a leaf, or lists of lists of a ragged one; text instead of bytes."""
    values, *splits = components
    if values.dtype == object:
        values = decoded_texts(values, "the dataset's texts")
    for begins in reversed(splits):
        values = [list(values[a:b]) for a, b in itertools.pairwise(begins.tolist())]
    return values
