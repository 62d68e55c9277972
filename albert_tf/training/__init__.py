"""Training: layer-wise learning rates, ALBERT's LAMB, learning-rate schedules."""

from albert_tf.training.lamb import AlbertLamb
from albert_tf.training.layer_decay import LayerDecaySchedule
from albert_tf.training.schedules import WarmupSchedule

__all__ = ["AlbertLamb", "LayerDecaySchedule", "WarmupSchedule"]
