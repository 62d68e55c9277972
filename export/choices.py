"""What can be asked of an export, by name: also the command line's choices, so this imports nothing."""

QUANTIZATIONS = ("none", "fp16", "int8", "int4", "int8-static")
"""Accepted values of `quantization`: float32, float16 weights, int8 or int4 weights with dynamically
quantized inputs, int8 weights and activations."""

FORMS = ("loop", "unrolled", "signatures")
"""Accepted values of `form`: the layers of a group as one WHILE operator; written out one after
another; or so for each of a few lengths, which share the weights."""

CLIENTS = {"task-library": "2.13.0", "mediapipe": None}
"""Who can read a file, and the TensorFlow Lite inside it; None: newer than any that matters here.

The last release of the Task Library, 0.4.4 of July 2023, does not tell its version; it refuses matrices with a
scale for each output, which 2.17 brought.
"""
