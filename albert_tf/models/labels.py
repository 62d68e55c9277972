"""The names of a classifier's classes."""

import numbers
from collections.abc import Iterable, Mapping, Set

import numpy as np

from albert_tf.errors import ConfigError
from albert_tf.runtime.bundle import is_label
from albert_tf.tokenizer.text_inputs import from_string_tensors, is_string_tensor
from albert_tf.tokenizer.text_sequence import column_names


def class_names(labels) -> list | None:
    """Returns the names of the classes in the order of their numbers, as they were given.

    Args:
        labels: a sequence, a dict of names by number, or None.

    Raises:
        ConfigError: when they have no order, or the numbers are not 0, 1, 2 and so on.
    """
    if labels is None:
        return None
    if isinstance(labels, Mapping):
        return _by_number(labels)
    if is_string_tensor(labels):
        labels = from_string_tensors(labels, "labels")
    if hasattr(labels, "to_pylist"):  # Arrow
        labels = labels.to_pylist()
    is_flat = (
        isinstance(labels, Iterable)
        and column_names(labels) is None
        and getattr(labels, "ndim", 1) == 1
    )
    if isinstance(labels, (str, bytes)) or not is_flat:
        shown = " ".join(repr(labels).split())[:60]
        raise ConfigError(f"labels is {shown}; expected a list with one name for each class")
    if isinstance(labels, Set) and not hasattr(labels, "mapping"):  # a dict's keys have their order
        raise ConfigError(
            f"labels is a {type(labels).__name__}, whose order is arbitrary; expected a list with one name for each "
            "class, such as sorted(labels)"
        )
    return list(labels)


def _by_number(labels):
    numbers = {}
    for key, name in labels.items():
        number = int(key) if str(key).isdecimal() and not isinstance(key, bool) else None
        if number is None or number >= len(labels) or number in numbers:
            raise ConfigError(
                f"labels has the key {key!r}; expected the numbers 0 to {len(labels) - 1} as keys, "
                f"such as {{0: 'bad', 1: 'good'}}, or a list of names"
            )
        numbers[number] = name
    return [numbers[number] for number in range(len(numbers))]


def class_count(num_classes: int | None, labels) -> int:
    """Returns the number of classes: as given, or else that of the names, or else 2.

    Raises:
        ConfigError: when `num_classes` is no whole number; or as `class_names`.
    """
    if num_classes is None:
        names = class_names(labels)
        return 2 if names is None else len(names)
    if not isinstance(num_classes, (int, np.integer)) or isinstance(num_classes, bool):
        raise ConfigError(f"num_classes is {num_classes!r}; expected a whole number")
    return int(num_classes)


def checked_labels(labels, num_classes: int) -> list[str] | None:
    """Returns the names of the classes as `str`: answers are told apart by them, and a file holds one in each line.

    Args:
        labels: one for each class, in a sequence or a dict by number; or None.
        num_classes: number of classes.

    Raises:
        ConfigError: when there is not one for each class, one is no line of text, or stands there twice; or as
            `class_names`.
    """
    labels = class_names(labels)
    if labels is None:
        return None
    if len(labels) != num_classes:
        raise ConfigError(
            f"labels holds {len(labels)} names for num_classes {num_classes}; give one name for each class"
        )
    names = [_text_of(label) for label in labels]
    for number, name in enumerate(names):
        if not is_label(name):
            shown = " ".join(repr(name).split())[:60]
            raise ConfigError(
                f"labels[{number}] is {shown}; expected one line of text, neither empty nor with a "
                "space at its start or end"
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"labels holds {twice!r} twice; give each class a name of its own")
    return names


def _text_of(label):
    """A text or a number as text; what is neither stays as it is, and is refused."""
    if isinstance(label, str):
        return str.__str__(label)
    is_number = isinstance(label, (numbers.Real, np.bool_)) and label == label
    return str(label) if is_number else label
