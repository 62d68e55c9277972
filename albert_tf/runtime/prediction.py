"""The answer to a text."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The answer to one text.

    Args:
        label: the best label; None for regression.
        probability: of that label.
        scores: probability of every label; empty for regression.
        labels: the labels that hold: the best one, or with multi-label those of at least 0.5.
        value: the number, for regression; else None.
        layers: how many layers ran, for files with early exits; else None.
    """

    label: str | None = None
    probability: float | None = None
    scores: dict[str, float] = dataclasses.field(default_factory=dict)
    labels: tuple[str, ...] = ()
    value: float | None = None
    layers: int | None = None
