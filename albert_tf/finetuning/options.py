"""What else `finetune` is told by name: fields of the recipe, and how the data are read."""

import dataclasses
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from albert_tf.errors import ConfigError
from albert_tf.finetuning.task import FineTuningTask
from albert_tf.finetuning.text_tasks import TABLE_OPTIONS
from albert_tf.training import FineTuningRecipe

FIELDS = frozenset(field.name for field in dataclasses.fields(FineTuningRecipe))


def as_recipe(
    recipe: str | Path | FineTuningRecipe | None,
    usual: str,
    usual_changes: Mapping[str, Any],
    options: dict[str, Any],
) -> FineTuningRecipe:
    """Returns the recipe of a run.

    Args:
        recipe: one, the name of a bundled one, or the path of a JSON file; None takes the usual.
        usual: the name of the one that suits the start.
        usual_changes: what the task changes in it.
        options: of `finetune`; those that are fields of a recipe replace its own.

    Raises:
        ConfigError: when there is no such recipe, or a field is wrong.
    """
    changes = {name: value for name, value in options.items() if name in FIELDS}
    if isinstance(recipe, FineTuningRecipe):
        return recipe.replace(**changes)
    if recipe is not None and Path(recipe).suffix == ".json":
        return FineTuningRecipe.from_json(recipe).replace(**changes)
    if recipe is None:
        return FineTuningRecipe.named(usual, **{**usual_changes, **changes})
    return FineTuningRecipe.named(str(recipe), **changes)


def reading_of(task: FineTuningTask, options: dict[str, Any]) -> dict[str, Any]:
    """Returns the options that say how the data are read.

    Raises:
        ConfigError: when one is neither that for this task nor a field of the recipe.
    """
    reading = {name: value for name, value in options.items() if name not in FIELDS}
    for name in reading:
        if name in TABLE_OPTIONS - task.reading:
            raise ConfigError(f"{task.name} takes no {name}; leave it out")
        if name not in task.reading:
            known = sorted(FIELDS | task.reading)
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"finetune takes no {name!r} for {task.name}; {hint}")
    return reading
