"""Folders of sentence-transformers: pooling, length and layout are honoured, or refused by name."""

import json
import shutil

import numpy as np
import pytest

from albert_tf import AlbertTextClassifier, AlbertTextEmbedder
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import detect_format, read_checkpoint
from tests.weights.numpy_albert import NumpyAlbert
from tests.weights.test_huggingface import edit_config

POOLING = {
    "word_embedding_dimension": 32,
    "pooling_mode_cls_token": False,
    "pooling_mode_mean_tokens": True,
    "pooling_mode_max_tokens": False,
    "pooling_mode_mean_sqrt_len_tokens": False,
    "pooling_mode_weightedmean_tokens": False,
    "pooling_mode_lasttoken": False,
    "include_prompt": True,
}
CLASS = "sentence_transformers.models."


def write_json(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), "utf-8")


@pytest.fixture
def saved(folder, small_model, tmp_path):
    """Writes a folder as SentenceTransformer.save does; returns it."""

    def save(
        inner="",
        modules=("Normalize",),
        settings_file="sentence_bert_config.json",
        has_list=True,
        **pooling,
    ):
        source = folder("hf_model")
        home = tmp_path / "saved"
        (home / inner).mkdir(parents=True)
        for path in (source / "config.json", source / "model.safetensors"):
            shutil.move(path, home / inner / path.name)
        shutil.copy(small_model, home / inner / "spiece.model")
        write_json(home / inner / settings_file, {"max_seq_length": 24, "do_lower_case": False})
        write_json(home / "1_Pooling" / "config.json", {**POOLING, **pooling})
        first = "ALBERT" if inner == "0_ALBERT" else "Transformer"
        steps = [(inner, first), ("1_Pooling", "Pooling")]
        steps += [(f"{i}_{name}", name) for i, name in enumerate(modules, 2)]
        for place, _ in steps:
            (home / place).mkdir(exist_ok=True)
        if has_list:
            listed = [
                {"idx": i, "name": str(i), "path": place, "type": CLASS + kind}
                for i, (place, kind) in enumerate(steps)
            ]
            write_json(home / "modules.json", listed)
        return home

    return save


def expected_vectors(checkpoint, inputs):
    """The mean of the last states over the tokens of each text, scaled to length 1."""
    ids, segments, mask = (inputs[k] for k in ("token_ids", "segment_ids", "padding_mask"))
    states = NumpyAlbert(checkpoint).encode(ids, segments, mask)[-1]
    means = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


LAYOUTS = [
    {},
    {"inner": "0_Transformer"},
    {"inner": "0_Transformer", "has_list": False},
    {"inner": "0_ALBERT", "has_list": False, "settings_file": "sentence_albert_config.json"},
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_every_layout_gives_the_mean_of_the_tokens_at_length_1(saved, layout):
    home = saved(**layout)
    assert detect_format(home) == "sentence_transformers"
    checkpoint = read_checkpoint(home)
    assert checkpoint.head == "text_embedder"
    embedder = AlbertTextEmbedder.from_preset(str(home))
    assert embedder.pooling == "mean"
    assert embedder.preprocessor.sequence_length == 24
    texts = ["a work of the license", "and", "the terms and conditions of this license, " * 9]
    inputs = embedder.preprocessor(texts)
    assert inputs["token_ids"].shape[1] == 24
    vectors = embedder.predict(texts, verbose=0)
    np.testing.assert_allclose(vectors, expected_vectors(checkpoint, inputs), atol=1e-5)


def test_a_classifier_on_it_takes_pooling_and_length(saved):
    classifier = AlbertTextClassifier.from_preset(str(saved()), num_classes=3)
    assert classifier.pooling == "mean"
    assert classifier.preprocessor.sequence_length == 24


def test_vectors_of_other_lengths_are_told(saved):
    with pytest.warns(
        UserWarning, match="does not scale its vectors; those of albert_tf have length 1"
    ):
        read_checkpoint(saved(modules=()))


NO_MEAN = {"pooling_mode_mean_tokens": False}


@pytest.mark.parametrize(
    ("pooling", "message"),
    [
        (
            {**NO_MEAN, "pooling_mode_cls_token": True},
            "the pooling is cls_token;.* above the first",
        ),
        ({**NO_MEAN, "pooling_mode_max_tokens": True}, "the pooling is max_tokens"),
        ({**NO_MEAN, "pooling_mode_lasttoken": True}, "the pooling is lasttoken"),
        ({**NO_MEAN, "pooling_mode_weightedmean_tokens": True}, "is weightedmean_tokens"),
        ({"pooling_mode_cls_token": True}, "the pooling is cls_token and mean_tokens"),
        (NO_MEAN, "the pooling is missing"),
        ({**NO_MEAN, "pooling_mode": "cls"}, "the pooling is cls"),
    ],
)
def test_other_poolings_are_refused_by_name(saved, pooling, message):
    with pytest.raises(CheckpointError, match=message) as error:
        read_checkpoint(saved(**pooling))
    assert "1_Pooling" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "pooling",
    [
        {**NO_MEAN, "pooling_mode_mean_sqrt_len_tokens": True},  # the same at length 1
        {**NO_MEAN, "pooling_mode": "mean"},  # as newer releases write it
    ],
)
def test_means_by_other_names_are_read(saved, pooling):
    assert read_checkpoint(saved(**pooling)).head_config == {"pooling": "mean"}


