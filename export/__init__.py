"""From a Keras model to a TensorFlow Lite file, and back to answers."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.answers.results import Prediction
    from albert_tf.export.choices import CLIENTS, FORMS, QUANTIZATIONS
    from albert_tf.export.comparison import QuantizationChoice, compare_quantizations
    from albert_tf.export.exit_curve import ExitPoint, find_knee, measure_exits
    from albert_tf.export.inspection import TFLiteSummary, inspect_tflite
    from albert_tf.export.parity import DEFAULT_LIMITS, ParityLimits, ParityReport
    from albert_tf.export.saved_model import export_saved_model
    from albert_tf.export.tflite import ExportResult, export_tflite
    from albert_tf.runtime.measurement import Latency, Measurement, measure_tflite
    from albert_tf.runtime.runner import TFLiteRunner

__all__ = [
    "CLIENTS",
    "DEFAULT_LIMITS",
    "FORMS",
    "QUANTIZATIONS",
    "ExitPoint",
    "ExportResult",
    "Latency",
    "Measurement",
    "ParityLimits",
    "ParityReport",
    "Prediction",
    "QuantizationChoice",
    "TFLiteRunner",
    "TFLiteSummary",
    "compare_quantizations",
    "export_saved_model",
    "export_tflite",
    "find_knee",
    "inspect_tflite",
    "measure_exits",
    "measure_tflite",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.export.comparison": ("QuantizationChoice", "compare_quantizations"),
            "albert_tf.export.exit_curve": ("ExitPoint", "find_knee", "measure_exits"),
            "albert_tf.export.inspection": ("TFLiteSummary", "inspect_tflite"),
            "albert_tf.export.parity": ("DEFAULT_LIMITS", "ParityLimits", "ParityReport"),
            "albert_tf.export.saved_model": ("export_saved_model",),
            "albert_tf.export.choices": ("CLIENTS", "FORMS", "QUANTIZATIONS"),
            "albert_tf.export.tflite": ("ExportResult", "export_tflite"),
            "albert_tf.runtime.measurement": ("Latency", "Measurement", "measure_tflite"),
            "albert_tf.answers.results": ("Prediction",),
            "albert_tf.runtime.runner": ("TFLiteRunner",),
        },
    )
