"""The names of a token classifier's classes, read as tags: which class begins an entity, which goes on with it."""

import dataclasses
from collections.abc import Sequence

from albert_tf.errors import DataError
from albert_tf.tables.tags import OUTSIDE, split_tag

BEGINS, INSIDE, ENDS, SINGLE = "B", "I", "E", "S"


@dataclasses.dataclass(frozen=True)
class Tag:
    """A class name taken apart: `position` in an entity (None for `O`) and `type` of the entity."""

    position: str | None
    type: str = ""


def entity_tags(types: Sequence[str], scheme: str = "IOB2") -> list[str]:
    """Returns the class names of a model that finds entities: `O`, and the tags of each type.

    Args:
        types: of the entities, such as `["PER", "LOC"]`.
        scheme: `"IOB2"` (`B-`, `I-`) or `"BIOES"` (`B-`, `I-`, `E-`, `S-`).

    Raises:
        DataError: when there is another scheme, or `types` is a single text.

    Example:
    ```python
    from albert_tf.tables import entity_tags

    entity_tags(["PER", "LOC"])  # ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    ```
    """
    positions = {"IOB2": "BI", "BIOES": "BIES"}.get(scheme)
    if positions is None:
        raise DataError(f"scheme is {scheme!r}; expected 'IOB2' or 'BIOES'")
    if isinstance(types, str):
        raise DataError(f"types is {types!r}; expected a list of them: put it in brackets")
    return [OUTSIDE, *(f"{position}-{kind}" for kind in types for position in positions)]


class ClassTags:
    """Class names as tags, and tags written in them.

    Names are tags when all of them are `O` or a position with a type, such as `B-PER`, and an `O` is among them.

    Args:
        names: of the classes, in the order of their numbers.
    """

    def __init__(self, names: Sequence[str]):
        self.names = tuple(names)
        self.tags = tags_of(names)
        self.types = tuple(dict.fromkeys(tag.type for tag in self.tags or () if tag.position))
        self._numbers = {tag: number for number, tag in enumerate(self.tags or ())}
        positions = {tag.position for tag in self.tags or ()}
        self.has_begins, self.has_ends = BEGINS in positions, bool({ENDS, SINGLE} & positions)

    @property
    def outside(self) -> int:
        """The number of `O`."""
        return self._numbers[Tag(None)]

    def written(self, kind: str, count: int) -> list[int]:
        """Returns the class numbers of the tokens of an entity.

        Args:
            kind: its type.
            count: of its tokens.

        Raises:
            DataError: when a tag that it needs is not among the names.
        """
        first, inside, last = INSIDE, INSIDE, INSIDE
        if self.has_begins:
            first = BEGINS
        if self.has_ends:
            last = ENDS
            first = first if count > 1 else SINGLE
        positions = [first, *[inside] * (count - 2), last][:count]
        return [self._number(position, kind) for position in positions]

    def _number(self, position, kind):
        try:
            return self._numbers[Tag(position, kind)]
        except KeyError:
            raise DataError(
                f"an entity {kind!r} of several tokens needs the class {position}-{kind}, which is not among the class "
                "names; make them with entity_tags"
            ) from None


def tags_of(names: Sequence[str]) -> tuple[Tag, ...] | None:
    """Returns class names taken apart; None when they are no tags (see `ClassTags`)."""
    if OUTSIDE not in names:
        return None
    try:
        return tuple(parse_tag(name) for name in names)
    except DataError:
        return None


def parse_tag(name: str) -> Tag:
    """Takes a class name such as `B-PER`, `I_LOC` or `O` apart.

    Raises:
        DataError: when it is no tag.
    """
    return Tag(*(split_tag(name) or (None,)))
