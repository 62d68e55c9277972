"""`albert-tf fill-mask` from presets and files, typed and piped."""

import pytest

from albert_tf import AlbertMaskedLM, AlbertTokenizer
from albert_tf.export import export_tflite
from albert_tf.preprocessing import AlbertMaskedLMPreprocessor
from tests.cli.conftest import in_slow_process
from tests.tiny import english_model

TEXT = "The [MASK] of [MASK]."


@pytest.fixture(scope="session")
def masked(made_once):
    """A folder with a preset of random weights and its TFLite file."""

    def fill(folder):
        reader = AlbertMaskedLMPreprocessor(AlbertTokenizer(), sequence_length=16)
        model = english_model(AlbertMaskedLM, scale=0.3, preprocessor=reader)
        model.save_to_preset(folder / "preset")
        export_tflite(model, folder / "model.tflite", "none")

    return made_once("masked", fill)


def test_a_file_fills_in_masks(masked, shell):
    command = ["fill-mask", "--model", masked / "model.tflite", "--top", "3"]
    done = shell.albert_tf(*command, "--json", TEXT, "\U0001f600 [MASK]")
    first, second = done.rows
    assert first["text"] == TEXT
    assert [(mask["start"], mask["end"]) for mask in first["masks"]] == [(4, 10), (14, 20)]
    assert [len(mask["tokens"]) for mask in first["masks"] + second["masks"]] == [3, 3, 3]
    tokens = first["masks"][0]["tokens"]
    assert tokens[0]["probability"] >= tokens[1]["probability"] >= tokens[2]["probability"] > 0

    lines = [line.split("\t") for line in shell.albert_tf(*command, TEXT).lines]
    assert len(lines) == 6
    assert [line[0] for line in lines[:3]] == [token["text"] for token in tokens]
    assert lines[0][1] == f"{tokens[0]['probability']:.4f}"
    assert lines[0][2] == f"The {tokens[0]['text']} of [MASK]."
    assert lines[5][2] == f"The [MASK] of {lines[5][0]}."


def test_lines_of_standard_input(masked, shell):
    command = ["fill-mask", "--model", masked / "model.tflite", "--top", "1"]
    done = shell.albert_tf(*command, stdin="a [MASK]\n\n[MASK]\tb\n")
    assert next(line.split("\t")[2][:2] for line in done.lines) == "a "
    assert len(done.lines) == 2
    assert "1 empty line was passed over" in done.err
    failed = shell.albert_tf(*command, "-", stdin="a [MASK]\nnone\n", status=2)
    assert "standard input, line 2 has no [MASK]: 'none'; write [MASK] in the" in failed.error


@pytest.mark.parametrize(
    "model", ["model.tflite", in_slow_process("preset")], ids=["file", "preset"]
)
def test_the_same_from_each_kind_of_model(masked, shell, model):
    done = shell.albert_tf("fill-mask", "--model", masked / model, "--top", "2", TEXT)
    file = shell.albert_tf("fill-mask", "--model", masked / "model.tflite", "--top", "2", TEXT)
    assert [line.split("\t")[::2] for line in done.lines] == [
        line.split("\t")[::2] for line in file.lines
    ]


@pytest.mark.slow
def test_the_bundled_model_knows_a_little(shell):
    done = shell.albert_tf("fill-mask", "the capital of [MASK] is paris")
    assert "france" in [line.split("\t")[0] for line in done.lines]


def test_mistakes_in_one_line(masked, files, shell):
    file = masked / "model.tflite"
    for words, message in (
        (["a text"], "text 1 has no [MASK]: 'a text'; write [MASK] in the place of a word"),
        (["[MASK]", "a [mask]"], "text 2 has no [MASK]: 'a [mask]'"),
        (["--top", "0", "[MASK]"], "--top is 0; expected at least 1"),
        (["--model", files / "reviews.tflite", "[MASK]"], "holds a text_classifier; expected a"),
        (["--model", files / "small", "[MASK]"], "holds a text_classifier; expected a masked"),
        (["--model", "nowhere", "[MASK]"], "nowhere"),
    ):
        given = words if "--model" in words else ["--model", file, *words]
        assert message in shell.albert_tf("fill-mask", *given, status=2).error


@pytest.mark.parametrize("model", ["model.tflite", in_slow_process("preset")])
def test_predict_points_to_it(masked, shell, model):
    done = shell.albert_tf("predict", masked / model, "a [MASK]", status=2)
    assert f"{model} fills in masks; use albert-tf fill-mask --model" in done.error
