"""From raw text to the inputs of each head."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.preprocessing.batches import LengthBucketedBatches
    from albert_tf.preprocessing.masked_lm_preprocessor import AlbertMaskedLMPreprocessor
    from albert_tf.preprocessing.multiple_choice_preprocessor import (
        AlbertMultipleChoicePreprocessor,
    )
    from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
    from albert_tf.preprocessing.question_answerer_preprocessor import (
        AlbertQuestionAnswererPreprocessor,
    )
    from albert_tf.preprocessing.text_classifier_preprocessor import (
        AlbertTextClassifierPreprocessor,
    )
    from albert_tf.preprocessing.token_classifier_preprocessor import (
        AlbertTokenClassifierPreprocessor,
    )

__all__ = [
    "AlbertMaskedLMPreprocessor",
    "AlbertMultipleChoicePreprocessor",
    "AlbertPreprocessor",
    "AlbertQuestionAnswererPreprocessor",
    "AlbertTextClassifierPreprocessor",
    "AlbertTokenClassifierPreprocessor",
    "LengthBucketedBatches",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.preprocessing.batches": ("LengthBucketedBatches",),
            "albert_tf.preprocessing.masked_lm_preprocessor": ("AlbertMaskedLMPreprocessor",),
            "albert_tf.preprocessing.multiple_choice_preprocessor": (
                "AlbertMultipleChoicePreprocessor",
            ),
            "albert_tf.preprocessing.preprocessor": ("AlbertPreprocessor",),
            "albert_tf.preprocessing.question_answerer_preprocessor": (
                "AlbertQuestionAnswererPreprocessor",
            ),
            "albert_tf.preprocessing.text_classifier_preprocessor": (
                "AlbertTextClassifierPreprocessor",
            ),
            "albert_tf.preprocessing.token_classifier_preprocessor": (
                "AlbertTokenClassifierPreprocessor",
            ),
        },
    )
