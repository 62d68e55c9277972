"""ALBERT for TensorFlow and Keras 3: from a table of texts to a TFLite file that answers."""

from albert_tf import preprocessing
from albert_tf.config import AlbertConfig
from albert_tf.models import (
    AlbertBackbone,
    AlbertMaskedLM,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertTextClassifier,
    AlbertTextEmbedder,
    AlbertTextRegressor,
    AlbertTokenClassifier,
)
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.training import AlbertLamb, LayerDecaySchedule
from albert_tf.version import __version__

__all__ = [
    "AlbertBackbone",
    "AlbertConfig",
    "AlbertLamb",
    "AlbertMaskedLM",
    "AlbertMultipleChoice",
    "AlbertPretrainer",
    "AlbertQuestionAnswerer",
    "AlbertTextClassifier",
    "AlbertTextEmbedder",
    "AlbertTextRegressor",
    "AlbertTokenClassifier",
    "AlbertTokenizer",
    "LayerDecaySchedule",
    "__version__",
    "preprocessing",
]
