"""Beams compared: the outputs of a question answerer whose ends are scored for given starts.

Numbers that are places cannot be a little off, and the numbers beside them belong to other places where two starts
have changed their order. So log-probabilities are compared in their order, those of ends start by start, and the places
that a user sees, of the best start and of the best span, are labels.
"""

from collections.abc import Mapping

import numpy as np

from albert_tf.layers.conditional_span_head import ABSENT

STARTS, START_PLACES = "start_top_log_probs", "start_top_index"
ENDS, END_PLACES = "end_top_log_probs", "end_top_index"


def is_beam(outputs: Mapping[str, np.ndarray]) -> bool:
    """Whether outputs by name are those of a beam."""
    return START_PLACES in outputs


def aligned_beams(
    expected: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Returns the numbers of two beams of one row that can be compared, by name, in the same order.

    Args:
        expected: outputs of the one, by name; without the axis of the batch.
        found: outputs of the other.
    """
    places = {int(place): row for row, place in enumerate(found[START_PLACES])}
    real = expected[STARTS] > ABSENT / 2  # there may be fewer tokens than the beam is wide
    shared = [
        (row, places[int(place)])
        for row, place in enumerate(expected[START_PLACES])
        if real[row] and int(place) in places
    ]
    width = len(expected[ENDS]) // len(expected[STARTS])
    pair = []
    for outputs, rows in zip((expected, found), zip(*shared, strict=True), strict=False):
        pair.append(outputs[ENDS].reshape(-1, width)[list(rows)].ravel())
    ends = pair or [np.zeros(1, "float32")] * 2  # no start in common, which the labels tell
    ends = [values[ends[0] > ABSENT / 2] for values in ends]
    mine, theirs = (
        {STARTS: outputs[STARTS][real], ENDS: values, "cls_logits": outputs["cls_logits"]}
        for outputs, values in zip((expected, found), ends, strict=True)
    )
    return mine, theirs


def best_places(outputs: Mapping[str, np.ndarray]) -> list[tuple[str, tuple, float]]:
    """Returns what the beam of one row decides.

    Returns:
        For the best start and for the best span its name, its place or places, and by how much it leads the second.
    """
    starts = outputs[STARTS].astype("float64")
    spans = (starts[:, None] + outputs[ENDS].reshape(len(starts), -1)).ravel()
    places = outputs[END_PLACES]
    best = int(spans.argmax())
    start = int(outputs[START_PLACES][0])
    span = int(outputs[START_PLACES][best // (len(spans) // len(starts))]), int(places[best])
    return [(STARTS, (start,), _lead(starts)), (ENDS, span, _lead(spans))]


def _lead(scores) -> float:
    first = np.sort(scores)[::-1][:2]
    return float(first[0] - first[-1]) if len(first) == 2 else np.inf
