"""Chinese ALBERTs as they are published: WordPieces, fields left out and added, configurations by other names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from albert_tf import (
    AlbertBackbone,
    AlbertConfig,
    AlbertMaskedLM,
    AlbertTextClassifier,
    AlbertTokenizer,
)
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import read_checkpoint, write_huggingface
from albert_tf.weights.google_tf1 import variable_names
from tests.tiny import tiny_config, tiny_inputs
from tests.weights.numpy_albert import NumpyAlbert
from tests.weights.test_google_tf1 import google_config, write_tf1
from tests.weights.test_huggingface_writing import (
    FRAMEWORKS,
    assert_outputs,
    scaled,
    transformers_inputs,
    with_head,
)
from tests.weights.test_preset import random_checkpoint

PIECES = [
    "[PAD]",
    "[unused1]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "很",
    "好",
    "，",
    "good",
    "##s",
]
PIECES += [f"[unused{n}]" for n in range(2, 111)]
CONTENT = "".join(f"{piece}\n" for piece in PIECES).encode()
TEXT, IDS = "很好，Goods 123", [6, 7, 8, 9, 10, 2]
TINY_ZH = {
    "hidden_size": 312,
    "num_hidden_layers": 4,
    "num_attention_heads": 12,
    "intermediate_size": 1248,
}
"""The shape of albert_zh's tiny model, whose heads are 26 wide."""

OF_GOOGLE = {"net_structure_type": 0, "gap_size": 0, "num_memory_blocks": 0, "down_scale_factor": 1}
FOLDERS = {
    # As somebody converted google's form: its settings stand among transformers' own, there is no dtype.
    "fields of google's": {
        **OF_GOOGLE,
        "output_past": True,
        "hidden_act": "relu",
        "architectures": None,
    },
    "a class of the tokenizer": {
        "tokenizer_class": "BertTokenizer",
        "hidden_act": "relu",
        "architectures": ["AlbertForMaskedLM"],
    },
    "a fast class": {"tokenizer_class": "BertTokenizerFast", "torch_dtype": "float32"},
    "few fields": dict.fromkeys(
        "architectures bos_token_id eos_token_id dtype position_embedding_type classifier_dropout_prob "
        "initializer_range layer_norm_eps pad_token_id type_vocab_size inner_group_num".split()
    ),
    "position ids": {"position_embedding_type": "absolute", "gradient_checkpointing": False},
}


@pytest.fixture
def folder(tmp_path):
    """Writes a masked language model of random weights as one of `FOLDERS`; returns its folder."""

    def write(name, sizes=(), root=tmp_path, files=(("vocab.txt", CONTENT),)):
        config = tiny_config(hidden_act=FOLDERS[name].get("hidden_act", "gelu_new"), **dict(sizes))
        checkpoint = scaled(with_head(random_checkpoint(config), "masked_lm"))
        path = write_huggingface(checkpoint, root / "zh")
        values = {**json.loads((path / "config.json").read_text()), **FOLDERS[name]}
        values = {key: value for key, value in values.items() if value is not None}
        (path / "config.json").write_text(json.dumps(values))
        for file, content in files:
            (path / file).write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_of_hugging_face(folder, name):
    path = folder(name, TINY_ZH.items())
    checkpoint = read_checkpoint(path)
    assert checkpoint.head == "masked_lm"
    assert (checkpoint.tokenizer_model, checkpoint.lowercase, checkpoint.strip_accents) == (
        CONTENT,
        True,
        True,
    )
    model = AlbertMaskedLM.from_preset(path)
    inputs = tiny_inputs()
    expected = NumpyAlbert(checkpoint)
    hidden = expected.encode(*(inputs[n] for n in ("token_ids", "segment_ids", "padding_mask")))[-1]
    found = keras.ops.convert_to_numpy(model.backbone(inputs)["sequence_output"])
    visible = inputs["padding_mask"].astype(bool)
    assert np.abs(found - hidden)[visible].max() <= 1e-5
    tokenizer = model.preprocessor.tokenizer
    assert (tokenizer.kind, tokenizer.encode(TEXT)) == ("wordpiece", IDS)
    assert AlbertTokenizer.from_preset(path).get_config() == tokenizer.get_config()


