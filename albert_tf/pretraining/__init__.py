"""Pretraining: raw text to records of examples, the records to batches, and the training itself."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.pretraining.beam import build_records_with_beam
    from albert_tf.pretraining.build import build_records
    from albert_tf.pretraining.documents import Document
    from albert_tf.pretraining.examples import ExampleMaker, ExampleRecipe
    from albert_tf.pretraining.exclusion import ExcludedTexts
    from albert_tf.pretraining.loop import PretrainingResult, pretrain
    from albert_tf.pretraining.manifest import Manifest
    from albert_tf.pretraining.masking import MaskingRecipe, MaskingVocabulary, NGramMasker
    from albert_tf.pretraining.masking_in_graph import InGraphMasker
    from albert_tf.pretraining.recipe import PretrainingRecipe
    from albert_tf.pretraining.record_files import PretrainingRecords
    from albert_tf.pretraining.records import pretraining_dataset, serialize_example
    from albert_tf.pretraining.sentences import split_sentences
    from albert_tf.pretraining.word_starts import parting_table, word_start_table

__all__ = [
    "Document",
    "ExampleMaker",
    "ExampleRecipe",
    "ExcludedTexts",
    "InGraphMasker",
    "Manifest",
    "MaskingRecipe",
    "MaskingVocabulary",
    "NGramMasker",
    "PretrainingRecipe",
    "PretrainingRecords",
    "PretrainingResult",
    "build_records",
    "build_records_with_beam",
    "parting_table",
    "pretrain",
    "pretraining_dataset",
    "serialize_example",
    "split_sentences",
    "word_start_table",
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
            "albert_tf.pretraining.exclusion": ("ExcludedTexts",),
            "albert_tf.pretraining.loop": (
                "PretrainingResult",
                "pretrain",
            ),
            "albert_tf.pretraining.manifest": ("Manifest",),
            "albert_tf.pretraining.masking": (
                "MaskingRecipe",
                "MaskingVocabulary",
                "NGramMasker",
            ),
            "albert_tf.pretraining.masking_in_graph": ("InGraphMasker",),
            "albert_tf.pretraining.recipe": ("PretrainingRecipe",),
            "albert_tf.pretraining.record_files": ("PretrainingRecords",),
            "albert_tf.pretraining.records": (
                "pretraining_dataset",
                "serialize_example",
            ),
            "albert_tf.pretraining.sentences": ("split_sentences",),
            "albert_tf.pretraining.word_starts": (
                "parting_table",
                "word_start_table",
            ),
        },
    )
