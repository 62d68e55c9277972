"""The numbers that the reference implementations gave, through `from_preset`."""

import keras
import numpy as np
import pytest

import albert_tf
from albert_tf import AlbertBackbone

TOLERANCE = 1e-5
# fixture: class, and for each of our outputs the fixture's array and whether it has one entry for each token
HUGGING_FACE = {
    "hf_model": ("AlbertBackbone", {"pooled_output": ("out_pooler_output", False)}),
    "hf_sequence_classification": ("AlbertTextClassifier", {None: ("out_logits", False)}),
    "hf_regression_relu": ("AlbertTextRegressor", {None: ("out_logits", False)}),
    "hf_multiple_choice": ("AlbertMultipleChoice", {None: ("out_logits", False)}),
    "hf_token_classification_gelu": ("AlbertTokenClassifier", {None: ("out_logits", True)}),
    "hf_masked_lm_groups": ("AlbertMaskedLM", {None: ("out_logits", True)}),
    "hf_question_answering": (
        "AlbertQuestionAnswerer",
        {"start_logits": ("out_start_logits", True), "end_logits": ("out_end_logits", True)},
    ),
    "hf_pretraining": (
        "AlbertPretrainer",
        {"mlm_logits": ("out_prediction_logits", True), "sop_logits": ("out_sop_logits", False)},
    ),
}
INPUTS = {
    "hf": ("input_ids", "token_type_ids", "attention_mask"),
    "google": ("input_ids", "token_type_ids", "input_mask"),
    "keras": ("token_ids", "segment_ids", "padding_mask"),
    "model": ("input_word_ids", "input_type_ids", "input_mask"),
}
BACKBONES = [*HUGGING_FACE, "google_tf1_base_layout", "google_tf1_groups"]
BACKBONES += ["keras_hub_backbone", "model_garden_encoder"]


def read(folder):
    expected = np.load(folder / "expected.npz")
    names = INPUTS[folder.name.split("_")[0]]
    ours = ("token_ids", "segment_ids", "padding_mask")
    inputs = {our: expected[name].astype("int32") for our, name in zip(ours, names, strict=True)}
    return inputs, expected


def numpy_of(outputs):
    return keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)


def assert_close(actual, expected, mask=None):
    actual, expected = (actual, expected) if mask is None else (actual[mask], expected[mask])
    np.testing.assert_allclose(actual, expected, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("name", HUGGING_FACE)
def test_hugging_face_heads(shared, name):
    class_name, outputs = HUGGING_FACE[name]
    inputs, expected = read(shared / "fixtures" / name)
    model = getattr(albert_tf, class_name).from_preset(shared / "fixtures" / name)
    actual = numpy_of(model(inputs))
    mask = inputs["padding_mask"].astype(bool)
    for ours, (theirs, by_token) in outputs.items():
        array = actual if ours is None else actual[ours]
        assert_close(array, expected[theirs], mask if by_token else None)


@pytest.mark.filterwarnings("ignore:.*carries no pooler")
@pytest.mark.parametrize("name", BACKBONES)
def test_backbones(shared, name):
    inputs, expected = read(shared / "fixtures" / name)
    inputs = {
        k: v.reshape(-1, v.shape[-1]) for k, v in inputs.items()
    }  # the choices of multiple choice
    backbone = AlbertBackbone.from_preset(shared / "fixtures" / name)
    actual = numpy_of(backbone(inputs))
    mask = inputs["padding_mask"].astype(bool)
    key = "out_sequence_output" if "out_sequence_output" in expected else "out_last_hidden_state"
    assert_close(actual["sequence_output"], expected[key], mask)
    if "out_pooled_output" in expected:
        assert_close(actual["pooled_output"], expected["out_pooled_output"])


@pytest.mark.parametrize("name", ["google_tf1_base_layout", "google_tf1_groups"])
def test_google_layer_by_layer_and_losses(shared, name):
    folder = shared / "fixtures" / name
    inputs, expected = read(folder)
    mask = inputs["padding_mask"].astype(bool)

    backbone = AlbertBackbone.from_preset(folder, return_all_layers=True)
    layers = numpy_of(backbone(inputs)["all_layers"])
    assert len(layers) == len(expected["out_all_layers"])
    for layer, reference in zip(layers, expected["out_all_layers"], strict=True):
        assert_close(layer, reference, mask)

    model = albert_tf.AlbertPretrainer.from_preset(folder)
    positions = expected["masked_lm_positions"]
    logits = model({**inputs, "masked_positions": positions})
    log_probs = numpy_of(
        {name: keras.ops.log_softmax(value, axis=-1) for name, value in logits.items()}
    )
    vocabulary = log_probs["mlm_logits"].shape[-1]
    mlm = log_probs["mlm_logits"].reshape(-1, vocabulary)
    assert_close(mlm, expected["out_mlm_log_probs"])
    assert_close(log_probs["sop_logits"], expected["out_sop_log_probs"])

    # The losses as Keras computes them from the model's own loss functions.
    losses = model.default_loss()
    weights = expected["masked_lm_weights"]
    mlm_losses = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)(
        expected["masked_lm_ids"], logits["mlm_logits"]
    )
    mlm_loss = (numpy_of(mlm_losses) * weights).sum() / (weights.sum() + 1e-5)
    assert_close(mlm_loss, expected["out_mlm_loss"])
    sop_loss = losses["sop_logits"](expected["sentence_order_labels"][:, 0], logits["sop_logits"])
    assert_close(numpy_of(sop_loss), expected["out_sop_loss"])