@pytest.mark.parametrize(
    ("settings", "flags"),
    [
        ({}, (True, True)),
        ({"do_lower_case": False}, (False, False)),
        ({"do_lower_case": True, "strip_accents": False}, (True, False)),
        ({"do_lower_case": False, "strip_accents": True}, (False, True)),
        (
            {
                "unk_token": {"content": "[UNK]"},
                "tokenize_chinese_chars": True,
                "never_split": None,
            },
            (True, True),
        ),
    ],
)
def test_settings_of_the_tokenizer(folder, settings, flags):
    text = json.dumps({"tokenizer_class": "BertTokenizer", **settings}).encode()
    path = folder("few fields", files=[("vocab.txt", CONTENT), ("tokenizer_config.json", text)])
    checkpoint = read_checkpoint(path)
    assert (checkpoint.lowercase, checkpoint.strip_accents) == flags
    again = read_checkpoint(write_huggingface(checkpoint, path.parent / "again"))
    assert (again.tokenizer_model, again.lowercase, again.strip_accents) == (CONTENT, *flags)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"tokenize_chinese_chars": False}, ConfigError, "tokenize_chinese_chars is False"),
        ({"unk_token": "<unk>"}, ConfigError, "unk_token is '<unk>'"),
        (
            {"tokenizer_class": "BertJapaneseTokenizer"},
            CheckpointError,
            "tokenizer_class 'BertJapaneseTokenizer'",
        ),
        (
            {"added_tokens_decoder": {"120": {"content": "<user>"}}},
            CheckpointError,
            "1 added tokens behind its 120",
        ),
    ],
)
def test_tokenizers_that_would_give_other_ids_are_refused(folder, settings, error, message):
    text = json.dumps(settings).encode()
    path = folder("few fields", files=[("vocab.txt", CONTENT), ("tokenizer_config.json", text)])
    with pytest.raises(error, match=message) as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)
    assert read_checkpoint(path, tokenizer=False).tokenizer_model is None


def test_the_class_decides_between_two_vocabularies(folder, shared):
    english = (shared / "albert_en" / "30k-clean.model").read_bytes()
    files = [("vocab.txt", CONTENT), ("spiece.model", english)]
    path = folder("a class of the tokenizer", {"vocab_size": 30000}.items(), files=files)
    with pytest.warns(match="30000 rows and the tokenizer 120 pieces"):
        assert read_checkpoint(path).tokenizer_model == CONTENT
    values = json.loads((path / "config.json").read_text()) | {"tokenizer_class": "AlbertTokenizer"}
    (path / "config.json").write_text(json.dumps(values))
    assert read_checkpoint(path).tokenizer_model == english


def test_what_is_written_for_transformers(folder, tmp_path):
    odd = b"\xef\xbb\xbf" + CONTENT.replace(b"\n", b"\r\n") + b"\r\n"
    path = write_huggingface(
        read_checkpoint(folder("few fields", files=[("vocab.txt", odd)])), tmp_path / "new"
    )
    assert (path / "vocab.txt").read_bytes() == CONTENT
    settings = json.loads((path / "tokenizer_config.json").read_text())
    assert settings["tokenizer_class"] == "BertTokenizer"
    assert not (path / "spiece.model").exists()


@pytest.mark.peers
@pytest.mark.parametrize("flags", [(True, True), (False, False), (True, False)])
def test_transformers_reads_the_written_tokenizer(folder, tmp_path, flags):
    transformers = pytest.importorskip("transformers")
    checkpoint = read_checkpoint(folder("few fields"))
    checkpoint.lowercase, checkpoint.strip_accents = flags
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        write_huggingface(checkpoint, tmp_path / "new"), use_fast=False
    )
    ours = AlbertTokenizer.from_bytes(CONTENT, **checkpoint.tokenizer_options())
    assert type(tokenizer).__name__ == "BertTokenizer"
    for text in (TEXT, "GOODS góods很"):
        ids = tokenizer(text)["input_ids"]
        assert ids == [3, *ours.encode(text), 4]


@pytest.mark.slow
@pytest.mark.peers
def test_transformers_computes_the_same(folder, tmp_path):
    code = "import tf_keras, transformers"
    environment = {**os.environ, **FRAMEWORKS["tensorflow"], "TF_CPP_MIN_LOG_LEVEL": "3"}
    if subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True
    ).returncode:
        pytest.skip("tf_keras and transformers are not installed")
    path = folder("a class of the tokenizer", TINY_ZH.items(), tmp_path / "run")
    inputs = transformers_inputs("masked_lm")
    np.savez(path / "inputs.npz", **inputs)
    script = Path(__file__).with_name("run_transformers.py")
    command = [sys.executable, script, "tensorflow", path.parent]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    assert not any(json.loads((path / "report.json").read_text()).values())
    names = {
        "input_ids": "token_ids",
        "token_type_ids": "segment_ids",
        "attention_mask": "padding_mask",
    }
    model = AlbertMaskedLM.from_preset(path)
    logits = keras.ops.convert_to_numpy(model({names[n]: a for n, a in inputs.items()}))
    assert_outputs(np.load(path / "outputs.npz"), {"logits": logits}, inputs["attention_mask"])


