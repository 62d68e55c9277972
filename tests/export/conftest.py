"""Tiny models with a real tokenizer, and a file exported once for the tests that only read it."""

import pytest

from albert_tf import AlbertTextClassifier
from albert_tf.export import ParityLimits, export_tflite
from tests.tiny import english_model

LABELS = ["ham", "spam", "große Ernte"]
ANY = ParityLimits(difference=10.0, agreement=0.0)
"""For exports where it is not the question what random weights lose to quantization."""


def text_model(
    cls=AlbertTextClassifier, sequence_length=40, *, labels=LABELS, dtype=None, **changes
):
    """A tiny random model that reads English texts."""
    arguments = {}
    if cls is AlbertTextClassifier:
        arguments = {
            "num_classes": 3,
            "class_names": labels,
            "multi_label": changes.pop("multi_label", False),
        }
    options = {"sequence_length": sequence_length, "dtype": dtype, "sizes": changes}
    return english_model(cls, scale=0.3, **options, **arguments)  # a text's words move the logits


@pytest.fixture(scope="session")
def model():
    """A classifier of three labels."""
    return text_model()


@pytest.fixture(scope="session")
def exported(model, tmp_path_factory):
    """The classifier in float32, as a loop for any length."""
    return export_tflite(model, tmp_path_factory.mktemp("exported") / "model.tflite", "none")


@pytest.fixture(scope="session")
def signatures(model, tmp_path_factory):
    """The classifier in float32, with a signature for 32 and one for 40 tokens."""
    path = tmp_path_factory.mktemp("signatures") / "model.tflite"
    return export_tflite(model, path, "none", "signatures")
