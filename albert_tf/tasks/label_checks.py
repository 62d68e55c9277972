"""What in the labels of a training table no model can learn, or hardly."""

from collections import Counter

from albert_tf.tables.cell_values import shown_lines
from albert_tf.tables.table import TextTable

# Classes of fewer texts are named.
FEW_TEXTS = 5
SHOWN_CLASSES = 5


def check_labels(table: TextTable) -> list[str]:
    """Return notes on texts that stand there with several labels, and on classes of few texts.

    Texts are compared without case and outer or repeated white space.

    Args:
        table: for training; without labels there is nothing to note.
    """
    if table.labels is None:
        return []
    return [*_contradictions(table), *_rare_classes(table)]


def _contradictions(table: TextTable) -> list[str]:
    seen: dict[tuple, set] = {}
    keys = [table.text_key(row) for row in range(len(table))]
    for key, label in zip(keys, table.labels, strict=True):
        seen.setdefault(key, set()).add(frozenset(label) if isinstance(label, list) else label)
    lines = [line for key, line in zip(keys, table.lines, strict=True) if len(seen[key]) > 1]
    if not lines:
        return []
    what = "value" if table.task == "regression" else "label"
    if len(lines) == len(table):
        return [
            f"every text stands there with another {what} too, so that nothing can be learned from "
            f"them; check the {what}s, and that the right column is read"
        ]
    share = f"{len(lines):,} of {len(table):,} texts ({len(lines) / len(table):.1%})"
    return [f"{share} stand there with another {what} too ({shown_lines(lines)}); check them"]


def _rare_classes(table: TextTable) -> list[str]:
    if table.task == "regression":
        return []
    several = table.task == "multi_label"
    each = (e for label in table.labels for e in label) if several else table.labels
    counts = Counter(each)
    rare = sorted((n, name) for name, n in counts.items() if n < FEW_TEXTS)
    if not rare:
        return []
    shown = ", ".join(f"{name!r} ({n})" for n, name in rare[:SHOWN_CLASSES])
    more = ", ..." if len(rare) > SHOWN_CLASSES else ""
    have = "has" if len(rare) == 1 else "have"
    return [
        f"{len(rare)} of {len(counts)} classes {have} fewer than {FEW_TEXTS} texts, which is little "
        f"to learn from: {shown}{more}"
    ]