@pytest.fixture
def google(tmp_path):
    """Writes a checkpoint of albert_zh's tiny size in google's form; returns it and its folder."""

    def write(name="albert_config_tiny_g.json", extra=(), prefix="albert_model.ckpt"):
        checkpoint = scaled(random_checkpoint(tiny_config(**TINY_ZH)))
        names = variable_names(checkpoint.config)
        variables = {names[ours]: array for ours, array in checkpoint.arrays.items()}
        write_tf1(tmp_path / prefix, variables | dict(extra))
        text = json.dumps(google_config(checkpoint.config, hidden_act="relu"))
        (tmp_path / name).write_text(text)
        (tmp_path / "vocab.txt").write_bytes(CONTENT)
        return tmp_path, checkpoint

    return write


@pytest.mark.parametrize(
    "name", ["albert_config.json", "albert_config_tiny_g.json", "albert_config_tiny_google.json"]
)
def test_googles_form(google, name):
    folder, expected = google(name)
    checkpoint = read_checkpoint(folder)
    assert checkpoint.config == expected.config.replace(hidden_act="relu")
    assert (checkpoint.tokenizer_model, checkpoint.lowercase, checkpoint.strip_accents) == (
        CONTENT,
        True,
        True,
    )
    model = AlbertBackbone.from_preset(folder)
    inputs = tiny_inputs()
    arrays = (inputs[n] for n in ("token_ids", "segment_ids", "padding_mask"))
    hidden = NumpyAlbert(checkpoint).encode(*arrays)[-1]
    found = keras.ops.convert_to_numpy(model(inputs)["sequence_output"])
    assert np.abs(found - hidden)[inputs["padding_mask"].astype(bool)].max() <= 1e-5
    classifier = AlbertTextClassifier.from_preset(folder, num_classes=2)
    assert classifier.preprocessor.tokenizer.encode(TEXT) == IDS


def test_two_configurations_are_not_guessed_between(google):
    folder, _ = google()
    (folder / "albert_config_base_g.json").write_text("{}")
    with pytest.raises(
        CheckpointError, match=r"several configurations \(albert_config_base_g.json, .*albert_model"
    ):
        read_checkpoint(folder)


def test_a_vocabulary_with_capitals_keeps_them(google):
    folder, _ = google()
    (folder / "vocab.txt").write_bytes(CONTENT.replace(b"good", b"Good"))
    checkpoint = read_checkpoint(folder)
    assert (checkpoint.lowercase, checkpoint.strip_accents) == (False, False)


@pytest.mark.parametrize(
    "variable",
    ["bert/embeddings/word_embeddings_2", "bert/encoder/layer_shared/attention/self/query/kernel"],
)
def test_albert_zhs_own_first_form_is_refused(google, variable):
    folder, _ = google(extra=[(variable, np.zeros((3, 4), np.float32))])
    with pytest.raises(CheckpointError, match=r"first form .*names end in _google") as caught:
        read_checkpoint(folder)
    assert "\n" not in str(caught.value)


def test_a_saved_model_keeps_its_word_pieces(google, tmp_path):
    folder, _ = google()
    model = AlbertTextClassifier.from_preset(folder, num_classes=2)
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    assert (tmp_path / "preset" / "vocab.txt").read_bytes() == CONTENT
    for again in (
        AlbertTextClassifier.from_preset(tmp_path / "preset"),
        keras.models.load_model(tmp_path / "model.keras"),
    ):
        tokenizer = again.preprocessor.tokenizer
        assert tokenizer.get_config() == model.preprocessor.tokenizer.get_config()
        np.testing.assert_allclose(again.predict([TEXT]), model.predict([TEXT]), atol=1e-6)


def test_the_published_size():
    assert AlbertConfig(vocab_size=21128, embedding_size=128, **TINY_ZH).hidden_size // 12 == 26
