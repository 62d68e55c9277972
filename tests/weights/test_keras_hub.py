"""keras-hub's ALBERT: presets of the backbone and of both tasks, and live models."""

import json
import shutil

import numpy as np
import pytest

from albert_tf import AlbertMaskedLM
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import from_keras_hub, read_checkpoint, to_keras_hub
from tests.tiny import randomize, tiny_config, tiny_inputs
from tests.weights.numpy_albert import NumpyAlbert
from tests.weights.test_preset import random_checkpoint

ARGUMENTS = {
    "vocabulary_size": 120,
    "num_layers": 4,
    "num_heads": 3,
    "num_groups": 2,
    "num_inner_repetitions": 2,
    "embedding_dim": 16,
    "hidden_dim": 24,
    "intermediate_dim": 48,
    "max_sequence_length": 40,
    "num_segments": 2,
}
SCALE = np.float32(0.1)


@pytest.fixture(scope="module")
def models():
    """`keras_hub.models`."""
    return pytest.importorskip("keras_hub").models


@pytest.fixture
def copy(shared, tmp_path):
    """A writable copy of the reference preset."""
    for path in (shared / "fixtures" / "keras_hub_backbone").iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


def edit_config(folder, **changes):
    path = folder / "config.json"
    values = json.loads(path.read_text())
    values["config"] |= changes
    values["config"] = {key: value for key, value in values["config"].items() if value is not ...}
    path.write_text(json.dumps(values))


def make_backbone(models, **changes):
    backbone = models.AlbertBackbone(**{**ARGUMENTS, **changes})
    randomize(backbone)
    return backbone


def assert_close(actual, expected, mask=None):
    difference = np.abs(np.asarray(actual, np.float64) - np.asarray(expected))
    assert (difference if mask is None else difference[mask == 1]).max() <= 1e-5


def run_numpy(checkpoint):
    inputs = tiny_inputs()
    model = NumpyAlbert(checkpoint)
    return model, model.encode(inputs["token_ids"], inputs["segment_ids"], inputs["padding_mask"])[
        -1
    ]


def assert_backbone_outputs(checkpoint, backbone):
    inputs = tiny_inputs()
    outputs = backbone(inputs)
    model, sequence = run_numpy(checkpoint)
    assert_close(outputs["sequence_output"], sequence, inputs["padding_mask"])
    if "pooler/kernel" in checkpoint.arrays:
        assert_close(outputs["pooled_output"], model.pool(sequence))


def assert_masked_lm_outputs(checkpoint, model):
    positions = np.array([[1, 0], [0, 1], [1, 1]], "int32")
    expected = model({**tiny_inputs(), "mask_positions": positions})
    ours, sequence = run_numpy(checkpoint)
    assert_close(expected, np.take_along_axis(ours.masked_lm(sequence), positions[..., None], 1))


# === Files, without keras-hub ===


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_layers": ...}, "has no num_layers"),
        ({"num_layers": 5, "num_groups": 2}, "num_layers 5 is not a multiple of num_groups 2"),
        ({"num_heads": 5}, "num_attention_heads 5"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(copy, changes, message):
    edit_config(copy, **changes)
    with pytest.raises(ConfigError, match=message):
        read_checkpoint(copy)


def test_other_models_are_named(copy):
    (copy / "config.json").write_text('{"class_name": "BertBackbone", "config": {}}')
    with pytest.raises(ConfigError, match="'BertBackbone'; expected 'AlbertBackbone'"):
        read_checkpoint(copy)


@pytest.mark.parametrize("keep", [0, 100, 0.5, -1])
def test_truncated_weights_are_named(copy, keep):
    path = copy / "model.weights.h5"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(CheckpointError, match=r"cannot read .*model\.weights\.h5") as error:
        read_checkpoint(copy)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("found", "put"),
    [(b"position_embedding", b"position\xd2embedding"), (b"layer_normalization", b"\xffayer_norm")],
)
def test_names_of_layers_that_are_no_text_are_damage(copy, found, put):
    path = copy / "model.weights.h5"
    content = path.read_bytes()
    assert found in content
    path.write_bytes(content.replace(found, put.ljust(len(found), b"x")))
    with pytest.raises(CheckpointError, match=r"cannot read .*model\.weights\.h5.*again") as error:
        read_checkpoint(copy)
    assert "\n" not in str(error.value)


def test_missing_weights_are_named(copy):
    (copy / "model.weights.h5").unlink()
    with pytest.raises(CheckpointError, match=r"cannot read .*model\.weights\.h5"):
        read_checkpoint(copy)


