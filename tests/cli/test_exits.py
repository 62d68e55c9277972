"""Early exits from the table to the curve, and choices of an export that do not go together."""

import pytest

from albert_tf.export import TFLiteRunner
from tests.cli.conftest import COLUMNS

pytestmark = pytest.mark.slow


def test_curve_of_early_exits(files, exits, shell, needs):
    needs("matplotlib")
    file = f"{exits}/model.tflite"
    command = ["benchmark", file, "--early-exit", f"{files}/reviews.csv", *COLUMNS]
    (found,) = shell.albert_tf(*command, "--plot", "exits.png", "--json").rows
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
    assert (shell.folder / "exits.png").stat().st_size > 10_000
    assert "knee" in shell.albert_tf(*command).err
    assert TFLiteRunner(file, patience=1).controls["patience"] == 1


def test_a_file_without_exits_says_so(files, shell):
    command = ["benchmark", f"{files}/reviews.tflite", "--early-exit", f"{files}/reviews.csv"]
    error = shell.albert_tf(*command, *COLUMNS, status=2).error
    assert "has no early exits to measure; train with early_exit=True" in error


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
def test_choices_that_do_not_go_together(files, shell, options, message):
    error = shell.albert_tf(
        "export", f"{files}/run/model", "model.tflite", *options, status=2
    ).error
    assert message in error
    assert not list(shell.folder.iterdir())
