"""What a model that finds entities must beat: a dictionary of those seen in training, looked up in the text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from albert_tf.tables.entities import EntityText, LabelledSpan

_WORD = re.compile(r"\w+|[^\w\s]")

Phrase = tuple[str, ...]


class EntityDictionary:
    """Finds the entities of training texts again: at each word the longest phrase that is one.

    A phrase is an entity, of its most frequent label, when it was one in at least half of the places of the training
    texts where it is the longest phrase. Case does not count.

    Args:
        train: texts with entities.

    Example:
    ```python
    from albert_tf.reports import EntityDictionary
    from albert_tf.tables import EntityText, LabelledSpan

    train = [EntityText("Ada lives in Rome", (LabelledSpan("PER", 0, 3), LabelledSpan("LOC", 13, 17)))]
    EntityDictionary(train).answer(["rome saw Ada"])  # [[LabelledSpan("LOC", 0, 4), LabelledSpan("PER", 9, 12)]]
    ```
    """

    def __init__(self, train: Sequence[EntityText]):
        self._labels: dict[Phrase, str | None] = {}
        for row in train:
            for entity in row.entities:
                self._labels[_phrase(row.text[entity.start : entity.end])] = entity.label
        self._labels.pop((), None)
        self._longest = max(map(len, self._labels), default=0)
        self._labels = dict(self._counted(train))

    def _counted(self, train) -> Iterator[tuple[Phrase, str]]:
        """The phrases that are entities more often than not, and their most frequent labels."""
        counts: dict[Phrase, Counter] = {phrase: Counter() for phrase in self._labels}
        for row in train:
            true = {(entity.start, entity.end): entity.label for entity in row.entities}
            for phrase, start, end in self._matches(row.text):
                counts[phrase][true.get((start, end))] += 1
        for phrase, labels in counts.items():
            outside = labels.pop(None, 0)
            if labels and labels.total() >= outside:
                yield phrase, labels.most_common(1)[0][0]

    def answer(self, texts: Sequence[str]) -> list[list[LabelledSpan]]:
        """Returns the entities of each text."""
        return [
            [
                LabelledSpan(self._labels[phrase] or "", start, end)
                for phrase, start, end in self._matches(text)
            ]
            for text in texts
        ]

    def _matches(self, text: str) -> Iterator[tuple[Phrase, int, int]]:
        """The known phrases of a text, each with its characters, without overlaps."""
        words = [(match.group().casefold(), *match.span()) for match in _WORD.finditer(text)]
        place = 0
        while place < len(words):
            for count in range(min(self._longest, len(words) - place), 0, -1):
                chosen = words[place : place + count]
                phrase = tuple(word for word, *_ in chosen)
                if phrase in self._labels:
                    yield phrase, chosen[0][1], chosen[-1][2]
                    place += count - 1
                    break
            place += 1


def _phrase(text: str) -> Phrase:
    return tuple(match.group().casefold() for match in _WORD.finditer(text))
