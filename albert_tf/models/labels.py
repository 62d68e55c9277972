"""The names of a classifier's classes."""

from collections.abc import Sequence

from albert_tf.errors import ConfigError


def is_label(name) -> bool:
    """Whether a class can have this name: a line of text, neither empty nor with a space at its start or end."""
    return isinstance(name, str) and len(name.splitlines()) == 1 and name.strip() == name


def checked_labels(labels: Sequence | None, num_classes: int) -> list[str] | None:
    """Returns the names of the classes as `str`: answers are told apart by them, and a file holds one in each line.

    Args:
        labels: one for each class, or None.
        num_classes: number of classes.

    Raises:
        ConfigError: when there is not one for each class, one is no line of text, or stands there twice.
    """
    if labels is None:
        return None
    if len(labels) != num_classes:
        raise ConfigError(
            f"labels holds {len(labels)} names for num_classes {num_classes}; give one name for each class"
        )
    names = [str(label) for label in labels]
    for number, name in enumerate(names):
        if not is_label(name):
            raise ConfigError(
                f"labels[{number}] is {name!r}; expected one line of text, neither empty nor with a "
                "space at its start or end"
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"labels holds {twice!r} twice; give each class a name of its own")
    return names
