"""Hugging Face folders that this package writes: read back, and loaded by transformers itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.tokenizer.model_file import UNKNOWN, Piece, write_model
from albert_tf.weights import expected_shapes, read_checkpoint, write_huggingface
from tests.tiny import tiny_config
from tests.weights.numpy_albert import NumpyAlbert
from tests.weights.test_huggingface import assert_same_arrays
from tests.weights.test_preset import HEAD_CONFIGS, random_checkpoint

HEADS = {
    **HEAD_CONFIGS,
    "text_regressor": {},
    "token_classifier": {"num_classes": 5},
    "question_answerer": {},
    "multiple_choice": {},
    "masked_lm": {},
}
PIECES = write_model([Piece("<unk>", kind=UNKNOWN), Piece("a", -1.0)], b"", True)
GROUPS = {"num_hidden_layers": 6, "num_hidden_groups": 3, "inner_group_num": 2}


def make(head, **fields):
    checkpoint = random_checkpoint(tiny_config(**GROUPS), None, **fields)
    return with_head(checkpoint, head)


def with_head(checkpoint, head):
    checkpoint.head, checkpoint.head_config = head, dict(HEADS[head])
    random = np.random.default_rng(1)
    for name, shape in expected_shapes(checkpoint.config, head, HEADS[head]).items():
        checkpoint.arrays.setdefault(name, random.standard_normal(shape).astype(np.float32))
    return checkpoint


@pytest.mark.parametrize("head", HEADS)
def test_a_written_folder_reads_back_the_same(tmp_path, head):
    checkpoint = make(head, tokenizer_model=PIECES, lowercase=False, strip_accents=False)
    again = read_checkpoint(write_huggingface(checkpoint, tmp_path / "new"))
    assert again.config == checkpoint.config
    has_pooler = head not in ("masked_lm", "token_classifier", "question_answerer")
    expected = {
        name: array
        for name, array in checkpoint.arrays.items()
        if has_pooler or not name.startswith("pooler/")
    }
    assert_same_arrays(again.arrays, expected)
    assert again.head == head
    for key, value in checkpoint.head_config.items():
        assert again.head_config[key] == value
    assert again.tokenizer_model == PIECES
    assert (again.lowercase, again.strip_accents) == (False, False)


@pytest.mark.parametrize(
    ("changes", "head_config", "error", "message"),
    [
        ({"use_relative_attention_bias": True}, {}, CheckpointError, "use_relative_attention_bias"),
        ({}, {"layer_norm_eps": 1e-5}, CheckpointError, "layer_norm_eps 1e-05"),
        ({}, {"end_conditioned_on_start": True}, CheckpointError, "end of an answer by its start"),
        ({"num_hidden_layers": 18, "num_hidden_groups": 14}, {}, ConfigError, "rounds layer 9"),
        ({"num_hidden_groups": 3, "inner_group_num": 2}, {}, CheckpointError, "inner_group_num 2"),
    ],
)
def test_what_transformers_cannot_express_is_refused(
    tmp_path, changes, head_config, error, message
):
    checkpoint = with_head(random_checkpoint(tiny_config(**changes)), "masked_lm")
    checkpoint.head_config = head_config
    with pytest.raises(error, match=message):
        write_huggingface(checkpoint, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def transformers_inputs(head):
    random = np.random.default_rng(0)
    shape = (3, 2, 12) if head == "multiple_choice" else (3, 12)
    lengths = random.integers(2, 13, shape[:-1])
    mask = np.arange(12) < lengths[..., None]
    return {
        "input_ids": random.integers(5, 120, shape) * mask,
        "token_type_ids": random.integers(0, 2, shape) * mask,
        "attention_mask": mask.astype(int),
    }


def expected_outputs(checkpoint, inputs):
    """What NumPy says that transformers should output, by transformers' names."""
    model, head = NumpyAlbert(checkpoint), checkpoint.head
    flat = {name: array.reshape(-1, array.shape[-1]) for name, array in inputs.items()}
    sequence = model.encode(flat["input_ids"], flat["token_type_ids"], flat["attention_mask"])[-1]
    if head == "question_answerer":
        logits = model.dense(sequence, "qa_outputs")
        return {"start_logits": logits[..., 0], "end_logits": logits[..., 1]}
    if head == "token_classifier":
        return {"logits": model.dense(sequence, "classifier")}
    if head == "masked_lm":
        return {"logits": model.masked_lm(sequence)}
    pooled = model.pool(sequence)
    if head is None:
        return {"last_hidden_state": sequence, "pooler_output": pooled}
    if head == "pretrainer":
        sop = model.dense(pooled, "sop_classifier")
        return {"prediction_logits": model.masked_lm(sequence), "sop_logits": sop}
    logits = model.dense(pooled, "classifier")
    return {"logits": logits.reshape(inputs["input_ids"].shape[0], -1)}


