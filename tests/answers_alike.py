"""Whether two answers are the same, for tests that compare what two programs made of the same texts."""

import dataclasses


def alike(mine, theirs, by: float = 1e-4) -> bool:
    """Whether two answers, or collections of them, are equal but for probabilities that differ by at most `by`."""
    if isinstance(mine, float):
        return abs(mine - theirs) <= by
    if dataclasses.is_dataclass(mine):
        return type(mine) is type(theirs) and alike(
            dataclasses.asdict(mine), dataclasses.asdict(theirs), by
        )
    if isinstance(mine, dict):
        return mine.keys() == theirs.keys() and all(alike(mine[k], theirs[k], by) for k in mine)
    if isinstance(mine, (list, tuple)):
        return len(mine) == len(theirs) and all(
            alike(a, b, by) for a, b in zip(mine, theirs, strict=True)
        )
    return mine == theirs
