"""What a report tells of entities: F1 by label, what kinds of mistakes there are, and the worst of them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from albert_tf.answers import Entity
from albert_tf.reports.markdown import cell, clip, number, table
from albert_tf.tables.entities import EntityText
from albert_tf.tasks.entity_scores import entity_metrics_by_label

SHOWN_MISTAKES = 20
SHOWN_CONFUSIONS = 10
AROUND = 60
"""Characters of a text that are shown on both sides of an entity."""

KINDS = {
    "missed": "nothing was found where it stands",
    "invented": "nothing stands where it was found",
    "type": "the characters are right, the label is not",
    "boundary": "the label is right, the characters overlap",
    "type and boundary": "another label, and the characters overlap",
}


def entity_mistakes(
    texts: Sequence[EntityText], answers: Sequence[Sequence[Entity]]
) -> dict[str, list[str]]:
    """Returns Markdown blocks by heading.

    Args:
        texts: with their entities.
        answers: of the model, for each its entities.
    """
    mistakes = [
        (kind, text, true, found)
        for text, given in zip(texts, answers, strict=True)
        for kind, true, found in compared(text.entities, given)
    ]
    return {
        "Labels": [_by_label(texts, answers)],
        "Mistakes": [_by_kind(mistakes), _confusions(mistakes), _worst(mistakes)],
    }


def compared(true: Iterable, found: Iterable) -> list[tuple]:
    """Returns the mistakes of one text, as `(kind, true entity or None, found entity or None)`; see `KINDS`.

    An entity that was found counts once, against the true one that shares most of its characters.
    """
    true, found = list(true), list(found)
    right = {(e.label, e.start, e.end) for e in true} & {(e.label, e.start, e.end) for e in found}
    true = [e for e in true if (e.label, e.start, e.end) not in right]
    mistakes, touched = [], set()
    for entity in found:
        if (entity.label, entity.start, entity.end) in right:
            continue
        shared = [min(entity.end, other.end) - max(entity.start, other.start) for other in true]
        place = max(range(len(true)), key=shared.__getitem__) if true else None
        if place is None or shared[place] <= 0:
            mistakes.append(("invented", None, entity))
            continue
        touched.add(place)
        other = true[place]
        same_place = (entity.start, entity.end) == (other.start, other.end)
        kind = "boundary" if entity.label == other.label else "type and boundary"
        mistakes.append(("type" if same_place else kind, other, entity))
    missed = (other for place, other in enumerate(true) if place not in touched)
    return [*mistakes, *(("missed", other, None) for other in missed)]


def _by_label(texts, answers) -> str:
    rows = entity_metrics_by_label(answers, [text.entities for text in texts])
    body = [
        [
            cell(label),
            f"{row['support']:,}",
            *(number(row[name]) for name in ("precision", "recall", "f1")),
        ]
        for label, row in sorted(rows.items(), key=lambda item: item[1]["f1"])
    ]
    return table(["label", "entities", "precision", "recall", "F1"], body) if body else ""


def _by_kind(mistakes) -> str:
    if not mistakes:
        return "Every entity was found, and nothing else."
    counts = Counter(kind for kind, *_ in mistakes)
    rows = [[kind, f"{counts[kind]:,}", meaning] for kind, meaning in KINDS.items()]
    return table(["mistake", "entities", "what it is"], rows)


def _confusions(mistakes) -> str:
    counts = Counter(
        (true.label, found.label)
        for kind, _, true, found in mistakes
        if kind in ("type", "type and boundary")
    )
    rows = [
        [cell(true), cell(found), f"{count:,}"]
        for (true, found), count in counts.most_common(SHOWN_CONFUSIONS)
    ]
    return table(["true label", "taken for", "entities"], rows) if rows else ""


def _worst(mistakes) -> str:
    """Lists the mistakes of which the model was most sure; what it missed, it gave no probability."""
    sure = sorted(
        (each for each in mistakes if each[3] is not None), key=lambda each: -each[3].probability
    )
    missed = [each for each in mistakes if each[3] is None]
    rows = [
        [
            _marked(text.text, true, found),
            cell("" if true is None else f"{true.label}: {clip(text.text[true.start : true.end])}"),
            cell("" if found is None else f"{found.label}: {clip(found.text)}"),
            "" if found is None else number(found.probability),
            str(text.line),
        ]
        for _, text, true, found in [*sure, *missed][:SHOWN_MISTAKES]
    ]
    if not rows:
        return ""
    heads = ["text", "true", "found", "probability", "line"]
    return f"{len(rows)} mistakes, the surest first:\n\n" + table(heads, rows)


def _marked(text, true, found) -> str:
    """The text around an entity, which is in bold."""
    entity = found or true
    before = text[max(0, entity.start - AROUND) : entity.start]
    after = text[entity.end : entity.end + AROUND]
    cut = "…" * (entity.start > AROUND), "…" * (entity.end + AROUND < len(text))
    middle = cell(text[entity.start : entity.end])
    return f"{cut[0]}{cell(before)} **{middle}** {cell(after)}{cut[1]}".strip()
