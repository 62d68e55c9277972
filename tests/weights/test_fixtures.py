"""Every reference fixture: the imported arrays give the numbers of the reference implementation.

The numbers are compared twice, through NumPy and through the Keras models. What a model puts at a
masked position is its own business, so only unmasked positions count.
"""

import os
from pathlib import Path

import numpy as np
import pytest

import albert_tf
from albert_tf.weights import read_checkpoint
from tests.conftest import SHARED
from tests.weights.numpy_albert import NumpyAlbert, log_softmax

KINDS = ("hf_", "google_tf1_", "keras_hub_", "model_garden_")
FIXTURES = sorted(
    p for k in KINDS for p in (SHARED / "fixtures").glob(f"{k}*") if (p / "expected.npz").is_file()
)
TOLERANCE = 1e-5

MODELS = {
    None: "AlbertBackbone",
    "text_classifier": "AlbertTextClassifier",
    "text_regressor": "AlbertTextRegressor",
    "token_classifier": "AlbertTokenClassifier",
    "question_answerer": "AlbertQuestionAnswerer",
    "multiple_choice": "AlbertMultipleChoice",
    "masked_lm": "AlbertMaskedLM",
    "pretrainer": "AlbertPretrainer",
}

NAMES = {
    "ids": ("input_ids", "token_ids", "input_word_ids"),
    "segments": ("token_type_ids", "segment_ids", "input_type_ids"),
    "mask": ("attention_mask", "padding_mask", "input_mask"),
}


@pytest.fixture(params=FIXTURES, ids=lambda path: path.name)
def fixture(request):
    folder: Path = request.param
    expected = dict(np.load(folder / "expected.npz"))
    inputs = {
        ours: next(expected[name] for name in names if name in expected)
        for ours, names in NAMES.items()
    }
    return folder, inputs, expected


def assert_close(actual, expected, mask=None):
    difference = np.abs(np.asarray(actual, np.float64) - expected)
    if mask is not None:
        difference = difference[mask.astype(bool)]
    assert difference.size
    assert difference.max() <= TOLERANCE


def flatten_choices(inputs):
    return {name: array.reshape(-1, array.shape[-1]) for name, array in inputs.items()}


def test_numpy_gives_the_reference_numbers(fixture):
    folder, inputs, expected = fixture
    checkpoint = read_checkpoint(folder)
    model = NumpyAlbert(checkpoint)
    flat = flatten_choices(inputs)
    ids, segments, mask = flat["ids"], flat["segments"], flat["mask"]
    layers = model.encode(ids, segments, mask)
    sequence = layers[-1]
    checked = set()

    def check(name, actual, positions=None):
        if name in expected:
            assert_close(actual, expected[name], positions)
            checked.add(name)

    check("out_last_hidden_state", sequence, mask)
    check("out_sequence_output", sequence, mask)
    check("out_embedding_output", model.embed(ids, segments), mask)
    if "out_all_layers" in expected:
        check("out_all_layers", np.stack(layers), np.broadcast_to(mask, (len(layers), *mask.shape)))
    if "pooler/kernel" in checkpoint.arrays:
        pooled = model.pool(sequence)
        check("out_pooled_output", pooled)
        check("out_pooler_output", pooled)
    if checkpoint.head in ("text_classifier", "text_regressor"):
        check("out_logits", model.dense(pooled, "classifier"))
    elif checkpoint.head == "multiple_choice":
        check("out_logits", model.dense(pooled, "classifier").reshape(expected["out_logits"].shape))
    elif checkpoint.head == "token_classifier":
        check("out_logits", model.dense(sequence, "classifier"), mask)
    elif checkpoint.head == "question_answerer":
        check("out_start_logits", model.dense(sequence, "qa_outputs")[..., 0], mask)
        check("out_end_logits", model.dense(sequence, "qa_outputs")[..., 1], mask)
    elif checkpoint.head in ("masked_lm", "pretrainer"):
        logits = model.masked_lm(sequence)
        check("out_logits", logits, mask)
        check("out_prediction_logits", logits, mask)
    if checkpoint.head == "pretrainer":
        check("out_sop_logits", model.dense(pooled, "sop_classifier"))
    if "out_mlm_log_probs" in expected:
        positions = expected["masked_lm_positions"]
        probabilities = log_softmax(np.take_along_axis(logits, positions[..., None], 1))
        check("out_mlm_log_probs", probabilities.reshape(-1, logits.shape[-1]))
        weights = expected["masked_lm_weights"]
        likelihoods = np.take_along_axis(probabilities, expected["masked_lm_ids"][..., None], 2)[
            ..., 0
        ]
        check("out_mlm_loss", -(likelihoods * weights).sum() / (weights.sum() + 1e-5))
        sop = log_softmax(model.dense(pooled, "sop_classifier"))
        check("out_sop_log_probs", sop)
        check("out_sop_loss", -np.take_along_axis(sop, expected["sentence_order_labels"], 1).mean())
    assert checked == {name for name in expected if name.startswith("out_")}


def test_keras_gives_the_reference_numbers(fixture):
    folder, inputs, expected = fixture
    checkpoint = read_checkpoint(folder)
    model = getattr(albert_tf, MODELS[checkpoint.head]).from_preset(str(folder))
    outputs = model(
        {
            "token_ids": inputs["ids"].astype("int32"),
            "segment_ids": inputs["segments"].astype("int32"),
            "padding_mask": inputs["mask"].astype("int32"),
        }
    )
    mask = inputs["mask"]
    outputs = outputs if isinstance(outputs, dict) else {"logits": outputs}
    per_token = {
        "sequence_output": ("out_sequence_output", "out_last_hidden_state"),
        "start_logits": ("out_start_logits",),
        "end_logits": ("out_end_logits",),
        "mlm_logits": ("out_prediction_logits",),
    }
    per_text = {
        "pooled_output": ("out_pooled_output", "out_pooler_output"),
        "sop_logits": ("out_sop_logits",),
    }
    per_token_logits = checkpoint.head in ("token_classifier", "masked_lm")
    (per_token if per_token_logits else per_text)["logits"] = ("out_logits",)
    compared = 0
    for name, output in outputs.items():
        for place in (*per_token.get(name, ()), *per_text.get(name, ())):
            if place in expected:
                assert_close(output, expected[place], mask if name in per_token else None)
                compared += 1
    if "out_sop_log_probs" in expected:
        assert_close(log_softmax(np.asarray(outputs["sop_logits"])), expected["out_sop_log_probs"])
        logits = np.take_along_axis(
            np.asarray(outputs["mlm_logits"]), expected["masked_lm_positions"][..., None], 1
        )
        assert_close(
            log_softmax(logits).reshape(-1, logits.shape[-1]), expected["out_mlm_log_probs"]
        )
        compared += 2
    assert compared


@pytest.mark.skipif("ALBERT_TF_SHARED" in os.environ, reason="another set of fixtures is tested")
def test_all_kinds_are_there(shared):
    assert len(FIXTURES) >= 12
