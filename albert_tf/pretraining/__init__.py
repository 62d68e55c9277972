"""Pretraining: raw text to records of examples, and the records to batches."""

from albert_tf.pretraining.manifest import Manifest
from albert_tf.pretraining.record_files import PretrainingRecords
from albert_tf.pretraining.records import pretraining_dataset, serialize_example

__all__ = ["Manifest", "PretrainingRecords", "pretraining_dataset", "serialize_example"]
