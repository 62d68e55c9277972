"""What leaving early costs and saves: the task's metric against layers and time, and where to stop."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from albert_tf.answers.results import Prediction
from albert_tf.errors import ExportError
from albert_tf.runtime.measurement import timed_answers
from albert_tf.runtime.runner import TFLiteRunner

CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
TOLERANCE_SHARES = (0.02, 0.05, 0.1, 0.2)
"""Tolerances that are tried for regressors, as shares of the deviation of the full-depth answers."""

ALLOWED_LOSS = 0.005
"""What the knee may cost of the metric, by default: half a point of accuracy."""


@dataclasses.dataclass(frozen=True)
class ExitPoint:
    """One setting of the controls, measured on labelled texts.

    Args:
        controls: arguments of `TFLiteRunner`; empty for full depth.
        metric: as the caller counts it; more is better.
        mean_layers: layers that ran, on average.
        mean_ms: milliseconds a text, tokenization included, on average.
        histogram: texts by the number of layers that ran, from 1.
    """

    controls: dict[str, float]
    metric: float
    mean_layers: float
    mean_ms: float
    histogram: tuple[int, ...]


def measure_exits(
    runner: TFLiteRunner,
    texts: Sequence[str],
    metric: Callable[[list[Prediction]], float],
    pairs: Sequence[str] | None = None,
) -> list[ExitPoint]:
    """Runs a file with early exits at every patience, and at a few confidences or tolerances.

    Args:
        runner: of a file with early exits; its controls are as in the file afterwards.
        texts: labelled texts that were not trained on.
        metric: from the predictions, in the order of the texts, to a number of which more is better.
        pairs: second texts, or None.

    Returns:
        Points; the first is full depth.

    Raises:
        ExportError: when the file has no early exits.
    """
    if not runner.controls:
        raise ExportError(
            f"{runner.name} has no early exits to measure; train with early_exit=True and export with form 'loop'"
        )
    layers = runner.metadata["config"]["num_hidden_layers"]
    runner.set_controls()
    settings = [{}, *_settings(runner, texts, pairs, layers)]
    points = []
    for controls in settings:
        runner.set_controls(**controls)
        points.append(_point(runner, controls, texts, pairs, metric, layers))
    runner.set_controls()
    return points


def find_knee(points: Sequence[ExitPoint], allowed_loss: float = ALLOWED_LOSS) -> ExitPoint:
    """Returns the point of the fewest layers whose metric is within `allowed_loss` of full depth's.

    Args:
        points: as `measure_exits` returns them. One whose metric is NaN is never the knee.
        allowed_loss: in the metric's unit, at least 0.

    Raises:
        ExportError: when `allowed_loss` is no such number, or the metric of full depth is NaN, as a correlation
            is of a single text or of equal answers: then there is nothing to be within.
    """
    if not allowed_loss >= 0:  # so that NaN fails
        raise ExportError(f"the allowed loss is {allowed_loss}; expected a number of at least 0")
    if np.isnan(points[0].metric):
        raise ExportError(
            "the metric of full depth is not defined (NaN), so no setting can be compared with it; "
            "give more texts, whose answers differ"
        )
    enough = points[0].metric - allowed_loss - 1e-9
    return min((p for p in points if p.metric >= enough), key=lambda p: p.mean_layers)


def _settings(runner, texts, pairs, layers):
    if "confidence" in runner.controls:
        yield from ({"patience": patience} for patience in range(1, layers))
        yield from ({"confidence": confidence} for confidence in CONFIDENCES)
        return
    deviation = float(np.std(runner.scores(list(texts), pairs)))
    for share in TOLERANCE_SHARES:
        for patience in range(1, layers):
            yield {"patience": patience, "tolerance": share * deviation}


def _point(runner, controls, texts, pairs, metric, layers):
    predictions, mean_ms = timed_answers(runner, texts, pairs)
    used = np.array([p.layers for p in predictions])
    return ExitPoint(
        controls,
        float(metric(predictions)),
        float(used.mean()),
        mean_ms,
        tuple(np.bincount(used, minlength=layers + 1)[1:].tolist()),
    )
