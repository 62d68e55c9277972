"""What a run is fed with: batches, weights of the classes, and a mark that recognizes them."""

import hashlib

import keras
import numpy as np

from albert_tf.errors import ConfigError
from albert_tf.models.class_weight import weight_by_class
from albert_tf.preprocessing import LengthBucketedBatches
from albert_tf.preprocessing.token_rows import TokenRows
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
        _check_batches(model, data, "y")
        return data
    x, y, sample_weight = _unpack(model, data)
    reader = model.preprocessor
    columns, y = reader.columns(x), model.text_targets(y)
    if recipe.class_weights is not None:
        weights = example_weights(recipe.class_weights, y, model)
        sample_weight = weights if sample_weight is None else weights * np.asarray(sample_weight)
    packed = reader.pack_columns(columns)
    return reader.batches_of(
        packed,
        *reader.row_targets(columns, packed, y, sample_weight),
        batch_size=recipe.batch_size,
        order="shuffled",
        seed=recipe.seed,
    )


def validation_batches(model, data, recipe: FineTuningRecipe):
    """Returns the batches of the validation data, or None; see `training_batches`."""
    if data is None or not isinstance(data, tuple):
        _check_batches(model, data, "the validation y")
        return data
    x, y, sample_weight = _unpack(model, data)
    reader = model.preprocessor
    columns, y = reader.columns(x), model.text_targets(y, "the validation y")
    packed = reader.pack_columns(columns)
    return reader.batches_of(
        packed,
        *reader.row_targets(columns, packed, y, sample_weight),
        batch_size=recipe.eval_batch_size,
        order="by_length",
    )


def _check_batches(model, batches, name):
    if batches is None:
        return
    if not isinstance(batches, LengthBucketedBatches):
        raise ConfigError(
            f"the data are a {type(batches).__name__}; expected a tuple (x, y) or (x, y, sample_weight), or "
            "LengthBucketedBatches"
        )
    if not batches.makes_targets:
        model.checked_targets(batches.y, name)


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


def example_weights(class_weights: str | dict | list, y: np.ndarray, model) -> np.ndarray:
    """Returns the weight of each example by its class.

    Args:
        class_weights: `"balanced"`, one number for each class, or a weight by the class's name or
            index; 1 where it is missing.
        y: class indices, `(examples,)`.
        model: a classifier, for the names of the classes.

    Returns:
        float32 `(examples,)`.

    Raises:
        ConfigError: as `weight_by_class`.
    """
    weights = weight_by_class(class_weights, model, y, "FineTuningRecipe.class_weights")
    return weights[y.astype("int64")].astype("float32")


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
    parts = keras.tree.flatten([batches.y, batches.sample_weight])
    given = (part.flat if isinstance(part, TokenRows) else part for part in parts)
    arrays = (batches.packed.flat_token_ids, batches.packed.lengths, *given)
    return [np.ascontiguousarray(array).reshape(-1) for array in arrays if array is not None]