@pytest.mark.parametrize("module", ["Dense", "CNN", "LayerNorm", "WeightedLayerPooling"])
def test_steps_that_are_not_there_are_refused_by_name(saved, module):
    with pytest.raises(CheckpointError, match=f"a step {module}, which albert_tf does not have"):
        read_checkpoint(saved(modules=(module, "Normalize")))


@pytest.mark.parametrize(
    ("settings", "length"),
    [
        ({"max_seq_length": 16}, 16),
        ({"max_seq_length": 4000}, 40),  # the model has 40 positions
        ({"max_seq_length": None}, 40),
        ({}, 40),
    ],
)
def test_the_length_is_that_of_the_settings(saved, settings, length):
    home = saved()
    write_json(home / "sentence_bert_config.json", settings)
    assert read_checkpoint(home).extra["preprocessor"] == {"sequence_length": length}


def test_without_a_length_the_tokenizers_counts(saved):
    home = saved()
    (home / "sentence_bert_config.json").unlink()
    write_json(home / "tokenizer_config.json", {"model_max_length": 32, "do_lower_case": True})
    assert read_checkpoint(home).extra["preprocessor"] == {"sequence_length": 32}
    write_json(home / "tokenizer_config.json", {"model_max_length": 10**30, "do_lower_case": True})
    assert read_checkpoint(home).extra["preprocessor"] == {"sequence_length": 40}


def test_texts_are_lower_cased_where_the_settings_say_so(saved):
    home = saved()
    write_json(home / "tokenizer_config.json", {"do_lower_case": False})
    assert read_checkpoint(home).lowercase is False
    write_json(home / "sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": True})
    assert read_checkpoint(home).lowercase is True


@pytest.mark.parametrize(
    ("file", "values", "error", "message"),
    [
        ("sentence_bert_config.json", {"max_seq_length": 2}, ConfigError, "max_seq_length is 2"),
        ("sentence_bert_config.json", {"max_seq_length": "x"}, ConfigError, "is 'x'"),
        ("modules.json", {"a": 1}, CheckpointError, r"modules\.json is malformed"),
        ("modules.json", [{"type": CLASS + "Transformer"}], CheckpointError, "malformed"),
        (
            "modules.json",
            [{"idx": 0, "path": "../x", "type": CLASS + "Transformer"}],
            CheckpointError,
            "points outside its folder",
        ),
        ("modules.json", [], CheckpointError, "begins with nothing"),
        (
            "modules.json",
            [{"idx": 0, "path": "", "type": CLASS + "WordEmbeddings"}],
            CheckpointError,
            "begins with WordEmbeddings",
        ),
        (
            "modules.json",
            [{"idx": 0, "path": "", "type": CLASS + "Transformer"}],
            CheckpointError,
            "has 0 Pooling steps",
        ),
        (
            "config_sentence_transformers.json",
            {"prompts": {"query": "query: "}, "default_prompt_name": "query"},
            CheckpointError,
            "the prompt 'query' is put before each text",
        ),
    ],
)
def test_what_is_impossible_or_unknown_is_named(saved, file, values, error, message):
    home = saved()
    write_json(home / file, values)
    with pytest.raises(error, match=message) as caught:
        read_checkpoint(home)
    assert "\n" not in str(caught.value)


def test_another_model_is_named(saved):
    home = saved()
    edit_config(home, model_type="bert")
    with pytest.raises(ConfigError, match="'bert'; expected 'albert'"):
        read_checkpoint(home)


def test_a_head_beside_the_encoder_is_left_out_with_a_word(saved, shared):
    home = saved()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(shared / "fixtures" / "hf_sequence_classification" / name, home / name)
    with pytest.warns(UserWarning, match=r"its head \(text_classifier\) is left out"):
        checkpoint = read_checkpoint(home)
    assert not [name for name in checkpoint.arrays if name.startswith("classifier")]
