"""Weights of the classes, by number, by name, or balanced."""

from collections.abc import Mapping

import numpy as np

from albert_tf.errors import ConfigError


def weight_by_class(class_weight, model, y=None, name: str = "class_weight") -> np.ndarray:
    """Returns the weight of each class.

    Args:
        class_weight: `"balanced"`, for weights inverse to the classes' frequencies, as in scikit-learn; one number for
            each class; or a dict of weights by the class's name or number, 1 where it is missing.
        model: a classifier.
        y: class numbers, `(texts,)`, from which `"balanced"` counts; None when they are not in memory.
        name: what messages call it.

    Returns:
        float64 `(classes,)`.

    Raises:
        ConfigError: when the model does not have one class for each text, a class is unknown, a weight is negative or
            no number, or `"balanced"` has nothing to count.
    """
    if model.head != "text_classifier" or model.multi_label or np.ndim(y) > 1:
        raise ConfigError(
            f"{name} needs a text classifier with one class for each text; "
            f"this is a {model.head}{' with multi_label' * getattr(model, 'multi_label', False)}"
            f"{'' if y is None else f' with targets of shape {np.shape(y)}'}"
        )
    count, names = model.num_classes, model.class_names or []
    if isinstance(class_weight, str):
        return _balanced(class_weight, y, count, name)
    if _has_own_index(class_weight):
        class_weight = class_weight.to_dict()
    if isinstance(class_weight, Mapping):
        return _by_class(class_weight, names, count, name)
    if not hasattr(class_weight, "__len__") or np.ndim(class_weight) != 1:
        shown = " ".join(repr(class_weight).split())[:60]
        raise ConfigError(
            f"{name} is {shown}; expected 'balanced', {count} numbers, or a dict of weights by class"
        )
    if len(class_weight) != count:
        raise ConfigError(
            f"{name} holds {len(class_weight)} weights; expected {count}, one for each class"
        )
    return np.array(
        [_checked(w, f"{name}[{i}]") for i, w in enumerate(np.asarray(class_weight).tolist())]
    )


def _has_own_index(weights) -> bool:
    """Whether it is a pandas series by class, as `value_counts` gives it, rather than one by position."""
    index = getattr(weights, "index", None)
    return (
        index is not None and hasattr(weights, "to_dict") and list(index) != list(range(len(index)))
    )


def _by_class(class_weight, names, count, name):
    weights, keys = np.ones(count), {}
    for key, weight in class_weight.items():
        number = _number_of(key, names, count, name)
        if number in keys:
            raise ConfigError(
                f"{name} has two weights for one class, {keys[number]!r} and {key!r}; use the names of all classes, or "
                "pass a list in their order"
            )
        keys[number] = key
        weights[number] = _checked(weight, f"{name}[{key!r}]")
    return weights


def _balanced(class_weight, y, count, name):
    if class_weight != "balanced":
        raise ConfigError(f"{name} is {class_weight!r}; expected 'balanced', or weights")
    if y is None:
        raise ConfigError(
            f"{name}='balanced' counts the classes, and a dataset's are not in memory; pass the weights themselves"
        )
    counts = np.bincount(y.astype("int64"), minlength=count)
    return len(y) / (np.count_nonzero(counts) * np.maximum(counts, 1))


def _number_of(key, names, count, name) -> int:
    if str(key) in names:
        return names.index(str(key))
    if str(key).isdecimal() and int(key) < count:
        return int(key)
    known = ", ".join(names) or f"0 to {count - 1}"
    raise ConfigError(f"{name} names the class {str(key)!r}; the model's are {known}")


def _checked(weight, place):
    if isinstance(weight, (int, float, np.number)) and 0.0 <= weight < float("inf"):
        return weight
    raise ConfigError(f"{place} is {weight!r}; expected a number that is at least 0")
