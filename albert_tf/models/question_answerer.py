"""`AlbertQuestionAnswerer`: where in a passage the answer starts and ends."""

from typing import Any

import keras

from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing.targets import ByOutput, ClassNumbers, TargetRule
from albert_tf.type_names import Tensor


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertQuestionAnswerer(AlbertTask):
    """Scores every token as the start and as the end of the answer (as ALBERT did for SQuAD v1.1).

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: None; the model takes token ids: question as segment 0, passage as segment 1.

    Outputs: a dict of float32 logits `start_logits`, `end_logits`, each `(batch, length)`. Targets: a dict of the
    same keys with token positions `(batch,)`.
    """

    head = "question_answerer"

    def __init__(self, backbone: AlbertBackbone, preprocessor: None = None, **kwargs: Any):
        super().__init__(backbone, preprocessor, **kwargs)
        self.qa_outputs = self.head_dense(2, "qa_outputs")
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> dict[str, Tensor]:
        """Returns the dict of logits; see the class."""
        logits = self.qa_outputs(self.encode(inputs, training=training)["sequence_output"])
        return {"start_logits": logits[..., 0], "end_logits": logits[..., 1]}

    def default_loss(self) -> dict[str, keras.losses.Loss]:
        """Cross-entropy over the positions, for start and for end."""
        return {name: super(AlbertQuestionAnswerer, self).default_loss() for name in _OUTPUTS}

    def default_metrics(self) -> dict[str, list]:
        """Share of exactly right starts, and of exactly right ends."""
        return {name: super(AlbertQuestionAnswerer, self).default_metrics() for name in _OUTPUTS}

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A position of the input for start and for end."""
        position = ClassNumbers(None if inputs is None else inputs["token_ids"].shape[1])
        return ByOutput(dict.fromkeys(_OUTPUTS, position))


_OUTPUTS = ("start_logits", "end_logits")