def assert_outputs(outputs, expected, mask):
    for name, value in expected.items():
        actual = np.asarray(outputs[name])
        if mask.ndim == 2 and actual.shape[:2] == mask.shape:
            actual, value = actual[mask == 1], value[mask == 1]
        assert np.abs(actual - value).max() <= 1e-5 * max(1, np.abs(value).max())


def scaled(checkpoint):
    """Arrays of the size that training gives; large ones would drown the tolerance."""
    for name, array in checkpoint.arrays.items():
        checkpoint.arrays[name] = array * np.float32(0.1) + name.endswith("gamma")
    return checkpoint


FRAMEWORKS = {
    "torch": {"USE_TF": "0"},
    "tensorflow": {"USE_TORCH": "0", "TF_USE_LEGACY_KERAS": "1"},
}


@pytest.fixture(scope="module", params=FRAMEWORKS)
def transformers_results(request, tmp_path_factory):
    """Checkpoints, and the folders with what transformers computed from them, by head."""
    framework = request.param
    # PyTorch may live in an environment of its own, as it is large.
    python = os.environ.get("ALBERT_TF_TORCH_PYTHON") if framework == "torch" else None
    python = python or sys.executable
    environment = {**os.environ, **FRAMEWORKS[framework], "TF_CPP_MIN_LOG_LEVEL": "3"}
    modules = "torch, transformers" if framework == "torch" else "tf_keras, transformers"
    if subprocess.run(
        [python, "-c", f"import {modules}"], env=environment, capture_output=True
    ).returncode:
        pytest.skip(f"{python} cannot import {modules}")
    root = tmp_path_factory.mktemp(framework)
    results = {}
    for head in HEADS:
        checkpoint = scaled(make(head))
        folder = write_huggingface(checkpoint, root / str(head))
        np.savez(folder / "inputs.npz", **transformers_inputs(head))
        results[head] = (checkpoint, folder)
    script = Path(__file__).with_name("run_transformers.py")
    run = subprocess.run(
        [python, script, framework, root], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return results


@pytest.mark.slow
@pytest.mark.peers
@pytest.mark.parametrize("head", HEADS)
def test_transformers_computes_the_same(transformers_results, head):
    checkpoint, folder = transformers_results[head]
    report = json.loads((folder / "report.json").read_text())
    assert not report["missing_keys"]
    assert not report["mismatched_keys"]
    assert not report["unexpected_keys"]
    inputs = dict(np.load(folder / "inputs.npz"))
    outputs = np.load(folder / "outputs.npz")
    assert_outputs(outputs, expected_outputs(checkpoint, inputs), inputs["attention_mask"])


@pytest.mark.peers
def test_transformers_reads_the_written_tokenizer(shared, tmp_path):
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("sentencepiece")
    model = (shared / "albert_en" / "30k-clean.model").read_bytes()
    for lowercase in (True, False):
        write_huggingface(random_checkpoint(tokenizer_model=model, lowercase=lowercase), tmp_path)
        tokenizer = transformers.AlbertTokenizer.from_pretrained(tmp_path)
        assert tokenizer.do_lower_case is lowercase
        assert tokenizer.tokenize("Hello") == tokenizer.tokenize("hello" if lowercase else "Hello")
        assert tokenizer.model_max_length == 40
        assert tokenizer.mask_token_id == 4
