"""TensorFlow Hub modules: `saved_model.pb`, `variables/`, `assets/`, and no configuration."""

import json
import shutil

import numpy as np
import pytest

from albert_tf import AlbertConfig
from albert_tf.errors import CheckpointError
from albert_tf.weights import detect_format, read_checkpoint
from albert_tf.weights.tf_checkpoint import TensorFlowCheckpoint
from tests.weights.test_google_tf1 import write_tf1
from tests.weights.test_huggingface import assert_same_arrays

NUMBERS = ("num_hidden_layers", "num_attention_heads")


@pytest.fixture(params=["google_tf1_base_layout", "google_tf1_groups"])
def google(request, shared):
    return shared / "fixtures" / request.param


@pytest.fixture
def make_module(google, tmp_path, small_model):
    """Writes a fixture's variables as the module that google exported of such a model."""

    def make(prefix=""):
        home = tmp_path / "module"
        for name in ("variables", "assets"):
            (home / name).mkdir(parents=True)
        checkpoint = TensorFlowCheckpoint(google / "model.ckpt-best")
        # Modules carry no sentence-order head and no slots of an optimizer.
        names = [n for n in checkpoint.shapes if n.startswith(("bert/", "cls/predictions/"))]
        write_tf1(
            home / "variables" / "variables", {prefix + n: checkpoint.array(n) for n in names}
        )
        (home / "saved_model.pb").write_bytes(b"\x08\x01")
        (home / "tfhub_module.pb").write_bytes(b"\x08\x03")
        shutil.copy(small_model, home / "assets" / "30k-clean.model")
        return home

    return make


def settings(google):
    return json.loads((google / "albert_config.json").read_text())


def without_sentence_order(arrays):
    return {name: a for name, a in arrays.items() if not name.startswith("sop_classifier")}


@pytest.mark.parametrize("prefix", ["", "module/"])
@pytest.mark.parametrize("place", ["albert_config.json", "assets/albert_config.json"])
def test_a_module_with_its_configuration_reads_as_the_checkpoint(
    make_module, google, small_model, prefix, place
):
    home = make_module(prefix)
    shutil.copy(google / "albert_config.json", home / place)
    assert detect_format(home) == "google_tf1"
    checkpoint, expected = read_checkpoint(home), read_checkpoint(google)
    assert checkpoint.config == expected.config
    assert checkpoint.head == "masked_lm"
    assert_same_arrays(checkpoint.arrays, without_sentence_order(expected.arrays))
    assert checkpoint.tokenizer_model == small_model.read_bytes()
    again = read_checkpoint(home / "variables" / "variables")
    assert (again.config, again.tokenizer_model) == (checkpoint.config, checkpoint.tokenizer_model)


def test_layers_and_heads_alone_are_enough(make_module, google):
    home = make_module()
    values = {name: settings(google)[name] for name in NUMBERS}
    (home / "albert_config.json").write_text(json.dumps(values))
    assert read_checkpoint(home).config == read_checkpoint(google).config


@pytest.mark.parametrize("kept", [(), NUMBERS[:1], NUMBERS[1:]])
def test_what_no_variable_tells_is_asked_for_in_one_line(make_module, google, kept):
    home = make_module()
    values = {name: settings(google)[name] for name in kept}
    if values:
        (home / "albert_config.json").write_text(json.dumps(values))
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(home)
    message = str(error.value)
    assert "\n" not in message
    for name in NUMBERS:
        asked = message.split(", which the variables")[0]
        assert (name in asked) == (name not in kept)
    # Its own example, with the right numbers, is what it takes.
    example = json.loads(message[message.index("{") : message.index("}") + 1])
    assert example.keys() == set(NUMBERS)
    right = {name: settings(google)[name] for name in example}
    (home / "albert_config.json").write_text(json.dumps(right))
    assert read_checkpoint(home).config == read_checkpoint(google).config


@pytest.mark.parametrize("size", ["base", "large"])
def test_published_sizes_are_known_by_their_shapes(tmp_path, size):
    config = AlbertConfig.named(size)
    kernel = "bert/encoder/transformer/group_0/inner_group_0/ffn_1/intermediate/dense/kernel"
    shapes = {
        "bert/embeddings/word_embeddings": (config.vocab_size, config.embedding_size),
        kernel: (config.hidden_size, config.intermediate_size),
    }
    (tmp_path / "variables").mkdir()
    variables = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    write_tf1(tmp_path / "variables" / "variables", variables)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    numbers = f"{config.num_hidden_layers}, .*: {config.num_attention_heads}"
    with pytest.raises(CheckpointError, match=rf"{numbers}}} \(these are ALBERT-{size}'s\)"):
        read_checkpoint(tmp_path)


def test_a_module_of_the_model_garden_reads_as_its_checkpoint(shared, tmp_path, small_model):
    fixture = shared / "fixtures" / "model_garden_encoder"
    (tmp_path / "variables").mkdir()
    (tmp_path / "assets").mkdir()
    for path in fixture.glob("bert_model.ckpt-1.*"):
        name = path.name.replace("bert_model.ckpt-1", "variables")
        shutil.copy(path, tmp_path / "variables" / name)
    shutil.copy(fixture / "config.json", tmp_path)
    shutil.copy(small_model, tmp_path / "assets" / "30k-clean.model")
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01")
    assert detect_format(tmp_path) == "model_garden"
    checkpoint = read_checkpoint(tmp_path)
    assert_same_arrays(checkpoint.arrays, read_checkpoint(fixture).arrays)
    assert checkpoint.tokenizer_model == small_model.read_bytes()


def test_a_plain_checkpoint_without_configuration_asks_alike(google, tmp_path):
    for path in google.glob("model.ckpt-best*"):
        shutil.copy(path, tmp_path)
    with pytest.raises(
        CheckpointError, match=r"has no albert_config\.json, for num_hidden_layers and"
    ):
        read_checkpoint(tmp_path)


def test_a_saved_model_of_something_else_is_refused_in_one_line(tmp_path):
    import tensorflow as tf

    module = tf.Module()
    module.table = tf.Variable(tf.zeros((3, 2)), name="table")
    tf.saved_model.save(module, str(tmp_path / "other"))
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(tmp_path / "other")
    assert "\n" not in str(error.value)
