"""The optimizer that a recipe describes."""

import re
from typing import Any

import keras

from albert_tf.training.lamb import EXCLUDED, AlbertLamb
from albert_tf.training.recipe import FineTuningRecipe
from albert_tf.training.schedules import WarmupSchedule


def build_optimizer(
    recipe: FineTuningRecipe, variables: list, total_steps: int
) -> keras.optimizers.Optimizer:
    """Returns the optimizer of a fine-tuning recipe, with its learning-rate schedule.

    Args:
        recipe: a `FineTuningRecipe`.
        variables: see `optimizer_with`.
        total_steps: batches of the whole training. Keras's schedules count batches, also with
            gradient accumulation.
    """
    return optimizer_with(build_schedule(recipe, total_steps), recipe, variables)


def optimizer_with(learning_rate, recipe: Any, variables: list) -> keras.optimizers.Optimizer:
    """Returns the optimizer that a recipe names.

    Args:
        learning_rate: a number or a schedule that counts batches.
        recipe: has `optimizer` (`"adamw"`, `"lamb"` or `"sgd"`), `weight_decay`, `clip_norm` and
            `accumulation_steps`.
        variables: the model's trainable variables; biases, LayerNorm and θ take no weight decay.
    """
    options = {
        "learning_rate": learning_rate,
        "weight_decay": recipe.weight_decay,
        "global_clipnorm": recipe.clip_norm,
        "gradient_accumulation_steps": _more_than_one(recipe.accumulation_steps),
    }
    if recipe.optimizer == "lamb":
        return AlbertLamb(**options)
    if recipe.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(epsilon=1e-6, **options)
    else:
        optimizer = keras.optimizers.SGD(momentum=0.9, **options)
    excluded = re.compile("|".join(EXCLUDED), re.IGNORECASE)
    optimizer.exclude_from_weight_decay([v for v in variables if excluded.search(v.path)])
    return optimizer


def build_schedule(
    recipe: FineTuningRecipe, total_steps: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Returns the learning rate of each of `total_steps` batches."""
    warmup_steps = round(recipe.warmup_ratio * total_steps)
    decay_steps = max(total_steps - warmup_steps, 1)
    after = {
        "constant": lambda: recipe.learning_rate,
        "linear": lambda: keras.optimizers.schedules.PolynomialDecay(
            recipe.learning_rate, decay_steps, end_learning_rate=0.0
        ),
        "cosine": lambda: keras.optimizers.schedules.CosineDecay(recipe.learning_rate, decay_steps),
    }[recipe.decay]()
    return WarmupSchedule(after, warmup_steps)


def _more_than_one(steps):
    return steps if steps > 1 else None
