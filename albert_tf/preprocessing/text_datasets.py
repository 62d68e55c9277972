"""`tf.data` datasets of raw text: what the parts of an element are, and the inputs of the model made of them."""

import dataclasses

import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.preprocessing.graph_errors import checked
from albert_tf.preprocessing.weights_of_texts import weights_rule

TEXT_KEYS = ("text", "pair", "label", "sample_weight")
"""Keys of an element that is a dict of raw text."""

MEND = (
    "expected texts, (text, label), ((text, pair), label), each optionally followed by a sample_weight, or a dict "
    "with the keys 'text', and optionally 'pair', 'label', 'sample_weight'; give it that form with dataset.map"
)


@dataclasses.dataclass(frozen=True)
class Parts:
    """The parts of an element of a dataset; what it lacks is None.

    Args:
        x: model inputs, a string tensor, or a tuple of two.
        y: targets.
        sample_weight: weights.
        paired_by_place: whether the second text of the element was taken for a pair.
    """

    x: object
    y: object = None
    sample_weight: object = None
    paired_by_place: bool = False

    @property
    def is_text(self) -> bool:
        """Whether `x` is raw text."""
        return all(is_text(leaf) for leaf in tf.nest.flatten(self.x))


def is_dataset(x) -> bool:
    """Whether `x` is a `tf.data.Dataset`."""
    return isinstance(x, tf.data.Dataset)


def parts_of(element, with_targets: bool, takes_names: bool = False) -> Parts:
    """Returns the parts of a dataset's element.

    `(text, label)` and `(text, label, sample_weight)` are Keras's own forms, `((text, pair), label)` is theirs for two
    inputs. Beside them `(text, pair, label[, sample_weight])` is taken, told apart by what is text, and for prediction
    `(text, pair)`.

    Args:
        element: an element, or its `element_spec`.
        with_targets: whether targets are wanted, as for training.
        takes_names: whether a target may be a text, the name of a class.

    Raises:
        DataError: when the element has another form, or may be read in two ways.
    """
    if not isinstance(element, tuple):
        element = (element,)
    first, rest = element[0], element[1:]
    if isinstance(first, dict) and any(map(is_text, first.values())):
        first, rest = _parts_of_dict(first, rest)
    paired = is_text(first) and bool(rest) and is_text(rest[0])
    paired = paired and _second_is_pair(rest, with_targets, takes_names)
    if paired:
        first, rest = (first, rest[0]), rest[1:]
    is_known = isinstance(first, dict) or all(map(is_text, tf.nest.flatten(first)))
    if len(rest) > 2 or not is_known or (isinstance(first, tuple) and len(first) != 2):
        raise DataError(f"the dataset's elements are {form_of(element)}; {MEND}")
    parts = Parts(first, *rest, **{"paired_by_place": paired})
    if with_targets and parts.is_text and parts.y is None:
        raise DataError(f"the dataset's elements are {form_of(element)}, without targets; {MEND}")
    return parts


def _second_is_pair(rest, with_targets, takes_names) -> bool:
    """Whether the second text of an element is the pair of the first, or the name of its class."""
    if not with_targets or not takes_names:
        return not with_targets or len(rest) > 1
    if len(rest) == 2 and rest[1].dtype.is_floating:
        raise DataError(
            "the dataset's elements (text, text, float) may be a text, the name of its class and a sample_weight, or a "
            "pair of texts and a label; say ((text, pair), label), or give the class as a number"
        )
    return len(rest) > 1


def _parts_of_dict(element, rest) -> tuple:
    """Text, or text and pair, of a dict; and the targets and weights, which stand in it or behind it."""
    unknown = [key for key in element if key not in TEXT_KEYS]
    inside = [element[key] for key in ("label", "sample_weight") if key in element]
    is_twice = bool(inside) and bool(rest)
    if (
        unknown
        or is_twice
        or "text" not in element
        or ("sample_weight" in element) > ("label" in element)
    ):
        keys = ", ".join(repr(key) for key in element)
        raise DataError(f"the dataset's elements are dicts with the keys {keys}; {MEND}")
    x = (element["text"], element["pair"]) if "pair" in element else element["text"]
    return x, inside or rest


