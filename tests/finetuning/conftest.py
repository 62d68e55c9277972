"""A small start and a few texts, for fine-tunings of a moment."""

import pytest

from albert_tf.finetuning import ModelStart
from tests.tiny import english_model

GOOD = ["a lovely film", "well worth the money", "great sound and a fair price", "I love it"]
BAD = ["a waste of time", "it broke after a week", "poor sound at a high price", "I hate it"]
TEXTS = [f"{text} {number}" for number in range(6) for text in (*GOOD, *BAD)]
LABELS = ["good"] * 4 + ["bad"] * 4
LABELS = LABELS * 6
QUICK = {"epochs": 1, "batch_size": 16, "sequence_length": 16, "verbose": 0}


@pytest.fixture(scope="session")
def start(made_once) -> ModelStart:
    """A preset of random weights, of a few thousand beside its word table."""
    return ModelStart(
        preset=made_once(
            "start", lambda folder: english_model(num_classes=2).save_to_preset(folder)
        )
    )
