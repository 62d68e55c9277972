"""Every head in every form, quantization and length: a file within limits, or the documented refusal."""

import itertools
import os

import numpy as np
import pytest

from albert_tf import (
    AlbertBackbone,
    AlbertMaskedLM,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertTextClassifier,
    AlbertTextEmbedder,
    AlbertTextRegressor,
    AlbertTokenClassifier,
)
from albert_tf.errors import ExportError
from albert_tf.export import FORMS, QUANTIZATIONS, ParityLimits, TFLiteRunner, export_tflite
from albert_tf.export.examples import Example, cut
from albert_tf.training.fake_quantization import FakeQuantization
from tests.export.conftest import text_model
from tests.tiny import randomize, tiny_config

HEADS = {
    None: None,
    "text_classifier": (AlbertTextClassifier, {"num_classes": 3}),
    "early_exit": (AlbertTextClassifier, {"num_classes": 3, "early_exit": True}),
    "text_regressor": (AlbertTextRegressor, {}),
    "text_embedder": (AlbertTextEmbedder, {}),
    "token_classifier": (AlbertTokenClassifier, {"num_classes": 3}),
    "question_answerer": (AlbertQuestionAnswerer, {}),
    "conditional_question_answerer": (AlbertQuestionAnswerer, {"end_conditioned_on_start": True}),
    "multiple_choice": (AlbertMultipleChoice, {}),
    "masked_lm": (AlbertMaskedLM, {}),
    "pretrainer": (AlbertPretrainer, {}),
}
LIMITS = {
    "none": ParityLimits(difference=1e-4, agreement=1.0),
    "fp16": ParityLimits(difference=1e-2, agreement=0.95),
    "int8": ParityLimits(difference=0.15, agreement=0.9),
    "int4": ParityLimits(difference=0.15, agreement=0.9),  # of weights that are on the grid already
    "int8-static": ParityLimits(difference=0.95, agreement=0.6),
}
"""Of tiny random models, whose rows of 32 numbers lose more than trained ones. A wrong graph is off by more than the
largest value."""

FORMS_AND_LENGTHS = [
    (form, length) for form in FORMS for length in ((None,) if form == "signatures" else (None, 24))
]
PRODUCT = [
    (head, form, quantization, length)
    for head, quantization in itertools.product(HEADS, QUANTIZATIONS)
    for form, length in FORMS_AND_LENGTHS
]


def some_cases():
    """Each head in each quantization once, in the forms by turns, so that any two values of two choices meet."""
    for i, head in enumerate(HEADS):
        for j, quantization in enumerate(QUANTIZATIONS):
            form, length = FORMS_AND_LENGTHS[(i + j) % len(FORMS_AND_LENGTHS)]
            yield head, form, quantization, length


CASES = PRODUCT if os.environ.get("ALBERT_TF_WHOLE") else list(some_cases())
"""`make test-whole` tries all."""

FAST = {"text_classifier", "early_exit"}


def pairs(cases):
    """Every two values of two different choices that meet in a case."""
    return {pair for case in cases for pair in itertools.combinations(enumerate(case), 2)}


def test_any_two_choices_meet():
    assert pairs(CASES) == pairs(PRODUCT)


def build(head):
    config = tiny_config(num_hidden_layers=4, num_hidden_groups=2)
    if head is None:
        model = AlbertBackbone(config)
    else:
        cls, arguments = HEADS[head]
        backbone = AlbertBackbone(config, return_all_layers=head == "early_exit")
        model = cls(backbone, **arguments)
    randomize(model, scale=0.2)
    return model


def refusal(form, quantization, length):
    """The message of what cannot be had, or None."""
    if quantization == "int8-static" and (
        form == "loop" or (form == "unrolled" and length is None)
    ):
        return "ranges of activations can be taken only of a graph without loops and of one length"
    return None


def marks(head, form, quantization, length):
    is_fast = head in FAST and length is None and form == "loop"
    return [] if is_fast else [pytest.mark.slow]


@pytest.mark.parametrize(
    ("head", "form", "quantization", "length"),
    [pytest.param(*case, marks=marks(*case)) for case in CASES],
)
def test_matrix(tmp_path, head, form, quantization, length):
    model = build(head)
    path = tmp_path / "model.tflite"
    options = {"quantization": quantization, "form": form, "length": length}
    message = refusal(form, quantization, length)
    if message:
        with pytest.raises(ExportError, match=message):
            export_tflite(model, path, **options)
        assert not path.exists()
        return
    if quantization == "int4":
        FakeQuantization(model, bits=4).settle()
    exported = export_tflite(model, path, limits=LIMITS[quantization], choices=2, **options)
    assert exported.parity.passed
    runner = TFLiteRunner(path)
    shape = (1, 2, 24) if head == "multiple_choice" else (1, 24)
    ids = np.random.default_rng(0).integers(5, 120, shape).astype("int32")
    outputs = runner.run(ids)
    assert all(np.isfinite(values).all() for values in outputs.values())
    if head == "early_exit" and form == "loop":
        assert outputs["layers"].tolist() == [4]


def test_texts_longer_than_a_signature_calibrate_it(tmp_path):
    """Each graph is calibrated on the texts that are there, cut to its length."""
    texts = [f"{word} " * 40 for word in ("one", "two", "three")]
    exported = export_tflite(
        text_model(),
        tmp_path / "model.tflite",
        "int8-static",
        "signatures",
        texts=texts,
        limits=LIMITS["int8-static"],
    )
    assert exported.parity.texts == 3
    assert [c.length for c in exported.parity.by_length] == [64]  # all of 40 tokens
    scores = TFLiteRunner(exported.path).scores(["one two three"])
    assert np.isfinite(scores).all()


def test_cut_keeps_the_last_token():
    ids = np.array([[2, 10, 11, 12, 3], [2, 20, 21, 22, 3]])
    example = Example(ids, np.array([[0, 0, 0, 1, 1]] * 2))
    assert cut(example, 5) is example
    shorter = cut(example, 3)
    assert shorter.token_ids.tolist() == [[2, 10, 3], [2, 20, 3]]
    assert shorter.segment_ids.tolist() == [[0, 0, 1]] * 2
    assert cut(example, 1).token_ids.tolist() == [[3], [3]]
