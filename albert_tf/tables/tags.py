"""Tag schemes: from one tag for each word to stretches of words, and back to IOB2.

IOB1 begins an entity with `I-`, and with `B-` only where it follows another of its type; IOB2 always with `B-`; BIOES
ends it with `E-`, or has `S-` for one word (BILOU: `L-`, `U-`). IO, `I-` alone, is read as IOB1, whose rules it keeps.
"""

from albert_tf.errors import DataError

SCHEMES = ("IOB1", "IOB2", "BIOES")
OUTSIDE = "O"
_SYNONYMS = str.maketrans("LUMW", "ESIS")


def split_tag(tag: str) -> tuple[str, str] | None:
    """Returns position and type of a tag; None for `O`.

    Raises:
        DataError: when it is no tag of any scheme.
    """
    if tag == OUTSIDE:
        return None
    position, mark, kind = tag[:1].translate(_SYNONYMS), tag[1:2], tag[2:]
    if position not in "BIES" or mark not in ("-", "_") or not kind:
        raise DataError(f"{tag!r} is no tag; expected O, or a position and a type, such as B-PER")
    return position, kind


def find_scheme(sentences: list[list[str]]) -> str:
    """Returns which of `SCHEMES` tags are written in, by what stands in them.

    Raises:
        DataError: as `split_tag`.
    """
    begins_inside = False
    for tags in sentences:
        before = None
        for tag in tags:
            parts = split_tag(tag)
            if parts and parts[0] in "ES":
                return "BIOES"
            if parts and parts[0] == "I" and (before is None or before[1] != parts[1]):
                begins_inside = True
            before = parts
    return "IOB1" if begins_inside else "IOB2"


def stretches(tags: list[str], scheme: str | None = None) -> list[tuple[str, int, int]]:
    """Returns type, first word and last word of each entity.

    Args:
        tags: of the words.
        scheme: one of `SCHEMES`, whose rules are then checked; None: tags that are known to be in order.

    Raises:
        DataError: when a tag may not stand where it does; the message says which, from 1.
    """
    if scheme is not None:
        _check(tags, scheme)
    found: list[tuple[str, int, int]] = []
    begun = None  # type and first word of an entity that may go on
    for place, tag in enumerate(tags):
        parts = split_tag(tag)
        position, kind = parts or (None, "")
        goes_on = position in ("I", "E") and begun is not None and begun[0] == kind
        if begun is not None and not goes_on:
            found.append((*begun, place - 1))
            begun = None
        if position is not None and begun is None:
            begun = (kind, place)
        if position in ("E", "S"):
            found.append((*begun, place))
            begun = None
    return [*found, (*begun, len(tags) - 1)] if begun is not None else found


def _check(tags: list[str], scheme: str) -> None:
    """Raises a `DataError` for the first tag that the scheme forbids in its place."""
    open_type = None  # of an entity that may go on; in BIOES it must
    for place, tag in enumerate(tags):
        position, kind = split_tag(tag) or (None, "")
        goes_on = position in ("I", "E") and open_type == kind
        wrong = position in ("I", "E") and not goes_on and scheme != "IOB1"
        is_left_open = scheme == "BIOES" and open_type is not None and not goes_on
        if wrong or is_left_open or (position in ("E", "S") and scheme != "BIOES"):
            raise DataError(f"tag {place + 1}, {tag!r}, may not stand there in {scheme}")
        open_type = kind if position in ("B", "I") else None
    if open_type is not None and scheme == "BIOES":
        raise DataError(
            f"tag {len(tags)}, {tags[-1]!r}, leaves an entity open, which {scheme} ends with E"
        )


def iob2(entities: list[tuple[str, int, int]], number: int) -> list[str]:
    """Returns a tag for each of `number` words, as the inverse of `stretches`."""
    tags = [OUTSIDE] * number
    for kind, first, last in entities:
        tags[first : last + 1] = [f"I-{kind}"] * (last + 1 - first)
        tags[first] = f"B-{kind}"
    return tags
