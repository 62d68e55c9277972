"""Checkpoints at the command line: advice that works, and names for classes."""

import argparse
import re
import shlex
import shutil

import keras
import pytest

from albert_tf import AlbertTextClassifier
from albert_tf.cli.answerer import load_answerer, read_targets
from albert_tf.cli.data_arguments import add_table_arguments
from albert_tf.cli.embed import load_embedder
from albert_tf.cli.model_arguments import add_class_names
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import read_checkpoint, write_huggingface
from tests.cli.conftest import random_model, write, write_reviews

TEXTS = ["a lovely film", "well worth the money", "a waste of time", "it broke after a week"]
NAMES = ["--class-names", "bad", "good"]
OTHERS = ["schlecht", "gut"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def published(made_once):
    """A classifier as people publish them: a Hugging Face folder whose classes are LABEL_0 and LABEL_1."""

    def fill(folder):
        write_huggingface(random_model().to_checkpoint(), folder / "a classifier")

    return made_once("published", fill) / "a classifier"  # with a blank, as folders have


@pytest.fixture(scope="module")
def scores(published):
    """The probability of each class, by the library."""
    model = AlbertTextClassifier.from_preset(str(published))
    logits = model.predict(TEXTS, verbose=0)
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))


def named(scores, names=("bad", "good")):
    return [names[row.argmax()] for row in scores]


@pytest.fixture(scope="module")
def weights_only(published, run_once, of_all_workers):
    """The same, imported before somebody had its tokenizer."""
    done = run_once("imported", "import", published, "weights only", "--no-tokenizer")
    assert "no tokenizer" in done.err
    return of_all_workers / "imported" / "weights only"


def test_the_advice_for_a_preset_without_a_tokenizer_works(weights_only, published, scores, shell):
    error = shell.albert_tf("predict", weights_only, TEXTS[0], status=2).error
    assert "carries no tokenizer" in error
    advice = re.search(r"give it one: (albert-tf import .*? --tokenizer FILE)", error)[1]
    with pytest.raises(CheckpointError, match=re.escape(advice)):  # `embed` gives the same
        load_embedder(str(weights_only))
    values = {"NEW_FOLDER": "new", "FILE": published / "spiece.model"}
    _, *words = [values.get(word, word) for word in shlex.split(advice)]
    assert "tokenizer of 30,000 pieces, lower-cased" in shell.albert_tf(*words).err
    rows = shell.albert_tf("predict", "new", *TEXTS, "--json").rows
    for row, expected in zip(rows, scores, strict=True):
        assert row["scores"]["LABEL_1"] == pytest.approx(expected[1], abs=1e-5)
    (vector,) = load_embedder(str(shell.folder / "new"))(TEXTS[:1])
    assert vector.shape == (32,)


def test_a_preset_can_be_given_its_tokenizer_in_place(weights_only, published, shell):
    shutil.copytree(weights_only, shell.folder / "preset")
    shell.albert_tf("import", "preset", "preset", "--tokenizer", published / "spiece.model")
    given = read_checkpoint(shell.folder / "preset").tokenizer_model
    assert given == (published / "spiece.model").read_bytes()


def test_a_tokenizer_that_does_not_belong_is_refused(published, shell):
    words = ["import", published, "x", "--tokenizer", published / "config.json"]
    assert "config.json is malformed" in shell.albert_tf(*words, status=2).error
    assert not (shell.folder / "x").exists()


def write_table(path, labels):
    return write(path, "text,label\n" + "".join(map("{},{}\n".format, TEXTS, labels)))


@pytest.fixture
def read(published, tmp_path, capsys):
    """A function that reads labels as `albert-tf evaluate` does; returns the targets and what was told."""

    def targets(labels, *options):
        parser = argparse.ArgumentParser()
        add_table_arguments(parser)
        add_class_names(parser)
        args = parser.parse_args(list(options))
        answerer = load_answerer(str(published), args.class_names)
        found = read_targets(args, write_table(tmp_path / "read.csv", labels), answerer)
        return found[2].tolist(), capsys.readouterr().err

    return targets


