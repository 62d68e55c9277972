"""`albert-tf embed`, and the file of sentence vectors."""

import numpy as np
import pytest

from albert_tf import AlbertTextEmbedder
from albert_tf.errors import ExportError
from albert_tf.export import TFLiteRunner
from tests.cli.conftest import BAD, GOOD, in_slow_process
from tests.installation import Shell


@pytest.fixture(scope="module")
def vectors_file(files, installed, made_once):
    """The backbone of the random preset as a file of sentence vectors."""
    command = ["export", f"{files}/small", "vectors.tflite", "--embedder"]
    folder = made_once("vectors", lambda folder: Shell(installed, folder).albert_tf(*command))
    return folder / "vectors.tflite"


@pytest.mark.slow
def test_preset_and_file_give_the_same_vectors(files, vectors_file, shell):
    keras = shell.albert_tf("embed", "--model", f"{files}/small", *GOOD).rows
    tflite = shell.albert_tf("embed", "--model", vectors_file, *GOOD).rows
    assert [row["text"] for row in keras] == [row["text"] for row in tflite] == GOOD
    a, b = (np.array([row["vector"] for row in found]) for found in (keras, tflite))
    np.testing.assert_allclose(np.linalg.norm(a, axis=1), 1, atol=1e-4)
    assert (a * b).sum(axis=1).min() > 0.99


@pytest.mark.slow
def test_standard_input_line_by_line(files, shell):
    typed = b"a lovely film\nI hate it\n"
    found = shell.albert_tf("embed", "--model", f"{files}/small", stdin=typed).rows
    expected = AlbertTextEmbedder.from_preset(files / "small").predict(["I hate it"], verbose=0)
    np.testing.assert_allclose(found[1]["vector"], expected[0], atol=1e-5)


@pytest.mark.slow
def test_table_to_a_numpy_file(files, shell):
    table = ["--file", f"{files}/reviews.csv", "--text", "review", "--output", "vectors.npy"]
    shell.albert_tf("embed", "--model", f"{files}/small", *table)
    assert np.load(shell.folder / "vectors.npy").shape == (48, 32)


@pytest.mark.slow
def test_nearest_of_a_table_is_the_text_itself(files, shell):
    nearest = ["--nearest", f"{files}/reviews.csv", "--text", "review", "--top", "2"]
    done = shell.albert_tf("embed", "--model", f"{files}/small", *nearest, BAD[0], GOOD[2])
    cells = [line.split("\t") for line in done.lines]
    assert [cell[1] for cell in cells] == [BAD[0], BAD[0], GOOD[2], GOOD[2]]
    assert cells[0][::2] == ["1.000", BAD[0]]
    assert cells[2][::2] == ["1.000", GOOD[2]]


def test_file_of_a_classifier_gives_no_vectors(files):
    with pytest.raises(ExportError, match="text_classifier, which gives no sentence vectors"):
        TFLiteRunner(files / "reviews.tflite").embed(["a film"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("predict", ["a film"]),
        ("evaluate", ["{files}/reviews.csv"]),
        ("benchmark", ["--early-exit", "{files}/reviews.csv"]),
    ],
)
def test_file_of_vectors_gives_no_answers(files, vectors_file, shell, command, options):
    options = [option.format(files=files) for option in options]
    done = shell.albert_tf(command, vectors_file, *options, status=2)
    (line,) = done.err.splitlines()
    texts_only = command == "benchmark"
    expected = "expected a text classifier or regressor" if texts_only else "gives no answers"
    assert f"{vectors_file} holds a text_embedder" in line
    assert expected in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "vectors.csv", "a"], "expected a name that ends in .npy"),
        (["--file", "x.csv", "a"], "there are TEXTs beside --file"),
        (["--text", "review", "a"], "--text tells how to read a table, and there is none"),
        (["--nearest", "x.csv", "--output", "y.npy", "a"], "give one or the other"),
        (["--nearest", "x.csv", "--top", "0", "a"], "--top is 0; expected at least 1"),
        in_slow_process(["--model", "nowhere", "a"], "nowhere does not exist"),
        in_slow_process(["--model", "{files}/small", "a", " "], "text 2 is empty"),
    ],
)
def test_bad_input_is_one_line(files, shell, arguments, message):
    arguments = [argument.format(files=files) for argument in arguments]
    (line,) = shell.albert_tf("embed", *arguments, status=2).err.splitlines()
    assert message in line
