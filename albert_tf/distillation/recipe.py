"""`DistillationRecipe`: everything that decides how a student is trained, as data."""

import dataclasses
from typing import ClassVar

from albert_tf.training.recipe import FineTuningRecipe


@dataclasses.dataclass(frozen=True, kw_only=True)
class DistillationRecipe(FineTuningRecipe):
    """A `FineTuningRecipe` for distillation; `configs/distillation/*.json` hold some.

    Raises:
        ConfigError: naming the field, its value and what was expected.
    """

    folder: ClassVar[str] = "distillation"