def test_numbers_in_a_table_are_matched_with_the_classes(read):
    classes = [1, 0, 0, 1]
    found, said = read(classes)
    assert found == classes
    assert "matched by the number of the class: 0 is LABEL_0, 1 is LABEL_1" in said
    found, said = read([f"LABEL_{n}" for n in classes])
    assert found == classes
    assert "matched by" not in said
    for labels in (classes, [f"LABEL_{n}" for n in classes]):
        found, said = read(labels, *NAMES)
        assert found == classes
        assert f"{labels[1]} is bad, {labels[0]} is good" in said
    found, said = read([("bad", "good")[n] for n in classes], *NAMES)
    assert found == classes
    assert "matched by" not in said


def test_evaluate_matches_them_too(published, scores, shell):
    best = [int(row.argmax()) for row in scores]
    best[0] = 1 - best[0]  # one wrong, so that a match by chance would show
    table = write_table(shell.folder / "test.csv", [f"LABEL_{n}" for n in best])
    done = shell.albert_tf("evaluate", published, table, "--json", *NAMES)
    (found,) = done.rows
    assert found["accuracy"] == 0.75
    assert "LABEL_0 is bad, LABEL_1 is good" in done.err


def test_names_reach_answers_and_files(published, scores, shell):
    rows = shell.albert_tf("predict", published, *TEXTS, "--json", *NAMES).rows
    assert [row["label"] for row in rows] == named(scores)
    shell.albert_tf("export", published, "named.tflite", "--quantization", "none", *NAMES)
    file = str(shell.folder / "named.tflite")
    rows = shell.albert_tf("predict", file, *TEXTS, "--json").rows
    assert [row["label"] for row in rows] == named(scores)
    assert load_answerer(file).class_names == ["bad", "good"]
    again = load_answerer(file, OTHERS)
    assert named(again.scores(TEXTS), again.class_names) == named(scores, OTHERS)
    with pytest.raises(ConfigError, match=r"names 3 classes \(a, b, c\), the model has 2"):
        load_answerer(file, ["a", "b", "c"])


def test_names_for_a_preset_by_python(published):
    model = AlbertTextClassifier.from_preset(str(published), class_names=["bad", "good"])
    assert model.class_names == ["bad", "good"]


def write_backbone(published, folder, without):
    """Writes the published classifier's backbone, without the arrays that are called like this."""
    checkpoint = read_checkpoint(published)
    checkpoint.arrays = {n: a for n, a in checkpoint.arrays.items() if not n.startswith(without)}
    checkpoint.head, checkpoint.head_config = None, {}
    write_huggingface(checkpoint, folder)


def test_export_says_that_a_file_takes_token_ids_and_why(weights_only, published, shell):
    said = shell.albert_tf("export", weights_only, "a.tflite", "--quantization", "none").err
    assert "note: " in said
    assert "carries no tokenizer" in said
    assert "as it is, the file takes token ids" in said
    assert said.index("carries no tokenizer") < said.index("a.tflite:")
    write_backbone(published, shell.folder / "backbone", without="classifier")
    said = shell.albert_tf("export", "backbone", "b.tflite", "--quantization", "none").err
    assert "has a tokenizer, but a backbone without a head takes none; exported without" in said


def test_what_was_noticed_while_reading_is_a_note(published, shell):
    write_backbone(published, shell.folder / "hf", without=("classifier", "pooler"))
    write_reviews(shell.folder / "reviews.csv")
    start = ["--preset", "hf", "--epochs", 1, "--no-baselines"]
    said = shell.albert_tf("finetune", "reviews.csv", *start).err
    assert "note: hf carries no pooler; AlbertTextClassifier starts one at random" in said
    assert "Warning" not in said
