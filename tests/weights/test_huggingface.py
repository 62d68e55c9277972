"""Hugging Face folders: every way in which they are written is read."""

import json
import shutil

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import read_checkpoint
from albert_tf.weights.huggingface_config import ACTIVATIONS
from tests.tiny import tiny_config
from tests.weights import torch_files


def edit_config(folder, **changes):
    path = folder / "config.json"
    values = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not ...}))


def edit_tensors(folder, change):
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def assert_same_arrays(actual, expected, rtol=0):
    assert actual.keys() == expected.keys()
    for name, array in expected.items():
        assert actual[name].dtype == np.float32
        np.testing.assert_allclose(actual[name], array, rtol=rtol, atol=0)


# === Ways to store the weights ===


@pytest.mark.parametrize("suffix", ["safetensors", "bin"])
def test_shards_are_joined(folder, suffix):
    path = folder("hf_masked_lm_groups")
    expected = read_checkpoint(path).arrays
    tensors = load_file(path / "model.safetensors")
    (path / "model.safetensors").unlink()
    stem = "model" if suffix == "safetensors" else "pytorch_model"
    write = save_file if suffix == "safetensors" else (lambda t, p: torch_files.write_arrays(p, t))
    places = {name: f"{stem}-0000{i % 3 + 1}-of-00003.{suffix}" for i, name in enumerate(tensors)}
    for file in set(places.values()):
        write({n: t for n, t in tensors.items() if places[n] == file}, path / file)
    index = path / f"{stem}.{suffix}.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    assert_same_arrays(read_checkpoint(path).arrays, expected)
    shard = path / f"{stem}-00002-of-00003.{suffix}"
    shard.rename(path / "elsewhere")
    with pytest.raises(CheckpointError, match=f"cannot read .*{shard.name}"):
        read_checkpoint(path)
    index.write_text(json.dumps({"weight_map": {**places, "missing": places["predictions.bias"]}}))
    (path / "elsewhere").rename(shard)
    with pytest.raises(CheckpointError, match="'missing' first"):
        read_checkpoint(path)
    index.write_text(json.dumps({"weight_map": {"x": "../../secret.bin"}}))
    with pytest.raises(CheckpointError, match="outside its folder"):
        read_checkpoint(path)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float64])
def test_other_precisions_become_float32(folder, dtype):
    path = folder("hf_model")
    expected = read_checkpoint(path).arrays
    edit_tensors(path, lambda t: t.update({name: a.astype(dtype) for name, a in t.items()}))
    rounded = {name: array.astype(dtype).astype(np.float32) for name, array in expected.items()}
    assert_same_arrays(read_checkpoint(path).arrays, rounded)


def test_quantized_weights_are_refused(folder):
    path = folder("hf_model")
    edit_tensors(path, lambda t: t.update({"pooler.weight": t["pooler.weight"].astype(np.int8)}))
    with pytest.raises(CheckpointError, match=r"pooler\.weight holds int8"):
        read_checkpoint(path)


def test_spellings_of_old_releases_are_read(folder):
    path = folder("hf_pretraining")
    expected = read_checkpoint(path).arrays

    def make_old(tensors):
        for name in [name for name in tensors if "LayerNorm" in name]:
            old = name.replace(".weight", ".gamma").replace(".bias", ".beta")
            tensors[old] = tensors.pop(name)
        tensors["albert.embeddings.position_ids"] = np.arange(40)[None]
        tensors["predictions.decoder.weight"] = tensors[
            "albert.embeddings.word_embeddings.weight"
        ].copy()
        tensors["predictions.decoder.bias"] = tensors["predictions.bias"].copy()

    edit_tensors(path, make_old)
    assert_same_arrays(read_checkpoint(path).arrays, expected)
    edit_tensors(path, lambda t: t.pop("predictions.bias"))
    assert_same_arrays(read_checkpoint(path).arrays, expected)


@pytest.mark.parametrize("name", ["predictions.decoder.weight", "predictions.decoder.bias"])
def test_an_untied_decoder_is_refused(folder, name):
    path = folder("hf_masked_lm_groups")
    original = {"weight": "albert.embeddings.word_embeddings.weight", "bias": "predictions.bias"}
    edit_tensors(path, lambda t: t.update({name: t[original[name.rsplit(".")[-1]]] + 1}))
    with pytest.raises(CheckpointError, match="untied"):
        read_checkpoint(path)


