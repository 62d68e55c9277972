"""From raw text to the inputs of each head, and to the examples of pretraining."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.preprocessing.batches import LengthBucketedBatches
    from albert_tf.preprocessing.exclusion import ExcludedTexts
    from albert_tf.preprocessing.masking import MaskingRecipe, MaskingVocabulary, NGramMasker
    from albert_tf.preprocessing.masking_in_graph import InGraphMasker
    from albert_tf.preprocessing.sentences import split_sentences
    from albert_tf.preprocessing.text_classifier_preprocessor import (
        AlbertTextClassifierPreprocessor,
    )
    from albert_tf.preprocessing.word_starts import parting_table, word_start_table

__all__ = [
    "AlbertTextClassifierPreprocessor",
    "ExcludedTexts",
    "InGraphMasker",
    "LengthBucketedBatches",
    "MaskingRecipe",
    "MaskingVocabulary",
    "NGramMasker",
    "parting_table",
    "split_sentences",
    "word_start_table",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.preprocessing.batches": ("LengthBucketedBatches",),
            "albert_tf.preprocessing.exclusion": ("ExcludedTexts",),
            "albert_tf.preprocessing.masking": (
                "MaskingRecipe",
                "MaskingVocabulary",
                "NGramMasker",
            ),
            "albert_tf.preprocessing.masking_in_graph": ("InGraphMasker",),
            "albert_tf.preprocessing.sentences": ("split_sentences",),
            "albert_tf.preprocessing.text_classifier_preprocessor": (
                "AlbertTextClassifierPreprocessor",
            ),
            "albert_tf.preprocessing.word_starts": (
                "parting_table",
                "word_start_table",
            ),
        },
    )
