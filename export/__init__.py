"""From a Keras model to a TensorFlow Lite file, and back to answers."""

from albert_tf.export.comparison import QuantizationChoice, compare_quantizations
from albert_tf.export.exit_curve import ExitPoint, find_knee, measure_exits
from albert_tf.export.inspection import TFLiteSummary, inspect_tflite
from albert_tf.export.measurement import Latency, Measurement, measure_tflite
from albert_tf.export.parity import DEFAULT_LIMITS, ParityLimits, ParityReport
from albert_tf.export.runner import Prediction, TFLiteRunner
from albert_tf.export.saved_model import export_saved_model
from albert_tf.export.settings import FORMS, QUANTIZATIONS
from albert_tf.export.tflite import ExportResult, export_tflite

__all__ = [
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
