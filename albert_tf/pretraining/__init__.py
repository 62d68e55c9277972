"""Pretraining: raw text to records of examples, the records to batches, and the training itself."""

from albert_tf.pretraining.loop import PretrainingResult, pretrain
from albert_tf.pretraining.manifest import Manifest
from albert_tf.pretraining.recipe import PretrainingRecipe
from albert_tf.pretraining.record_files import PretrainingRecords
from albert_tf.pretraining.records import pretraining_dataset, serialize_example

__all__ = [
    "Manifest",
    "PretrainingRecipe",
    "PretrainingRecords",
    "PretrainingResult",
    "pretrain",
    "pretraining_dataset",
    "serialize_example",
]
