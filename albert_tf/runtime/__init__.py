"""An exported file, and the answers it gives: NumPy and LiteRT only.

Whatever else the package imports, TensorFlow first, stays out of this room and of those below it, so that a file
answers in a blink on whatever machine it is copied to.
"""

from albert_tf.answers.results import Prediction
from albert_tf.runtime.bundle import Bundle, read_bundle
from albert_tf.runtime.measurement import Latency, Measurement, measure_tflite
from albert_tf.runtime.runner import TFLiteRunner

__all__ = [
    "Bundle",
    "Latency",
    "Measurement",
    "Prediction",
    "TFLiteRunner",
    "measure_tflite",
    "read_bundle",
]
