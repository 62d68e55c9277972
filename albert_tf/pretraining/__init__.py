"""Pretraining: raw text to records of examples, the records to batches, and the training itself."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
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

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.pretraining.beam": ("build_records_with_beam",),
            "albert_tf.pretraining.build": ("build_records",),
            "albert_tf.pretraining.documents": ("Document",),
            "albert_tf.pretraining.examples": (
                "ExampleMaker",
                "ExampleRecipe",
            ),
            "albert_tf.pretraining.loop": (
                "PretrainingResult",
                "pretrain",
            ),
            "albert_tf.pretraining.manifest": ("Manifest",),
            "albert_tf.pretraining.recipe": ("PretrainingRecipe",),
            "albert_tf.pretraining.record_files": ("PretrainingRecords",),
            "albert_tf.pretraining.records": (
                "pretraining_dataset",
                "serialize_example",
            ),
        },
    )
