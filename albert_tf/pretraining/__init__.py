"""Pretraining: raw text to records of examples, the records to batches, and the training itself."""

import albert_tf.backend  # noqa: F401
from albert_tf.pretraining.beam import build_records_with_beam
from albert_tf.pretraining.build import build_records
from albert_tf.pretraining.documents import Document
from albert_tf.pretraining.examples import ExampleMaker, ExampleRecipe
from albert_tf.pretraining.loop import PretrainingResult, pretrain
from albert_tf.pretraining.manifest import Manifest
from albert_tf.pretraining.recipe import PretrainingRecipe
from albert_tf.pretraining.record_files import PretrainingRecords
from albert_tf.pretraining.records import pretraining_dataset, serialize_example

__all__ = [
    "Document",
    "ExampleMaker",
    "ExampleRecipe",
    "Manifest",
    "PretrainingRecipe",
    "PretrainingRecords",
    "PretrainingResult",
    "build_records",
    "build_records_with_beam",
    "pretrain",
    "pretraining_dataset",
    "serialize_example",
]