def test_a_pooler_beside_a_masked_lm_is_kept(folder):
    path = folder("hf_masked_lm_groups")
    assert "pooler/kernel" not in read_checkpoint(path).arrays
    pooler = {
        "albert.pooler.weight": np.eye(32, dtype="f4"),
        "albert.pooler.bias": np.ones(32, "f4"),
    }
    edit_tensors(path, lambda t: t.update(pooler))
    np.testing.assert_array_equal(read_checkpoint(path).arrays["pooler/bias"], np.ones(32))


@pytest.mark.parametrize("keep", [0, 7, 3000, 53_975])
def test_truncated_weights_are_named(folder, keep):
    path = folder("hf_model") / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"cannot read .*model\.safetensors.*again") as error:
        read_checkpoint(path.parent)
    assert "\n" not in str(error.value)


def test_missing_extra_and_misshapen_tensors_are_named_with_both_shapes(folder):
    path = folder("hf_model")

    def spoil(tensors):
        del tensors["pooler.bias"]
        tensors["encoder.extra"] = np.zeros((2, 3), np.float32)
        tensors["embeddings.LayerNorm.weight"] = np.zeros(5, np.float32)

    edit_tensors(path, spoil)
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(path)
    message = str(error.value)
    assert "pooler/bias is missing, expected shape (32,)" in message
    assert "encoder.extra with shape (2, 3) is extra" in message
    assert "embeddings/layer_norm/gamma has shape (5,), expected (16,)" in message


@pytest.mark.parametrize("dtype", ["F8_E4M3", "F8_E5M2"])
def test_weights_of_eight_bits_are_refused(folder, dtype):
    path = folder("hf_model")
    content = (path / "model.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    header["pooler.bias"] |= {"dtype": dtype, "shape": [128]}  # as many bytes as 32 of float32
    header = json.dumps(header).encode()
    parts = (len(header).to_bytes(8, "little"), header, content[8 + size :])
    (path / "model.safetensors").write_bytes(b"".join(parts))
    with pytest.raises(CheckpointError, match="float8.*save the model unquantized"):
        read_checkpoint(path)


def test_names_with_line_breaks_keep_the_message_to_one_line(folder):
    path = folder("hf_model")
    edit_tensors(path, lambda t: t.update({"bad\nname": np.zeros(2, np.float32)}))
    with pytest.raises(CheckpointError, match=r"bad name with shape \(2,\) is extra") as error:
        read_checkpoint(path)
    assert "\n" not in str(error.value)


def test_a_missing_head_is_named(folder):
    path = folder("hf_sequence_classification")

    def remove_head(tensors):
        del tensors["classifier.weight"], tensors["classifier.bias"]

    edit_tensors(path, remove_head)
    with pytest.raises(
        CheckpointError, match=r"classifier/kernel is missing, expected shape \(32, 3\)"
    ):
        read_checkpoint(path)


def test_names_of_the_tensorflow_classes_are_explained(folder):
    path = folder("hf_model")
    edit_tensors(path, lambda t: t.update({"albert/embeddings/LayerNorm/beta:0": np.zeros(16)}))
    with pytest.raises(CheckpointError, match=r"TensorFlow class.*PyTorch one"):
        read_checkpoint(path)


def test_weights_of_other_frameworks_only_are_named(folder):
    path = folder("hf_model")
    (path / "model.safetensors").rename(path / "tf_model.h5")
    with pytest.raises(CheckpointError, match=r"tf_model\.h5, which is not read; expected one of"):
        read_checkpoint(path)


# === Configuration and head ===


@pytest.mark.parametrize(("theirs", "ours"), ACTIVATIONS.items())
def test_activations_are_mapped(folder, theirs, ours):
    path = folder("hf_model")
    edit_config(path, hidden_act=theirs)
    assert read_checkpoint(path).config.hidden_act == ours


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "gelu_10"}, "gelu_10"),
        ({"hidden_act": None}, "None"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type is 'relative_key'"),
        ({"pruned_heads": {"0": [1]}}, "pruned_heads"),
        ({"quantization_config": {"bits": 8}}, "quantization_config"),
        ({"model_type": "bert"}, "'bert'; expected 'albert'"),
        ({"architectures": ["AlbertForPoetry"]}, "AlbertForPoetry"),
        ({"architectures": "AlbertModel"}, "architectures is 'AlbertModel'; expected a list"),
        ({"architectures": {"0": "AlbertModel"}}, "architectures is {.*}; expected a list"),
        ({"hidden_size": "big"}, "hidden_size is 'big'"),
        ({"num_hidden_layers": 18, "num_hidden_groups": 14}, "rounds layer 9 into group 6 where"),
    ],
)
def test_what_would_change_the_outputs_is_refused_by_name(folder, changes, message):
    path = folder("hf_model")
    edit_config(path, **changes)
    with pytest.raises(ConfigError, match=message) as error:
        read_checkpoint(path)
    assert "config.json" in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_keys_take_the_defaults_of_transformers(folder):
    path = folder("hf_model")
    edit_config(
        path, hidden_act=..., layer_norm_eps=..., num_hidden_groups=..., inner_group_num=...
    )
    assert read_checkpoint(path).config == tiny_config(
        num_hidden_layers=4, intermediate_size=64, classifier_dropout_prob=0.0
    )
    edit_config(path, hidden_size=...)
    with pytest.raises(CheckpointError, match=r"expected \(16, 4096\)"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    ("fixture", "changes", "head", "head_config"),
    [
        (
            "hf_sequence_classification",
            {
                "problem_type": "multi_label_classification",
                "id2label": {"2": "c", "0": "a", "1": "b"},
            },
            "text_classifier",
            {"num_classes": 3, "class_names": ["a", "b", "c"], "multi_label": True},
        ),
        (
            "hf_sequence_classification",
            {"id2label": ...},
            "text_classifier",
            {"num_classes": 3, "multi_label": False},
        ),
        (
            "hf_sequence_classification",
            {"architectures": ["TFAlbertForSequenceClassification"]},
            "text_classifier",
            None,
        ),
        ("hf_sequence_classification", {"architectures": ...}, "text_classifier", None),
        ("hf_regression_relu", {"problem_type": "regression"}, "text_regressor", {}),
        ("hf_regression_relu", {"architectures": ...}, "text_regressor", {}),
        (
            "hf_regression_relu",
            {"problem_type": "multi_label_classification"},
            "text_classifier",
            {"num_classes": 1, "class_names": ["LABEL_0"], "multi_label": True},
        ),
        (
            "hf_regression_relu",
            {"problem_type": "single_label_classification"},
            "text_regressor",
            {},
        ),
        ("hf_token_classification_gelu", {"architectures": None}, "token_classifier", None),
        ("hf_question_answering", {"architectures": []}, "question_answerer", {}),
        ("hf_pretraining", {"architectures": ...}, "pretrainer", {}),
        ("hf_masked_lm_groups", {"architectures": ...}, "masked_lm", {}),
        ("hf_model", {"architectures": ...}, None, {}),
    ],
)
def test_heads_and_labels(folder, fixture, changes, head, head_config):
    path = folder(fixture)
    edit_config(path, **changes)
    checkpoint = read_checkpoint(path)
    assert checkpoint.head == head
    if head_config is not None:
        assert checkpoint.head_config == head_config


