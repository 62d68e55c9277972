"""What the model card says about a file, before anything is converted."""

import json
import math
from types import SimpleNamespace

import pytest

from albert_tf import AlbertBackbone
from albert_tf.export.card import card_json, card_markdown, model_card
from albert_tf.export.settings import ExportSettings
from albert_tf.export.writing import describe
from tests.export.conftest import text_model
from tests.tiny import tiny_config


def card_of(model, training=None, **arguments):
    summary = SimpleNamespace(lowest_runtime="2.17", operators={})
    report = {"agreement": None, "relative_difference": 0.0, "texts": 1, "source": "sample texts"}
    metadata = describe(model, ExportSettings(**arguments), summary).metadata
    parity = SimpleNamespace(to_dict=lambda: report)
    return model_card("model.tflite", b"", metadata, None, summary, parity, training)


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


def trained(**changes):
    """The card of a model with a record of its training."""
    model = text_model()
    record = {
        "start": "albert_small_en",
        "epochs": 1,
        "data": {
            "file": "spam.csv",
            "sha256": "ab",
            "training_texts": 1200,
            "validation_texts": 1,
        },
        "metrics": {"this model": {"pearson": None, "mae": 0.25}},
    }
    return card_of(model, training={**record, **changes})


def test_numbers_agree_with_their_nouns():
    text = card_markdown(trained())
    assert "Trained on 1,200 texts of `spam.csv`" in text
    assert "albert_small_en, 1 epoch. Of 1 text held out:" in text
    assert "albert_small_en, 3 epochs." in card_markdown(trained(epochs=3))
    model = text_model(num_hidden_layers=1)
    assert ": 1 layer of 1 group of shared weights" in card_markdown(card_of(model))


@pytest.mark.parametrize(
    ("file", "sha256", "said"),
    [
        ("spam.csv", "ab", "1,200 texts of `spam.csv` (SHA-256 `ab`), from"),
        ("SNIPS", None, "1,200 texts of `SNIPS`, from"),
        (None, None, "1,200 texts that were given in memory, from"),
    ],
)
def test_where_the_texts_came_from(file, sha256, said):
    data = {"file": file, "sha256": sha256, "training_texts": 1200, "validation_texts": 9}
    assert said in card_markdown(trained(data=data))


@pytest.mark.parametrize("pearson", [None, math.nan])
def test_a_figure_that_is_not_defined(pearson):
    """As the correlation of equal answers; JSON has no word for it, and many readers refuse a file with NaN."""
    card = trained(metrics={"this model": {"pearson": pearson, "mae": 0.25}})
    assert "| this model | pearson not defined, mae 0.2500 |" in card_markdown(card)
    read = json.loads(card_json(card), parse_constant=pytest.fail)
    assert read["training"]["metrics"] == {"this model": {"pearson": None, "mae": 0.25}}


def test_longest_input_without_preprocessor():
    assert card_of(AlbertBackbone(tiny_config()))["longest_input"] == 40
    assert card_of(AlbertBackbone(tiny_config()), length=24)["longest_input"] == 24
