"""What the model card says about a file, before anything is converted."""

from types import SimpleNamespace

import pytest

from albert_tf import AlbertBackbone
from albert_tf.export.card import card_markdown, model_card
from albert_tf.export.settings import ExportSettings
from albert_tf.export.writing import describe
from tests.export.conftest import text_model
from tests.tiny import tiny_config


def card_of(model, **arguments):
    summary = SimpleNamespace(lowest_runtime="2.17", operators={})
    report = {"agreement": None, "relative_difference": 0.0, "texts": 1, "source": "sample texts"}
    metadata = describe(model, ExportSettings(**arguments), summary).metadata
    parity = SimpleNamespace(to_dict=lambda: report)
    return model_card("model.tflite", b"", metadata, None, summary, parity, None)


@pytest.mark.parametrize(
    ("sequence_length", "arguments", "longest"),
    [
        (128, {"length": 64}, 64),
        (128, {"length": 200}, 128),
        (128, {}, 128),
        (300, {"form": "signatures"}, 256),
        (40, {"form": "signatures"}, 40),
    ],
)
def test_longest_input(sequence_length, arguments, longest):
    """The least of what the positions (300), the graph and the preprocessor take."""
    model = text_model(sequence_length=sequence_length, max_position_embeddings=300)
    card = card_of(model, **arguments)
    assert card["longest_input"] == longest
    assert f"| longest input | {longest} tokens;" in card_markdown(card)


def test_longest_input_without_preprocessor():
    assert card_of(AlbertBackbone(tiny_config()))["longest_input"] == 40
    assert card_of(AlbertBackbone(tiny_config()), length=24)["longest_input"] == 24
