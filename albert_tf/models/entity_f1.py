"""`EntityF1`: how many entities are right, while a token classifier is trained."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.models.metrics import FScore
from albert_tf.tables.class_tags import BEGINS, ENDS, SINGLE, ClassTags

OUTSIDE = -1


@keras.saving.register_keras_serializable(package="albert_tf")
class EntityF1(FScore):
    """F1 of the entities of all examples: an entity counts when its label, its begin and its end are right.

    The tags are each token's most probable one, read as seqeval reads them: a tag within an entity that has not begun
    begins one. It shows how training goes, and is not the last word: `answer` gives sequences that are valid, and
    counts the parts of a text that stand in two rows once; see `albert_tf.tasks.entity_metrics`.

    Args:
        class_names: tags, in the order of the logits.
        name: as for any Keras metric.
        dtype: as for any Keras metric.

    Call arguments:
        y_true: class numbers, `(batch, length)`.
        y_pred: logits or probabilities, `(batch, length, classes)`.
        sample_weight: `(batch, length)`; a token of weight 0 is left out, others count alike. None weighs all alike.

    Returns:
        A scalar from 0 to 1; 0 when no entity is true or predicted.

    Raises:
        ConfigError: when the class names are no tags.
    """

    def __init__(self, class_names: Sequence[str], name="entity_f1", dtype=None):
        super().__init__((), name, dtype)
        self.class_names = list(class_names)
        classes = ClassTags(self.class_names)
        if classes.tags is None:
            raise ConfigError(
                f"class_names are {', '.join(self.class_names[:8])}; expected tags, such as O, B-PER, I-PER"
            )
        types = [classes.types.index(t.type) if t.position else OUTSIDE for t in classes.tags]
        self._types = np.array(types, "int32")
        self._begins = np.array([t.position in (BEGINS, SINGLE) for t in classes.tags])
        self._ends = np.array([t.position in (ENDS, SINGLE) for t in classes.tags])

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Counts a batch."""
        true, predicted = ops.cast(y_true, "int32"), ops.argmax(y_pred, axis=-1)
        counts = ops.ones_like(true) if sample_weight is None else sample_weight
        counts = ops.convert_to_tensor(counts) > 0
        counts = counts[:, None] if len(counts.shape) == 1 else counts
        theirs, mine = self._entities(true, counts), self._entities(predicted, counts)
        same = [ops.equal(a, b) for a, b in zip(theirs, mine, strict=True)]
        right = theirs[0] & same[0] & same[1] & same[2]
        found = [ops.sum(ops.cast(begins, self.dtype)) for begins in (right, theirs[0], mine[0])]
        self.right.assign_add(found[0])
        self.marked.assign_add(found[1] + found[2])

    def _entities(self, tags, counts):
        """Where entities begin, and of what begins there type and last token, each `(batch, length)`."""
        types = ops.where(counts, ops.take(self._types, tags), OUTSIDE)
        before, after = (
            ops.pad(part, ((0, 0), pad), constant_values=OUTSIDE)
            for part, pad in ((types[:, :-1], (1, 0)), (types[:, 1:], (0, 1)))
        )
        has_ended = ops.pad(ops.take(self._ends, tags)[:, :-1], ((0, 0), (1, 0)))
        begins = (types != OUTSIDE) & (ops.take(self._begins, tags) | has_ended | (types != before))
        next_begins = ops.pad(begins[:, 1:], ((0, 0), (0, 1)))
        ends = (types != OUTSIDE) & (next_begins | (types != after))
        places = ops.arange(ops.shape(tags)[1])
        is_later = ends[:, None, :] & (places[:, None] <= places)
        last = ops.min(ops.where(is_later, places, ops.shape(tags)[1]), axis=-1)
        return begins, types, last

    def result(self):
        """Returns F1 of all entities so far; see the class."""
        return self._scores()

    def get_config(self):
        """Returns the constructor's arguments, serializable."""
        return {**super().get_config(), "class_names": self.class_names}
