"""Training: the fine-tuning loop, learning rates by depth, ALBERT's LAMB, checkpoints."""

import albert_tf.backend  # noqa: F401
from albert_tf.training.fine_tuning import FineTuningResult, fine_tune
from albert_tf.training.interruption import TrainingInterrupted
from albert_tf.training.lamb import AlbertLamb
from albert_tf.training.layer_decay import LayerDecaySchedule
from albert_tf.training.recipe import FineTuningRecipe
from albert_tf.training.schedules import WarmupSchedule

__all__ = [
    "AlbertLamb",
    "FineTuningRecipe",
    "FineTuningResult",
    "LayerDecaySchedule",
    "TrainingInterrupted",
    "WarmupSchedule",
    "fine_tune",
]
