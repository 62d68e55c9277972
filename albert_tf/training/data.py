"""What a run is fed with: batches, weights of the classes, and a mark that recognizes them."""

import hashlib

import numpy as np

from albert_tf.errors import ConfigError
from albert_tf.training.recipe import FineTuningRecipe


def training_batches(model, data, recipe: FineTuningRecipe):
    """Returns the shuffled batches of the training data.

    Args:
        model: a task model.
        data: `(x, y)` or `(x, y, sample_weight)` of raw text, or batches already.
        recipe: its batch size, seed and class weights apply.

    Raises:
        ConfigError: when the model has no preprocessor for raw text, or the class weights do not
            fit.
        DataError: when the data do not fit together.
    """
    if not isinstance(data, tuple):
        if recipe.class_weights is not None:
            raise ConfigError(
                "FineTuningRecipe.class_weights needs the texts as (x, y); batches that are made "
                "already carry a sample_weight of their own"
            )
        return data
    x, y, sample_weight = _unpack(model, data)
    if recipe.class_weights is not None:
        weights = example_weights(recipe.class_weights, np.asarray(y), model)
        sample_weight = weights if sample_weight is None else weights * np.asarray(sample_weight)
    return model.preprocessor.batches(
        x, y, sample_weight, batch_size=recipe.batch_size, order="shuffled", seed=recipe.seed
    )


def validation_batches(model, data, recipe: FineTuningRecipe):
    """Returns the batches of the validation data, or None; see `training_batches`."""
    if data is None or not isinstance(data, tuple):
        return data
    x, y, sample_weight = _unpack(model, data)
    return model.preprocessor.batches(
        x, y, sample_weight, batch_size=recipe.eval_batch_size, order="by_length"
    )


def _unpack(model, data):
    if model.preprocessor is None:
        raise ConfigError(
            f"{type(model).__name__} has no preprocessor for raw text; give it one, or pass batches"
        )
    if len(data) not in (2, 3):
        raise ConfigError(
            f"the data are a tuple of {len(data)}; expected (x, y) or (x, y, sample_weight)"
        )
    return (*data, None)[:3]


def example_weights(class_weights: str | dict, y: np.ndarray, model) -> np.ndarray:
    """Returns the weight of each example by its class.

    Args:
        class_weights: `"balanced"`, or a weight by the class's name or index; 1 where it is
            missing.
        y: class indices, `(examples,)`.
        model: a classifier, for the names of the classes.

    Returns:
        float32 `(examples,)`.

    Raises:
        ConfigError: when there are no classes, a class is unknown, or a weight is negative.
    """
    if model.head != "text_classifier" or model.multi_label or y.ndim != 1:
        raise ConfigError(
            "FineTuningRecipe.class_weights needs a text classifier with one class for each text; "
            f"this is a {model.head} with targets of shape {y.shape}"
        )
    classes = model.num_classes
    if class_weights == "balanced":
        counts = np.bincount(y.astype("int64"), minlength=classes)
        by_class = len(y) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    else:
        by_class = np.ones(classes)
        names = model.labels or []
        for name, weight in class_weights.items():
            by_class[_class_index(str(name), names, classes)] = _checked(name, weight)
    return by_class[y.astype("int64")].astype("float32")


def _class_index(name, names, classes):
    if name in names:
        return names.index(name)
    if name.isdecimal() and int(name) < classes:
        return int(name)
    known = ", ".join(names) or f"0 to {classes - 1}"
    raise ConfigError(f"class_weights names the class {name!r}; the model's are {known}")


def _checked(name, weight):
    if isinstance(weight, (int, float)) and 0.0 <= weight < float("inf"):
        return weight
    raise ConfigError(
        f"class_weights[{name!r}] is {weight!r}; expected a number that is at least 0"
    )


def fingerprint(batches, validation=None) -> str:
    """Returns a mark of the data that changes when an example, its target or its weight does.

    The order of the training is part of it. That of the validation, which changes none of its
    numbers, is not.

    Args:
        batches: of the training.
        validation: batches, or None.
    """
    plan = f"{batches.batch_size} {batches.order} {batches.seed} ".encode()
    digest = hashlib.sha256(plan)
    for part in (*_examples(batches), *_examples(validation)):
        digest.update(part)
    return digest.hexdigest()


def _examples(batches):
    """All that the examples hold, as buffers of one dimension."""
    if batches is None:
        return [b"none"]
    arrays = (batches.packed.flat_token_ids, batches.packed.lengths)
    given = (a for a in (*arrays, batches.y, batches.sample_weight) if a is not None)
    return [np.ascontiguousarray(array).reshape(-1) for array in given]