def test_missing_extra_and_misshapen_variables_are_named(copy):
    h5py = pytest.importorskip("h5py")
    with h5py.File(copy / "model.weights.h5", "a") as file:
        del file["layers/dense_1/vars/1"]
        file["layers/dense_7/vars/0"] = np.zeros((2, 3), np.float32)
        del file["layers/embedding/vars/0"]
        file["layers/embedding/vars/0"] = np.zeros((5, 16), np.float32)
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(copy)
    message = str(error.value)
    assert "pooler/bias is missing, expected shape (32,)" in message
    assert "embeddings/token_type_embeddings has shape (5, 16), expected (2, 16)" in message
    assert "layers/dense_7/vars/0 with shape (2, 3) is extra" in message


def test_quantized_weights_are_refused(copy):
    h5py = pytest.importorskip("h5py")
    with h5py.File(copy / "model.weights.h5", "a") as file:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = np.zeros((16, 32), np.int8)
    with pytest.raises(CheckpointError, match="embedding_projection/kernel holds int8"):
        read_checkpoint(copy)


def test_files_of_keras_2_name_the_layers_otherwise(copy):
    h5py = pytest.importorskip("h5py")
    expected = read_checkpoint(copy).arrays
    with h5py.File(copy / "model.weights.h5", "a") as file:
        file.move("layers", "_layer_checkpoint_dependencies")
        attention = file["_layer_checkpoint_dependencies/transformer_encoder/_self_attention_layer"]
        for part in ("query_dense", "key_dense", "value_dense", "output_dense"):
            attention.move(part, f"_{part}")
    for name, array in read_checkpoint(copy).arrays.items():
        np.testing.assert_array_equal(array, expected[name])


# === Presets that keras-hub saves ===


@pytest.mark.peers
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_groups": 4, "num_inner_repetitions": 1},
        {"num_groups": 1, "num_inner_repetitions": 3},
        {"embedding_dim": 24},
    ],
    ids=str,
)
def test_a_backbone(models, tmp_path, changes):
    backbone = make_backbone(models, **changes)
    backbone.save_to_preset(str(tmp_path))
    checkpoint = read_checkpoint(tmp_path)
    assert checkpoint.head is None
    assert_backbone_outputs(checkpoint, backbone)


@pytest.mark.peers
def test_a_bfloat16_backbone(models, tmp_path):
    backbone = make_backbone(models, dtype="bfloat16")
    backbone.save_to_preset(str(tmp_path))
    arrays = read_checkpoint(tmp_path).arrays
    expected = np.asarray(backbone.pooled_dense.kernel.numpy(), np.float32)
    np.testing.assert_array_equal(arrays["pooler/kernel"], expected)


@pytest.mark.peers
@pytest.mark.parametrize(
    ("arguments", "head", "head_config"),
    [
        (
            {"num_classes": 3, "dropout": 0.25},
            "text_classifier",
            {"num_classes": 3, "multi_label": False},
        ),
        (
            {"num_classes": 3, "activation": "softmax"},
            "text_classifier",
            {"num_classes": 3, "multi_label": False},
        ),
        (
            {"num_classes": 1, "activation": "sigmoid"},
            "text_classifier",
            {"num_classes": 1, "multi_label": True},
        ),
        ({"num_classes": 1}, "text_regressor", {}),
    ],
)
def test_a_text_classifier_with_its_tokenizer(
    models, shared, tmp_path, arguments, head, head_config
):
    proto = shared / "albert_en" / "30k-clean.model"
    preprocessor = models.AlbertTextClassifierPreprocessor(
        models.AlbertTokenizer(proto=str(proto)), sequence_length=16
    )
    backbone = make_backbone(models, vocabulary_size=30_000)
    model = models.AlbertTextClassifier(backbone, preprocessor=preprocessor, **arguments)
    randomize(model)
    model.save_to_preset(str(tmp_path))
    for checkpoint in (read_checkpoint(tmp_path), from_keras_hub(model)):
        assert (checkpoint.head, checkpoint.head_config) == (head, head_config)
        assert checkpoint.config.classifier_dropout_prob == arguments.get("dropout", 0.1)
        ours, sequence = run_numpy(checkpoint)
        logits = ours.dense(ours.pool(sequence), "classifier")
        activation = model.activation
        assert_close(model(tiny_inputs()), np.asarray(activation(logits)))
    checkpoint = read_checkpoint(tmp_path)
    assert checkpoint.tokenizer_model == proto.read_bytes()
    assert checkpoint.lowercase


