"""Early exits from the table to the curve, and the export's other choices, by the command."""

import json

import pytest

from albert_tf.cli.main import main
from albert_tf.export import TFLiteRunner
from tests.cli.conftest import QUICK

COLUMNS = ["--text", "review", "--label", "stars"]


@pytest.fixture(scope="module")
def exits(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exits")
    start = ["--preset", f"{files}/small", "--early-exit", "--head-start", "linear"]
    run = ["--output", f"{folder}/run", "--no-baselines", *start, *QUICK]
    assert main(["finetune", f"{files}/reviews.csv", *COLUMNS, *run]) == 0
    assert main(["export", f"{folder}/run/model", f"{folder}/model.tflite"]) == 0
    return folder


def test_curve_of_early_exits(files, exits, capsys):
    file, plot = f"{exits}/model.tflite", exits / "exits.png"
    command = ["benchmark", file, "--early-exit", f"{files}/reviews.csv", *COLUMNS]
    assert main([*command, "--plot", str(plot), "--json"]) == 0
    found = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert found["metric"] == "accuracy"
    full, *others = found["points"]
    assert full["controls"] == {}
    assert full["mean_layers"] == 2
    assert {next(iter(p["controls"])) for p in others} == {"patience", "confidence"}
    (knee,) = [p for p in found["points"] if p["knee"]]
    assert knee["metric"] >= full["metric"] - 0.005 - 1e-9
    for point in found["points"]:
        assert sum(point["histogram"]) == 48
        assert 1 <= point["mean_layers"] <= 2
    assert plot.stat().st_size > 10_000
    assert main(command) == 0
    assert "knee" in capsys.readouterr().err
    assert TFLiteRunner(file, patience=1).controls["patience"] == 1


def test_a_file_without_exits_says_so(files, capsys):
    command = ["benchmark", f"{files}/reviews.tflite", "--early-exit", f"{files}/reviews.csv"]
    assert main([*command, *COLUMNS]) == 2
    assert "has no early exits to measure; train with early_exit=True" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "quantization", "form"),
    [
        (["--quantization", "int4", "--max-difference", "1"], "int4", "loop"),
        (["--quantize", "fp16", "--form", "signatures"], "fp16", "signatures"),
        (["--runtime", "2.16"], "int8", "loop"),
        (
            ["--quantization", "int8-static", "--form", "unrolled", "--length", "24"],
            "int8-static",
            "unrolled",
        ),
    ],
)
def test_choices_of_export(files, tmp_path, options, quantization, form):
    file = tmp_path / "model.tflite"
    texts = ["--texts", f"{files}/reviews.csv", "--text", "review"]
    assert main(["export", f"{files}/run/model", str(file), *options, *texts]) == 0
    runner = TFLiteRunner(file)
    assert runner.metadata["quantization"] == quantization
    assert runner.metadata["form"] == form
    lowest = tuple(map(int, runner.metadata["runtime"]["lowest"].split(".")))
    assert lowest <= (2, 16) if "--runtime" in options else lowest >= (2, 9)
    assert runner(["a lovely film"])[0].label in ("good", "bad")


@pytest.mark.parametrize("client", ["task-library", "mediapipe"])
def test_a_file_for_other_clients(files, tmp_path, client):
    file = tmp_path / "model.tflite"
    options = ["--client", client, "--form", "unrolled", "--length", "16", "--quantization", "none"]
    assert main(["export", f"{files}/run/model", str(file), *options]) == 0
    assert TFLiteRunner(file)(["a lovely film"])[0].label in ("good", "bad")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--quantization", "int8-static"], "pass form='unrolled' and a length"),
        (["--runtime", "2.16", "--quantization", "int4"], "choose int8"),
        (["--runtime", "soon"], "runtime is 'soon'; expected a version of TensorFlow Lite"),
        (["--form", "signatures", "--length", "12"], "choose form 'unrolled'"),
        (["--client", "task-library"], "pass the length in tokens, e.g. 16, and batch 1"),
        (
            ["--client", "mediapipe", "--length", "16"],
            "mediapipe runs no loops: pass form 'unrolled'",
        ),
    ],
)
def test_choices_that_do_not_go_together(files, tmp_path, capsys, options, message):
    file = tmp_path / "model.tflite"
    assert main(["export", f"{files}/run/model", str(file), *options]) == 2
    assert message in capsys.readouterr().err
    assert not file.exists()
