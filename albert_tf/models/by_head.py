"""Which model class belongs to which head of a checkpoint."""

from albert_tf.errors import CheckpointError
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


def class_within(base: type, checkpoint) -> type:
    """Returns the class of the head that a checkpoint carries, among those of a base class.

    Args:
        base: such as `AlbertTask`.
        checkpoint: a `Checkpoint`.

    Raises:
        CheckpointError: when the checkpoint is a backbone alone, or its head is of none of these classes.
    """
    fitting = [cls.__name__ for cls in TASK_CLASSES if issubclass(cls, base)]
    expected = f"{base.__name__} finds {', '.join(fitting)}"
    if checkpoint.head is None:
        raise CheckpointError(
            f"{checkpoint.source} holds a backbone without a head, and {expected} by the head; name the class that you "
            f"want to train: {fitting[0]}.from_preset"
        )
    cls = model_class(checkpoint.head)
    if not issubclass(cls, base):
        raise CheckpointError(
            f"{checkpoint.source} holds the head of an {cls.__name__}, and {expected}; use "
            f"{cls.__name__}.from_preset, or name the class that you want to train"
        )
    return cls
