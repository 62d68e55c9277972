"""Checkpoints at the command line, each command a process of its own: advice that works, names for classes."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.weights import read_checkpoint, write_huggingface
from tests.tiny import randomize

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ["a lovely film", "well worth the money", "a waste of time", "it broke after a week"]

pytestmark = pytest.mark.slow


def run(*arguments, cwd=None):
    """Runs `albert-tf` with arguments and returns the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "albert_tf_command", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def answers(process):
    assert process.returncode == 0, process.stderr
    return [json.loads(line) for line in process.stdout.splitlines()]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A classifier as people publish them: a Hugging Face folder whose classes are LABEL_0 and LABEL_1."""
    config = AlbertConfig.named(
        "tiny", hidden_size=32, num_attention_heads=4, intermediate_size=64, num_hidden_layers=2
    )
    model = AlbertTextClassifier(
        AlbertBackbone(config),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=32),
    )
    randomize(model)
    folder = tmp_path_factory.mktemp("published") / "a classifier"  # with a blank, as folders have
    write_huggingface(model.to_checkpoint(), folder)
    return folder


@pytest.fixture(scope="module")
def scores(published):
    """The probability of each class, by the library."""
    model = AlbertTextClassifier.from_preset(str(published))
    logits = model.predict(TEXTS, verbose=0)
    import keras

    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))


@pytest.fixture(scope="module")
def weights_only(published, tmp_path_factory):
    """The same, imported before somebody had its tokenizer."""
    source = tmp_path_factory.mktemp("weights") / "weights only"
    done = run("import", published, source, "--no-tokenizer")
    assert done.returncode == 0, done.stderr
    assert "no tokenizer" in done.stderr
    return source


@pytest.mark.parametrize("command", ["predict", "embed"])
def test_the_advice_for_a_preset_without_a_tokenizer_works(
    command, weights_only, published, tmp_path, scores
):
    option = ["--model"] if command == "embed" else []
    done = run(command, *option, weights_only, TEXTS[0])
    assert done.returncode == 2
    assert "carries no tokenizer" in done.stderr
    advice = re.search(r"give it one: (albert-tf import .*? --tokenizer FILE)", done.stderr)[1]
    words = [
        {"NEW_FOLDER": str(tmp_path / "new"), "FILE": str(published / "spiece.model")}.get(w, w)
        for w in shlex.split(advice)
    ]
    done = run(*words[1:])
    assert done.returncode == 0, done.stderr
    assert "tokenizer of 30,000 pieces, lower-cased" in done.stderr
    if command == "predict":
        rows = answers(run("predict", tmp_path / "new", *TEXTS, "--json"))
        for row, expected in zip(rows, scores, strict=True):
            assert row["scores"]["LABEL_1"] == pytest.approx(expected[1], abs=1e-5)
    else:
        assert len(answers(run("embed", "--model", tmp_path / "new", TEXTS[0]))[0]["vector"]) == 32


def test_a_preset_can_be_given_its_tokenizer_in_place(published, tmp_path):
    folder = tmp_path / "preset"
    assert run("import", published, folder, "--no-tokenizer").returncode == 0
    done = run("import", folder, folder, "--tokenizer", published / "spiece.model")
    assert done.returncode == 0, done.stderr
    assert read_checkpoint(folder).tokenizer_model == (published / "spiece.model").read_bytes()


def test_a_tokenizer_that_does_not_belong_is_refused(published, tmp_path):
    done = run("import", published, tmp_path / "x", "--tokenizer", published / "config.json")
    assert done.returncode == 2
    assert "config.json is malformed" in done.stderr
    assert not (tmp_path / "x").exists()


def write_table(path, labels):
    path.write_text(
        "text,label\n" + "".join(f"{t},{n}\n" for t, n in zip(TEXTS, labels, strict=True))
    )
    return path


def accuracy(process):
    (row,) = answers(process)
    return row["accuracy"]


def test_numbers_in_a_table_are_matched_with_the_classes(published, tmp_path, scores):
    best = [int(row.argmax()) for row in scores]
    best[0] = 1 - best[0]  # one wrong, so that a match by chance would show
    for labels in (best, [f"LABEL_{n}" for n in best]):
        path = write_table(tmp_path / "test.csv", labels)
        done = run("evaluate", published, path, "--json")
        assert accuracy(done) == 0.75
        is_told = "matched by the number of the class: 0 is LABEL_0, 1 is LABEL_1" in done.stderr
        assert is_told == (labels is best)
    done = run("evaluate", published, path, "--json", "--class-names", "bad", "good")
    assert accuracy(done) == 0.75
    assert "LABEL_0 is bad, LABEL_1 is good" in done.stderr
    path = write_table(tmp_path / "named.csv", [("bad", "good")[n] for n in best])
    done = run("evaluate", published, path, "--json", "--class-names", "bad", "good")
    assert accuracy(done) == 0.75
    assert "matched by" not in done.stderr


def test_names_reach_answers_and_files(published, tmp_path, scores):
    names = ["--class-names", "bad", "good"]
    expected = [("bad", "good")[row.argmax()] for row in scores]
    rows = answers(run("predict", published, *TEXTS, "--json", *names))
    assert [row["label"] for row in rows] == expected
    file = tmp_path / "named.tflite"
    assert run("export", published, file, "--quantization", "none", *names).returncode == 0
    assert [row["label"] for row in answers(run("predict", file, *TEXTS, "--json"))] == expected
    others = ["--class-names", "schlecht", "gut"]
    rows = answers(run("predict", file, *TEXTS, "--json", *others))
    assert [row["label"] for row in rows] == [("schlecht", "gut")[row.argmax()] for row in scores]
    done = run("predict", file, TEXTS[0], "--class-names", "bad", "good", "so-so")
    assert done.returncode == 2
    assert "--class-names names 3 classes (bad, good, so-so), the model has 2" in done.stderr


def test_names_for_a_preset_by_python(published):
    model = AlbertTextClassifier.from_preset(str(published), labels=["bad", "good"])
    assert model.labels == ["bad", "good"]


def test_export_says_that_a_file_takes_token_ids_and_why(weights_only, published, tmp_path):
    done = run("export", weights_only, tmp_path / "a.tflite", "--quantization", "none")
    assert done.returncode == 0, done.stderr
    assert "note: " in done.stderr
    assert "carries no tokenizer" in done.stderr
    assert "as it is, the file takes token ids" in done.stderr
    assert done.stderr.index("carries no tokenizer") < done.stderr.index("a.tflite:")
    backbone = tmp_path / "backbone"
    checkpoint = read_checkpoint(published)
    checkpoint.arrays = {n: a for n, a in checkpoint.arrays.items() if "classifier" not in n}
    checkpoint.head, checkpoint.head_config = None, {}
    write_huggingface(checkpoint, backbone)
    done = run("export", backbone, tmp_path / "b.tflite", "--quantization", "none")
    assert done.returncode == 0, done.stderr
    assert (
        "has a tokenizer, but a backbone without a head takes none; exported without" in done.stderr
    )


def test_what_was_noticed_while_reading_is_a_note(tmp_path):
    run("sample", "some.csv", "--rows", 40, cwd=tmp_path)
    run("import", "albert_small_en", "hf", "--to", "huggingface", cwd=tmp_path)
    done = run(
        "finetune", "some.csv", "--preset", "hf", "--epochs", 1, "--no-baselines", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "note: hf carries no pooler; AlbertTextClassifier starts one at random" in done.stderr
    assert "Warning" not in done.stderr
