"""Files of token classifiers: in every form they find what the model finds, in texts of any length."""

import re

import keras
import pytest

from albert_tf import AlbertTokenClassifier, AlbertTokenizer
from albert_tf.errors import DataError, ExportError
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.preprocessing import AlbertTokenClassifierPreprocessor
from albert_tf.tables import entity_tags
from tests.export.conftest import ANY
from tests.tiny import english_model

LONG = "Ada saw São Paulo, \U0001f600 and Rome's rain. " * 40
TEXTS = ["Ada saw Rome", "", LONG, "\U0001f600\U0001f680"]
FORMS = {
    "loop": ("none", "loop", {}),
    "unrolled, fixed": ("none", "unrolled", {"length": 16}),
    "batches": ("none", "loop", {"length": 16, "batch": 3}),
    "signatures": ("none", "signatures", {}),
    "int8": ("int8", "loop", {}),
    "int8, unrolled": ("int8", "unrolled", {"length": 16}),
}


@pytest.fixture(scope="module")
def model():
    """A model that has learned what is in the texts, so that int8 does not change its mind."""
    own = AlbertTokenClassifierPreprocessor(AlbertTokenizer(), sequence_length=16)
    options = {"preprocessor": own, "class_names": entity_tags(["PER", "LOC"]), "dropout": 0.0}
    sizes = {"num_hidden_layers": 2}
    model = english_model(AlbertTokenClassifier, scale=0.05, sizes=sizes, **options)
    model.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    model.fit([TEXTS[0], LONG[:200]], [found(TEXTS[0]), found(LONG[:200])], epochs=40, verbose=0)
    return model


def found(text):
    """The entities of a text."""
    labels = {"Ada": "PER", "São Paulo": "LOC", "Rome": "LOC"}
    matches = re.finditer("|".join(labels), text)
    return [(match.start(), match.end(), labels[match.group()]) for match in matches]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_finds_the_same(name, model, tmp_path):
    quantization, form, options = FORMS[name]
    path = tmp_path / "model.tflite"
    export_tflite(model, path, quantization, form, limits=ANY, **options)
    runner = TFLiteRunner(path)
    answers, expected = runner(TEXTS), model.answer(TEXTS)
    assert [[(e.start, e.end, e.label) for e in row] for row in answers] == list(map(found, TEXTS))
    tolerance = 1e-4 if quantization == "none" else 0.05
    for mine, theirs in zip(answers, expected, strict=True):
        wanted = pytest.approx([entity.probability for entity in theirs], abs=tolerance)
        assert [entity.probability for entity in mine] == wanted
        assert [entity.text for entity in mine] == [entity.text for entity in theirs]
    assert runner.task is None
    with pytest.raises(DataError, match="pairs of texts; expected texts alone"):
        runner(TEXTS, TEXTS)
    with pytest.raises(ExportError, match="gives no answer to a text"):
        runner.scores(TEXTS)


def test_the_card_says_what_becomes_of_long_texts(model, tmp_path):
    result = export_tflite(model, tmp_path / "model.tflite", limits=ANY)
    card = result.path.with_suffix(".card.md").read_text("utf-8")
    assert "longer texts are read in windows" in card
    assert "PER" in card
