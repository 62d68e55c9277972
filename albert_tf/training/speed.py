"""How fast a run is."""

import time


class Speed:
    """Tokens a second, of training alone: validation and checkpoints do not count."""

    def __init__(self):
        self._first = self._others = self._recent = (0, 0.0)  # tokens, seconds

    def begin(self) -> None:
        """Starts the clock."""
        self._start = time.perf_counter()

    def end(self, tokens: float) -> None:
        """Stops it after a batch of so many tokens."""
        batch = (tokens, time.perf_counter() - self._start)
        self._recent = _sum(self._recent, batch)
        if self._first == (0, 0.0):
            self._first = batch
        else:
            self._others = _sum(self._others, batch)

    def since_last(self) -> float:
        """Returns the tokens a second since the last call."""
        rate = _rate(*self._recent)
        self._recent = (0, 0.0)
        return rate

    def overall(self) -> float:
        """Returns the tokens a second, without the first batch, which compiles; 0.0 without any."""
        return _rate(*self._others) or _rate(*self._first)


def _sum(one, other):
    return one[0] + other[0], one[1] + other[1]


def _rate(tokens, seconds):
    return tokens / seconds if seconds else 0.0
