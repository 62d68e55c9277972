"""Training: the fine-tuning loop, learning rates by depth, ALBERT's LAMB, checkpoints."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
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

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.training.fine_tuning": (
                "FineTuningResult",
                "fine_tune",
            ),
            "albert_tf.training.interruption": ("TrainingInterrupted",),
            "albert_tf.training.lamb": ("AlbertLamb",),
            "albert_tf.training.layer_decay": ("LayerDecaySchedule",),
            "albert_tf.training.recipe": ("FineTuningRecipe",),
            "albert_tf.training.schedules": ("WarmupSchedule",),
        },
    )