def test_a_regression_of_several_numbers_keeps_its_outputs(folder):
    path = folder("hf_sequence_classification")
    expected = read_checkpoint(path)
    edit_config(path, problem_type="regression")
    with pytest.warns(UserWarning, match="'regression' with 3 outputs.*read as a text classifier"):
        checkpoint = read_checkpoint(path)
    assert (checkpoint.head, checkpoint.head_config) == (expected.head, expected.head_config)
    assert_same_arrays(checkpoint.arrays, expected.arrays)


@pytest.mark.parametrize(
    "labels", [{"0": "a", "1": "b"}, {"0": "a", "1": "b", "5": "c"}, {"x": "a"}, ["a"]]
)
def test_labels_that_do_not_fit_are_refused(folder, labels):
    path = folder("hf_sequence_classification")
    edit_config(path, id2label=labels)
    with pytest.raises(ConfigError, match="id2label"):
        read_checkpoint(path)


@pytest.mark.parametrize(("value", "expected"), [(None, 0.0), (0.3, 0.3)])
def test_dropout_of_the_classifier(folder, value, expected):
    path = folder("hf_token_classification_gelu")
    edit_config(path, classifier_dropout_prob=value)
    assert read_checkpoint(path).config.classifier_dropout_prob == expected


@pytest.mark.parametrize(
    ("settings", "lowercase", "strip_accents"),
    [
        (None, True, True),
        ({"do_lower_case": False}, False, True),
        ({"keep_accents": True}, True, False),
    ],
)
def test_the_tokenizer_comes_along(folder, shared, settings, lowercase, strip_accents):
    path = folder("hf_model")
    assert read_checkpoint(path).tokenizer_model is None
    shutil.copy(shared / "albert_en" / "30k-clean.model", path / "spiece.model")
    if settings is not None:
        (path / "tokenizer_config.json").write_text(json.dumps(settings))
    checkpoint = read_checkpoint(path)
    assert checkpoint.tokenizer_model == (path / "spiece.model").read_bytes()
    assert (checkpoint.lowercase, checkpoint.strip_accents) == (lowercase, strip_accents)
