"""JSON that every reader takes: it has no word for NaN and infinity, which Python's `json` writes all the same."""

import math


def finite(value):
    """Returns a value for JSON in which each number that is not finite is None, which becomes `null`.

    Args:
        value: a number, string or None, or lists, tuples and dicts of such.
    """
    if isinstance(value, dict):
        return {key: finite(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
