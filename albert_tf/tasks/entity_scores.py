"""Strict entity F1: an entity counts when its label and both its ends are right, as in CoNLL's and seqeval's scores."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

Found = Iterable[Any]
"""The entities of one text, as `(label, start, end)` or as objects that have these, such as `Entity`."""


def entity_metrics(predicted: Sequence[Found], true: Sequence[Found]) -> dict[str, float]:
    """Computes precision, recall and F1 over all entities of all texts, and the mean F1 of the labels.

    Args:
        predicted: for each text its entities, as `(label, start, end)` or as objects that have these: what `answer` of
            an `AlbertTokenClassifier` gives.
        true: likewise.

    Returns:
        `precision`, `recall`, `f1` (micro-averages) and `macro_f1`, from 0 to 1; 0 where there is nothing to divide by.

    Example:
    ```python
    from albert_tf.tables import LabelledSpan
    from albert_tf.tasks import entity_metrics

    true = [[LabelledSpan("PER", 0, 3)], []]
    entity_metrics([[("PER", 0, 3)], [("LOC", 1, 2)]], true)  # precision 0.5, recall 1.0
    ```
    """
    by_label = entity_metrics_by_label(predicted, true)
    right, given, wanted = (
        sum(row[k] for row in by_label.values()) for k in ("right", "predicted", "support")
    )
    macro = sum(row["f1"] for row in by_label.values()) / len(by_label) if by_label else 0.0
    return {**_rates(right, given, wanted), "macro_f1": macro}


def entity_metrics_by_label(
    predicted: Sequence[Found], true: Sequence[Found]
) -> dict[str, dict[str, float]]:
    """Returns for each label, in alphabetical order, `precision`, `recall`, `f1`, and the counts behind them.

    The counts are `right`, `predicted` and `support`.
    """
    counts = {name: Counter() for name in ("right", "predicted", "support")}
    for mine, theirs in zip(predicted, true, strict=True):
        mine, theirs = (set(map(_triple, entities)) for entities in (mine, theirs))
        for name, entities in (("right", mine & theirs), ("predicted", mine), ("support", theirs)):
            counts[name].update(label for label, *_ in entities)
    labels = sorted(counts["predicted"] | counts["support"])
    rows = {label: {name: counts[name][label] for name in counts} for label in labels}
    return {label: {**_rates(*row.values()), **row} for label, row in rows.items()}


def _triple(entity) -> tuple[str, int, int]:
    is_object = hasattr(entity, "label")
    return (entity.label, entity.start, entity.end) if is_object else tuple(entity)


def _rates(right, given, wanted) -> dict[str, float]:
    precision, recall = (right / n if n else 0.0 for n in (given, wanted))
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
