"""Files of multiple choice: choices that are not there, and questions of more choices than the file takes."""

import numpy as np
import pytest

from albert_tf import AlbertMultipleChoice, AlbertTokenizer
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.preprocessing import AlbertMultipleChoicePreprocessor
from tests.export.conftest import ANY
from tests.tiny import english_model

QUESTIONS = ["What barks?", "Is water wet?", "How many?"]
CHOICES = [["a dog", "a cat", "a tree"], ["yes", "no"], list("abcdefg")]


@pytest.fixture(scope="module")
def model():
    reader = AlbertMultipleChoicePreprocessor(AlbertTokenizer(), sequence_length=24)
    return english_model(AlbertMultipleChoice, scale=0.3, preprocessor=reader)


FILES = [("none", "loop"), ("int8", "loop"), ("int4", "unrolled")]
SLOW = [("none", "unrolled"), ("int8", "unrolled"), ("int8", "signatures"), ("int4", "loop")]
SLOW += [("int8-static", "unrolled")]


@pytest.mark.parametrize(
    ("quantization", "form"), [*FILES, *(pytest.param(*f, marks=pytest.mark.slow) for f in SLOW)]
)
def test_a_choice_that_is_not_there_has_no_chance(model, tmp_path, quantization, form):
    length = 24 if quantization == "int8-static" else None
    options = {"quantization": quantization, "form": form, "length": length, "limits": ANY}
    runner = TFLiteRunner(export_tflite(model, tmp_path / "model.tflite", **options).path)
    ids = np.random.default_rng(0).integers(5, 30_000, (1, 4, 24)).astype("int32")
    mask = np.ones_like(ids)
    (whole,) = runner.run(ids, None, mask)["logits"]
    assert (np.abs(whole) < 100).all()
    mask[0, 1] = mask[0, 3] = 0
    (found,) = runner.run(ids, None, mask)["logits"]
    assert (found[[1, 3]] <= -1e8).all()
    np.testing.assert_allclose(found[[0, 2]], whole[[0, 2]], atol=1e-5)


@pytest.mark.parametrize(("choices", "batch"), [(1, 1), (3, 2)])
def test_any_number_of_choices_from_a_file_of_a_fixed_one(model, tmp_path, choices, batch):
    path = tmp_path / "model.tflite"
    export_tflite(model, path, "none", choices=choices, batch=batch)
    expected = model.answer(QUESTIONS, CHOICES)
    for mine, theirs in zip(TFLiteRunner(path)(QUESTIONS, CHOICES), expected, strict=True):
        assert mine.scores == pytest.approx(theirs.scores, abs=1e-5)
        assert mine.index == theirs.index


def test_a_report_on_ones_own_questions(model, tmp_path):
    options = {"texts": QUESTIONS, "pairs": CHOICES}
    exported = export_tflite(model, tmp_path / "model.tflite", "none", **options)
    assert exported.parity.source == "given texts"
    assert exported.parity.texts == 4  # the last question has more choices than one run takes
    assert 0 < exported.parity.relative_difference < 1e-4
