"""Every quantization of one model side by side: size, difference, and the task's metric on the user's texts."""

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from albert_tf.answers.results import Prediction
from albert_tf.errors import ExportError, MissingExtraError
from albert_tf.export.parity import ANY_DIFFERENCE
from albert_tf.export.settings import QUANTIZATIONS
from albert_tf.export.tflite import ExportResult, export_tflite
from albert_tf.runtime.measurement import timed_answers
from albert_tf.runtime.runner import TFLiteRunner

STATIC_LENGTH = 64


@dataclasses.dataclass(frozen=True)
class QuantizationChoice:
    """One row of the comparison.

    Args:
        quantization, form: of the file.
        size: in bytes.
        relative_difference: largest difference from Keras as a share of the largest value.
        agreement: share of labels that are Keras's; None for regression.
        metric: of the file, as the caller counts it.
        mean_ms: milliseconds a text, tokenization included.
        lowest_runtime: version of TensorFlow Lite.
    """

    quantization: str
    form: str
    size: int
    relative_difference: float
    agreement: float | None
    metric: float
    mean_ms: float
    lowest_runtime: str


def compare_quantizations(
    model: Any,
    texts: list[str],
    metric: Callable[[list[Prediction]], float],
    pairs: list[str] | None = None,
    *,
    quantizations: tuple[str, ...] = QUANTIZATIONS,
    static_length: int = STATIC_LENGTH,
) -> tuple[list[QuantizationChoice], list[str]]:
    """Exports a model in each quantization and measures every file on labelled texts.

    Args:
        model: a text classifier or regressor with a preprocessor.
        texts: labelled texts that were not trained on; the static quantization is calibrated on the first of them.
        metric: from predictions, in the order of the texts, to a number.
        pairs: second texts, or None.
        quantizations: which.
        static_length: tokens of the `int8-static` file, which is unrolled; longer texts are truncated.

    Returns:
        The rows, and a sentence for each quantization that was left out, with the reason.

    Raises:
        ExportError: when the model cannot be exported at all.
    """
    rows, left_out = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for quantization in quantizations:
            path = Path(folder) / f"{quantization}.tflite"
            fixed: dict[str, Any] = (
                {"form": "unrolled", "length": static_length}
                if quantization == "int8-static"
                else {}
            )
            try:
                result = export_tflite(
                    model,
                    path,
                    quantization,
                    texts=texts,
                    pairs=pairs,
                    limits=ANY_DIFFERENCE,
                    **fixed,
                )
            except MissingExtraError as error:
                left_out.append(f"{quantization} is left out: {error}")
                continue
            rows.append(_row(result, texts, pairs, metric))
    if not rows:
        raise ExportError("; ".join(left_out))
    return rows, left_out


def _row(result: ExportResult, texts, pairs, metric) -> QuantizationChoice:
    predictions, mean_ms = timed_answers(TFLiteRunner(result.path), texts, pairs)
    return QuantizationChoice(
        result.quantization,
        result.form,
        result.size,
        result.parity.relative_difference,
        result.parity.agreement,
        float(metric(predictions)),
        mean_ms,
        result.summary.lowest_runtime,
    )
