"""Which model class belongs to which head of a checkpoint."""

from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.masked_lm import AlbertMaskedLM
from albert_tf.models.multiple_choice import AlbertMultipleChoice
from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.models.question_answerer import AlbertQuestionAnswerer
from albert_tf.models.text_classifier import AlbertTextClassifier
from albert_tf.models.text_embedder import AlbertTextEmbedder
from albert_tf.models.text_regressor import AlbertTextRegressor
from albert_tf.models.token_classifier import AlbertTokenClassifier

TASK_CLASSES = (
    AlbertMaskedLM,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertTextClassifier,
    AlbertTextEmbedder,
    AlbertTextRegressor,
    AlbertTokenClassifier,
)
_BY_HEAD = {cls.head: cls for cls in TASK_CLASSES}


def model_class(head: str | None) -> type:
    """Returns the class of the models with a head, such as `"text_classifier"`.

    Args:
        head: of a `Checkpoint`; None for a backbone alone.

    Raises:
        KeyError: when there is no such head.
    """
    return AlbertBackbone if head is None else _BY_HEAD[head]
