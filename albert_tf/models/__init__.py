"""The backbone, and one file for each head."""

import albert_tf.backend  # noqa: F401
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.by_head import TASK_CLASSES, model_class
from albert_tf.models.masked_lm import AlbertMaskedLM
from albert_tf.models.multiple_choice import AlbertMultipleChoice
from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.models.question_answerer import AlbertQuestionAnswerer
from albert_tf.models.task import AlbertTask
from albert_tf.models.text_classifier import AlbertTextClassifier
from albert_tf.models.text_embedder import AlbertTextEmbedder
from albert_tf.models.text_regressor import AlbertTextRegressor
from albert_tf.models.token_classifier import AlbertTokenClassifier

__all__ = [
    "TASK_CLASSES",
    "AlbertBackbone",
    "AlbertMaskedLM",
    "AlbertMultipleChoice",
    "AlbertPretrainer",
    "AlbertQuestionAnswerer",
    "AlbertTask",
    "AlbertTextClassifier",
    "AlbertTextEmbedder",
    "AlbertTextRegressor",
    "AlbertTokenClassifier",
    "model_class",
]
