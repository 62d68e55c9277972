"""The names of a classifier's classes."""

import numbers
import warnings
from collections.abc import Iterable, Mapping, Set

import numpy as np

from albert_tf.errors import AlbertWarning, ConfigError
from albert_tf.runtime.bundle import is_label
from albert_tf.tokenizer.text_inputs import from_string_tensors, is_string_tensor
from albert_tf.tokenizer.text_sequence import column_names
from albert_tf.type_names import ModelMixin

OLD_NAME = "labels"
"""What the names were called at first, as targets are."""


class NamedClasses(ModelMixin):
    """Lets a classifier's `class_names` be called by their old name, with a warning."""

    # No property: Keras reads all properties of a model when it saves one.

    def __getattr__(self, name):
        if name == OLD_NAME:
            _warn_of_old_name(stacklevel=3)
            return self.class_names
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name, value):
        if name == OLD_NAME:
            _warn_of_old_name(stacklevel=3)
            name = "class_names"
        super().__setattr__(name, value)


def with_old_name(class_names, arguments: dict, stacklevel: int = 3):
    """Returns `class_names`, or what further keyword arguments call by the old name, and takes that out of them.

    Raises:
        ConfigError: when both are given.
    """
    if OLD_NAME not in arguments:
        return class_names
    _warn_of_old_name(stacklevel + 1)
    old = arguments.pop(OLD_NAME)
    if class_names is not None and old is not None:
        raise ConfigError(
            "class_names and labels, their old name, are both given; leave out labels"
        )
    return old if class_names is None else class_names


def _warn_of_old_name(stacklevel):
    warnings.warn(
        "labels, the names of the classes, are called class_names now; the old name will go",
        AlbertWarning,
        stacklevel,
    )


def listed_names(class_names) -> list | None:
    """Returns the names of the classes in the order of their numbers, as they were given.

    Args:
        class_names: a sequence, a dict of names by number, or None.

    Raises:
        ConfigError: when they have no order, or the numbers are not 0, 1, 2 and so on.
    """
    if class_names is None:
        return None
    if isinstance(class_names, Mapping):
        return _by_number(class_names)
    if is_string_tensor(class_names):
        class_names = from_string_tensors(class_names, "class_names")
    if hasattr(class_names, "to_pylist"):  # Arrow
        class_names = class_names.to_pylist()
    is_flat = (
        isinstance(class_names, Iterable)
        and column_names(class_names) is None
        and getattr(class_names, "ndim", 1) == 1
    )
    if isinstance(class_names, (str, bytes)) or not is_flat:
        shown = " ".join(repr(class_names).split())[:60]
        raise ConfigError(f"class_names is {shown}; expected a list with one name for each class")
    # A dict's keys have their order.
    if isinstance(class_names, Set) and not hasattr(class_names, "mapping"):
        raise ConfigError(
            f"class_names is a {type(class_names).__name__}, whose order is arbitrary; expected a list with one name "
            "for each class, such as sorted(class_names)"
        )
    return list(class_names)


def _by_number(class_names):
    numbers = {}
    for key, name in class_names.items():
        number = int(key) if str(key).isdecimal() and not isinstance(key, bool) else None
        if number is None or number >= len(class_names) or number in numbers:
            raise ConfigError(
                f"class_names has the key {key!r}; expected the numbers 0 to {len(class_names) - 1} as keys, "
                f"such as {{0: 'bad', 1: 'good'}}, or a list of names"
            )
        numbers[number] = name
    return [numbers[number] for number in range(len(numbers))]


def class_count(num_classes: int | None, class_names) -> int:
    """Returns the number of classes: as given, or else that of the names, or else 2.

    Raises:
        ConfigError: when `num_classes` is no whole number; or as `listed_names`.
    """
    if num_classes is None:
        names = listed_names(class_names)
        return 2 if names is None else len(names)
    if not isinstance(num_classes, (int, np.integer)) or isinstance(num_classes, bool):
        raise ConfigError(f"num_classes is {num_classes!r}; expected a whole number")
    return int(num_classes)


def checked_class_names(class_names, num_classes: int) -> list[str] | None:
    """Returns the names of the classes as `str`: answers are told apart by them, and a file holds one in each line.

    Args:
        class_names: one for each class, in a sequence or a dict by number; or None.
        num_classes: number of classes.

    Raises:
        ConfigError: when there is not one for each class, one is no line of text, or stands there twice; or as
            `listed_names`.
    """
    class_names = listed_names(class_names)
    if class_names is None:
        return None
    if len(class_names) != num_classes:
        raise ConfigError(
            f"class_names holds {len(class_names)} names for num_classes {num_classes}; give one name for each class"
        )
    names = [_text_of(label) for label in class_names]
    for number, name in enumerate(names):
        if not is_label(name):
            shown = " ".join(repr(name).split())[:60]
            raise ConfigError(
                f"class_names[{number}] is {shown}; expected one line of text, neither empty nor with a "
                "space at its start or end"
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"class_names holds {twice!r} twice; give each class a name of its own")
    return names


def _text_of(label):
    """A text or a number as text; what is neither stays as it is, and is refused."""
    if isinstance(label, str):
        return str.__str__(label)
    is_number = isinstance(label, (numbers.Real, np.bool_)) and label == label
    return str(label) if is_number else label