def prepared_dataset(dataset, preprocessor, rule, with_targets: bool) -> tf.data.Dataset:
    """Returns the dataset with model inputs instead of raw text, and with checked targets.

    Args:
        dataset: batches of elements as `parts_of` takes them.
        preprocessor: makes the inputs of raw text.
        rule: what the targets must be, a rule of `albert_tf.preprocessing.targets`.
        with_targets: whether the targets are wanted; without them they are left out.

    Raises:
        DataError: when the elements cannot be right; a wrong value stops the pipeline, see `one_line_errors`.
    """
    names = getattr(rule, "names", ())

    def prepare(*element):
        parts = parts_of(element, with_targets, bool(names))
        x = parts.x
        if parts.paired_by_place and not with_targets:
            x = (x[0], without_class_names(x[1], names))
        x = prepared_text(x, preprocessor) if parts.is_text else x
        if not with_targets or parts.y is None:
            return (x,)
        y = rule.read_in_graph(parts.y)
        if parts.sample_weight is None:
            return x, y
        return x, y, weights_rule(rule).read_in_graph(parts.sample_weight)

    # There is nothing for AutoGraph to convert, and it would wrap the errors.
    return dataset.map(tf.autograph.experimental.do_not_convert(prepare))


def prepared_text(x, preprocessor) -> dict:
    """Returns the model inputs of a batch of raw text; see `Parts.x`.

    Raises:
        DataError: when the elements are no batches, or of a rank that texts do not have.
    """
    if any(part.shape.rank == 0 for part in tf.nest.flatten(x)):
        raise DataError("the dataset's elements are single texts; batch it: dataset.batch(32)")
    if isinstance(x, tuple):
        return preprocessor(tuple(text_columns(part, most=1)[0] for part in x))
    columns = text_columns(x, most=2)
    return preprocessor(columns if len(columns) == 2 else columns[0])


def text_columns(texts, most: int) -> tuple:
    """Returns the columns of string tensors.

    Args:
        texts: a tensor `()`, `(batch,)` or `(batch, 1)`, or of rows `[text, pair]`, `(batch, 2)`.
        most: columns that there may be.

    Returns:
        A tuple of tensors `()` or `(batch,)`.

    Raises:
        DataError: when it is no tensor, or one of another shape.
    """
    if not isinstance(texts, tf.Tensor):
        raise DataError(f"the dataset's texts are {type(texts).__name__}; {MEND}")
    shape = texts.shape
    if shape.rank in (0, 1, None):
        return (texts,)
    if shape.rank != 2 or shape[1] is None or not 1 <= shape[1] <= most:
        raise DataError(f"the dataset's texts have the shape {shape}; {MEND}")
    return tuple(texts[:, column] for column in range(shape[1]))


def without_class_names(pairs, names: tuple[str, ...]):
    """Returns the pairs of a batch that is to be answered, unless they are the names of the classes.

    An element `(text, text)` of a dataset is a text and the name of its class in `fit`, a text and its pair in
    `predict`: a dataset of the first kind must not pass for one of the second.
    """
    if not names:
        return pairs
    is_name = tf.reduce_any(tf.equal(tf.reshape(pairs, (-1, 1)), tf.constant(names)), -1)
    message = (
        "the dataset's elements (text, text) would be texts and pairs, but the second texts are names of classes; "
        "leave them out, dataset.map(lambda text, label: text), or say that they are pairs, ((text, pair),)"
    )
    return checked(~tf.reduce_all(is_name) | tf.equal(tf.size(is_name), 0), message, pairs)


def is_text(part) -> bool:
    """Whether a part of an element, or its specification, is text."""
    return getattr(part, "dtype", None) == tf.string


def form_of(element: tuple) -> str:
    """Returns what an element consists of, for messages."""
    kinds = (
        "a tuple"
        if isinstance(part, tuple)
        else "a dict"
        if isinstance(part, dict)
        else _kind(part)
        for part in element
    )
    return f"({', '.join(kinds)})"


def _kind(part) -> str:
    return (
        "text"
        if is_text(part)
        else getattr(getattr(part, "dtype", None), "name", type(part).__name__)
    )