@pytest.mark.peers
def test_a_masked_lm_keeps_the_epsilon_of_its_head(models, tmp_path):
    model = models.AlbertMaskedLM(make_backbone(models))
    randomize(model, scale=0.02)
    model.save_to_preset(str(tmp_path))
    for checkpoint in (read_checkpoint(tmp_path), from_keras_hub(model)):
        assert (checkpoint.head, checkpoint.head_config) == ("masked_lm", {"layer_norm_eps": 1e-5})
        assert_masked_lm_outputs(checkpoint, model)
    positions = np.array([[1, 0], [0, 1], [1, 1]], "int32")
    ours = AlbertMaskedLM.from_preset(str(tmp_path))(
        {**tiny_inputs(), "masked_positions": positions}
    )
    assert_close(ours, model({**tiny_inputs(), "mask_positions": positions}))


@pytest.mark.peers
def test_tasks_that_are_not_known_are_refused(models, tmp_path):
    models.AlbertTextClassifier(make_backbone(models), num_classes=2).save_to_preset(str(tmp_path))
    task = json.loads((tmp_path / "task.json").read_text())
    for changes, message in (
        ({"class_name": "AlbertPoet"}, "'AlbertPoet' is not supported"),
        ({"config": {**task["config"], "activation": "relu"}}, "'relu' is not supported"),
        ({"config": {"activation": "linear"}}, "has no num_classes"),
    ):
        (tmp_path / "task.json").write_text(json.dumps({**task, **changes}))
        with pytest.raises(ConfigError, match=message):
            read_checkpoint(tmp_path)


# === Live models ===


@pytest.mark.peers
def test_from_a_live_backbone(models):
    backbone = make_backbone(models)
    checkpoint = from_keras_hub(backbone)
    assert_backbone_outputs(checkpoint, backbone)
    before = checkpoint.arrays["pooler/kernel"].copy()
    randomize(backbone, seed=1)
    np.testing.assert_array_equal(checkpoint.arrays["pooler/kernel"], before)


@pytest.mark.peers
@pytest.mark.parametrize("head", [None, "text_classifier", "pretrainer"])
@pytest.mark.parametrize("changes", [{}, {"num_hidden_groups": 3, "inner_group_num": 2}], ids=str)
def test_to_a_live_model_and_back(models, head, changes):
    checkpoint = random_checkpoint(tiny_config(classifier_dropout_prob=0.3, **changes), head)
    for name in checkpoint.arrays:
        checkpoint.arrays[name] = checkpoint.arrays[name] * SCALE
    model = to_keras_hub(checkpoint)
    if head == "text_classifier":
        ours, sequence = run_numpy(checkpoint)
        assert_close(model(tiny_inputs()), ours.dense(ours.pool(sequence), "classifier"))
    else:
        assert_backbone_outputs(checkpoint, model)
    again = from_keras_hub(model)
    assert again.head == (head if head == "text_classifier" else None)
    for name, array in again.arrays.items():
        np.testing.assert_array_equal(array, checkpoint.arrays[name])
    if head == "text_classifier":
        assert again.config == checkpoint.config


@pytest.mark.peers
def test_without_a_pooler_a_fresh_one_is_announced(models):
    checkpoint = random_checkpoint(tiny_config(), "masked_lm")
    del checkpoint.arrays["pooler/kernel"], checkpoint.arrays["pooler/bias"]
    with pytest.warns(UserWarning, match="has no pooler"):
        backbone = to_keras_hub(checkpoint)
    assert_backbone_outputs(checkpoint, backbone)


@pytest.mark.peers
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "gelu"}, "hidden_act is 'gelu'"),
        ({"layer_norm_eps": 1e-6}, "layer_norm_eps is 1e-06"),
        ({"use_relative_attention_bias": True}, "use_relative_attention_bias is True"),
        ({"hidden_dropout_prob": 0.1}, "one rate for both"),
        ({"num_hidden_groups": 2}, "num_hidden_layers 3 is not a multiple of num_hidden_groups 2"),
    ],
)
def test_what_keras_hub_cannot_express_is_refused(models, changes, message):
    with pytest.raises(ConfigError, match=message):
        to_keras_hub(random_checkpoint(tiny_config(**changes)))


def test_other_objects_are_refused():
    with pytest.raises(CheckpointError, match="is a dict; expected an AlbertBackbone"):
        from_keras_hub({})
