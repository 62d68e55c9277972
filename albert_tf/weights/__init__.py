"""Weights in and out: any checkpoint becomes a configuration and a dict of arrays, and back."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.heads import HEADS
    from albert_tf.weights.checkpoint import Checkpoint
    from albert_tf.weights.huggingface import write_huggingface
    from albert_tf.weights.keras_hub import from_keras_hub, to_keras_hub
    from albert_tf.weights.model_garden import from_model_garden, to_model_garden
    from albert_tf.weights.preset import read_training_record, write_preset
    from albert_tf.weights.reading import detect_format, read_checkpoint
    from albert_tf.weights.shapes import check_arrays, expected_shapes

__all__ = [
    "HEADS",
    "Checkpoint",
    "check_arrays",
    "detect_format",
    "expected_shapes",
    "from_keras_hub",
    "from_model_garden",
    "read_checkpoint",
    "read_training_record",
    "to_keras_hub",
    "to_model_garden",
    "write_huggingface",
    "write_preset",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.heads": ("HEADS",),
            "albert_tf.weights.checkpoint": ("Checkpoint",),
            "albert_tf.weights.huggingface": ("write_huggingface",),
            "albert_tf.weights.keras_hub": (
                "from_keras_hub",
                "to_keras_hub",
            ),
            "albert_tf.weights.model_garden": (
                "from_model_garden",
                "to_model_garden",
            ),
            "albert_tf.weights.preset": ("read_training_record", "write_preset"),
            "albert_tf.weights.reading": (
                "detect_format",
                "read_checkpoint",
            ),
            "albert_tf.weights.shapes": (
                "check_arrays",
                "expected_shapes",
            ),
        },
    )
