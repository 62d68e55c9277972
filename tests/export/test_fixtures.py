"""Exported files give the numbers of the reference implementations."""

import numpy as np
import pytest

import albert_tf
from albert_tf.export import TFLiteRunner, export_tflite

# fixture: class, and for each output of the file the fixture's array and whether it has tokens
HEADS = {
    "hf_model": ("AlbertBackbone", {"pooled_output": ("out_pooler_output", False)}),
    "hf_sequence_classification": ("AlbertTextClassifier", {"logits": ("out_logits", False)}),
    "hf_regression_relu": ("AlbertTextRegressor", {"logits": ("out_logits", False)}),
    "hf_multiple_choice": ("AlbertMultipleChoice", {"logits": ("out_logits", False)}),
    "hf_token_classification_gelu": ("AlbertTokenClassifier", {"logits": ("out_logits", True)}),
    "hf_masked_lm_groups": ("AlbertMaskedLM", {"logits": ("out_logits", True)}),
    "hf_question_answering": (
        "AlbertQuestionAnswerer",
        {"start_logits": ("out_start_logits", True), "end_logits": ("out_end_logits", True)},
    ),
    "hf_pretraining": (
        "AlbertPretrainer",
        {"mlm_logits": ("out_prediction_logits", True), "sop_logits": ("out_sop_logits", False)},
    ),
}
TOLERANCE = {"none": 1e-5, "fp16": 5e-3, "int8": 5e-2}
CASES = [(name, "none", "loop", None) for name in HEADS]
SLOW_CASES = [
    *((name, "int8", "loop", None) for name in HEADS),
    ("hf_sequence_classification", "none", "unrolled", 24),
    ("hf_sequence_classification", "fp16", "loop", None),
    ("hf_sequence_classification", "int8", "unrolled", None),
    ("hf_masked_lm_groups", "none", "unrolled", None),
    ("hf_masked_lm_groups", "fp16", "loop", 24),
    ("hf_multiple_choice", "none", "loop", 24),
]


@pytest.mark.parametrize(
    ("name", "quantization", "form", "length"),
    [*CASES, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW_CASES)],
)
def test_every_head(shared, tmp_path, name, quantization, form, length):
    class_name, outputs = HEADS[name]
    expected = np.load(shared / "fixtures" / name / "expected.npz")
    model = getattr(albert_tf, class_name).from_preset(shared / "fixtures" / name)
    export = export_tflite(
        model, tmp_path / "model.tflite", quantization, form, length, batch=3, choices=4
    )
    runner = TFLiteRunner(export.path)
    found = runner.run(
        expected["input_ids"], expected["token_type_ids"], expected["attention_mask"]
    )
    assert set(outputs) <= set(found)
    mask = expected["attention_mask"].astype(bool)
    for ours, (theirs, by_token) in outputs.items():
        keep = mask if by_token else slice(None)
        np.testing.assert_allclose(
            found[ours][keep], expected[theirs][keep], rtol=0, atol=TOLERANCE[quantization]
        )
