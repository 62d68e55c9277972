"""Multiple choice: from a logit for each choice to the best one."""

import dataclasses

import numpy as np

from albert_tf.answers.choice_reader import PackedChoices
from albert_tf.answers.probabilities import softmax
from albert_tf.answers.results import Choice, Outputs


@dataclasses.dataclass(frozen=True)
class ChoiceDecoder:
    """Reads the best choice from the logits of a multiple-choice model."""

    def choice(self, logits: np.ndarray) -> Choice:
        """Returns the best of the choices of one question, whose logits are `(choices,)`; of equals the first."""
        scores = softmax(logits)
        index = int(scores.argmax())
        return Choice(index, float(scores[index]), tuple(map(float, scores)))

    def answers(self, outputs: Outputs, packed: PackedChoices, *_) -> list[Choice]:
        """Returns the answer to each question, of the choices that it has.

        Args:
            outputs: by name; of `logits` a row for each question, of its choices and further ones.
            packed: the questions.
        """
        rows = zip(packed.counts, outputs.get("logits", ()), strict=True)
        return [self.choice(logits[:count]) for count, logits in rows]
