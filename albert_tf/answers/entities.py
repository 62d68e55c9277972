"""Entities: from a label for each token to labelled stretches of the text, never in an invalid order.

Labels are tags of a scheme: `O`, and a position with a type, such as `B-PER`. Known are IOB1 and IO (`I-` only), IOB2
(`B-`, `I-`) and BIOES (also BILOU). The best sequence that the scheme allows is found by Viterbi's algorithm over the
log-probabilities; what a tag may follow is all that is forbidden.
"""

import dataclasses

import numpy as np

from albert_tf.answers.results import Entity
from albert_tf.errors import ConfigError, DataError
from albert_tf.tables.tags import split_tag, stretches

BEGINS, INSIDE, ENDS = "B", "I", "E"


@dataclasses.dataclass(frozen=True)
class Tag:
    """A label taken apart: `position` in an entity (None for `O`) and `type` of the entity."""

    position: str | None
    type: str = ""


def parse_tag(label: str) -> Tag:
    """Takes a label such as `B-PER`, `I_LOC` or `O` apart.

    Raises:
        ConfigError: when it is none.
    """
    try:
        return Tag(*(split_tag(label) or (None,)))
    except DataError as error:
        raise ConfigError(f"label {error}") from None


class EntityDecoder:
    """Reads entities from the logits of a token classifier.

    Args:
        labels: the tags, in the order of the logits; with an `O`.

    Raises:
        ConfigError: when a label is no tag, or there is no `O`.
    """

    def __init__(self, labels: list[str]):
        self.labels = list(labels)
        self.tags = [parse_tag(label) for label in labels]
        if not any(tag.position is None for tag in self.tags):
            raise ConfigError(f"labels are {', '.join(labels[:8])}; expected an O among them")
        positions = {tag.position for tag in self.tags}
        self._has_begins, self._has_ends = BEGINS in positions, ENDS in positions
        self._may_follow = np.array([[self._follows(a, b) for b in self.tags] for a in self.tags])
        self._may_begin = np.array([self._follows(Tag(None), tag) for tag in self.tags])
        self._may_end = np.array([not self._is_open(tag) for tag in self.tags])

    def _is_open(self, tag: Tag) -> bool:
        """Whether an entity must go on after a tag: in BIOES, after its begin and within."""
        return self._has_ends and tag.position in (BEGINS, INSIDE)

    def _follows(self, before: Tag, tag: Tag) -> bool:
        is_within = before.position in (BEGINS, INSIDE) and before.type == tag.type
        if tag.position in (INSIDE, ENDS):
            # Without a begin of its own, as in IO and IOB1, an entity begins with I.
            return is_within or (not self._has_begins and not self._is_open(before))
        return not self._is_open(before)

    def best_path(self, log_probabilities: np.ndarray) -> list[int]:
        """Returns the numbers of the labels of the best valid sequence; `log_probabilities` is `(tokens, labels)`."""
        if not len(log_probabilities):
            return []
        scores = np.where(self._may_begin, log_probabilities[0], -np.inf)
        steps = np.where(self._may_follow, 0.0, -np.inf)
        back = []
        for row in log_probabilities[1:]:
            candidates = scores[:, None] + steps
            back.append(candidates.argmax(axis=0))
            scores = candidates.max(axis=0) + row
        path = [int(np.where(self._may_end, scores, -np.inf).argmax())]
        for choice in reversed(back):
            path.append(int(choice[path[-1]]))
        return path[::-1]

    def entities(self, probabilities: np.ndarray, offsets: np.ndarray, text: str) -> list[Entity]:
        """Returns the entities of a text.

        Args:
            probabilities: `(tokens, labels)` of the text's tokens, without special ones.
            offsets: `(tokens, 2)`, the characters of each.
            text: the text.
        """
        with np.errstate(divide="ignore"):
            # The smallest number of float32 instead of zero: a path of impossible tags is still ordered.
            path = self.best_path(np.log(np.maximum(probabilities, np.finfo("float32").tiny)))
        sure = probabilities[np.arange(len(path)), path]
        found = []
        for kind, first, last in stretches([self.labels[number] for number in path]):
            start, end = int(offsets[first, 0]), int(offsets[last, 1])
            while start < end and text[start].isspace():
                start += 1
            if start < end:
                least = float(sure[first : last + 1].min())
                found.append(Entity(kind, text[start:end], start, end, least))
        return found
