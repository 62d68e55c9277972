"""From raw text to the inputs of each head."""

from albert_tf.preprocessing.batches import LengthBucketedBatches
from albert_tf.preprocessing.exclusion import ExcludedTexts
from albert_tf.preprocessing.text_classifier_preprocessor import AlbertTextClassifierPreprocessor

__all__ = ["AlbertTextClassifierPreprocessor", "ExcludedTexts", "LengthBucketedBatches"]
