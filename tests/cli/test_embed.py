"""`albert-tf embed`, and the file of sentence vectors."""

import json

import numpy as np
import pytest

from albert_tf import AlbertTextEmbedder
from albert_tf.cli.main import main
from albert_tf.errors import ExportError
from albert_tf.export import TFLiteRunner
from tests.cli.conftest import BAD, GOOD
from tests.cli.test_commands import lines, standard_input


@pytest.fixture(scope="module")
def vectors_file(files):
    path = files / "vectors.tflite"
    assert main(["export", f"{files}/small", str(path), "--embedder"]) == 0
    return path


def rows(capsys):
    return [json.loads(line) for line in lines(capsys)]


def test_preset_and_file_give_the_same_vectors(files, vectors_file, capsys):
    assert main(["embed", "--model", f"{files}/small", *GOOD]) == 0
    keras = rows(capsys)
    assert main(["embed", "--model", str(vectors_file), *GOOD]) == 0
    tflite = rows(capsys)
    assert [row["text"] for row in keras] == [row["text"] for row in tflite] == GOOD
    a, b = (np.array([row["vector"] for row in found]) for found in (keras, tflite))
    np.testing.assert_allclose(np.linalg.norm(a, axis=1), 1, atol=1e-4)
    assert (a * b).sum(axis=1).min() > 0.99


def test_standard_input_line_by_line(files, capsys, monkeypatch):
    standard_input(monkeypatch, b"a lovely film\nI hate it\n")
    assert main(["embed", "--model", f"{files}/small"]) == 0
    found = rows(capsys)
    expected = AlbertTextEmbedder.from_preset(files / "small").predict(["I hate it"], verbose=0)
    np.testing.assert_allclose(found[1]["vector"], expected[0], atol=1e-5)


def test_table_to_a_numpy_file(files, tmp_path):
    path = tmp_path / "vectors.npy"
    arguments = ["--file", f"{files}/reviews.csv", "--text", "review", "--output", str(path)]
    assert main(["embed", "--model", f"{files}/small", *arguments]) == 0
    assert np.load(path).shape == (48, 32)


def test_nearest_of_a_table_is_the_text_itself(files, capsys):
    nearest = ["--nearest", f"{files}/reviews.csv", "--text", "review", "--top", "2"]
    assert main(["embed", "--model", f"{files}/small", *nearest, BAD[0], GOOD[2]]) == 0
    cells = [line.split("\t") for line in lines(capsys)]
    assert [cell[1] for cell in cells] == [BAD[0], BAD[0], GOOD[2], GOOD[2]]
    assert cells[0][::2] == ["1.000", BAD[0]]
    assert cells[2][::2] == ["1.000", GOOD[2]]


def test_file_of_a_classifier_gives_no_vectors(files):
    with pytest.raises(ExportError, match="text_classifier, which gives no sentence vectors"):
        TFLiteRunner(files / "reviews.tflite").embed(["a film"])


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("predict", ["a film"]),
        ("evaluate", ["{files}/reviews.csv"]),
        ("benchmark", ["--early-exit", "{files}/reviews.csv"]),
    ],
)
def test_file_of_vectors_gives_no_answers(files, vectors_file, capsys, command, options):
    options = [option.format(files=files) for option in options]
    assert main([command, str(vectors_file), *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{vectors_file} holds a text_embedder; expected a text classifier or regressor" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "vectors.csv", "a"], "expected a name that ends in .npy"),
        (["--file", "x.csv", "a"], "there are TEXTs beside --file"),
        (["--text", "review", "a"], "--text tells how to read a table, and there is none"),
        (["--nearest", "x.csv", "--output", "y.npy", "a"], "give one or the other"),
        (["--nearest", "x.csv", "--top", "0", "a"], "--top is 0; expected at least 1"),
        (["--model", "nowhere", "a"], "nowhere does not exist"),
        (["--model", "{files}/small", "a", " "], "text 2 is empty"),
    ],
)
def test_bad_input_is_one_line(files, capsys, arguments, message):
    arguments = [argument.format(files=files) for argument in arguments]
    assert main(["embed", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in " ".join(error.split())
    assert len(error.strip().splitlines()) == 1
