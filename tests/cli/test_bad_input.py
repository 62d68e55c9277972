"""Bad input of every kind: one clear line, exit status 2, and nothing lost."""

import pickle
import shutil

import pytest

from albert_tf.cli.main import main
from tests.cli.conftest import QUICK, write


def bad_table(text):
    return lambda files, tmp: ["finetune", write(tmp / "data.csv", text)]


class Malicious:
    """What a pickle can do: run a command when it is read."""

    def __reduce__(self):
        import os

        return os.system, ("touch executed",)


def malicious(files, tmp):
    shutil.copytree(files / "hf", tmp / "hf", dirs_exist_ok=True)
    (tmp / "hf" / "model.safetensors").unlink()
    (tmp / "hf" / "pytorch_model.bin").write_bytes(pickle.dumps(Malicious()))
    return ["import", f"{tmp}/hf", f"{tmp}/out"]


def truncated(files, tmp):
    shutil.copytree(files / "small", tmp / "small", dirs_exist_ok=True)
    path = tmp / "small" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    return ["import", f"{tmp}/small", f"{tmp}/out"]


BAD_INPUT = {
    "missing column": (
        lambda files, tmp: [
            "finetune",
            f"{files}/reviews.csv",
            "--text",
            "reviewer",
            "--label",
            "stars",
        ],
        ["reviewer", "review", "stars"],
    ),
    "empty text": (bad_table("text,label\ngood film,a\n,b\nx,a\n"), ["data.csv:3", "empty"]),
    "one class": (bad_table("text,label\ngood,a\nfine,a\n"), ["data.csv"]),
    "no such file": (lambda files, tmp: ["finetune", f"{tmp}/absent.csv"], ["absent.csv"]),
    "no DATA": (lambda files, tmp: ["finetune"], ["DATA"]),
    "unseen label": (
        lambda files, tmp: [
            "evaluate",
            f"{files}/run/model",
            write(tmp / "test.csv", "text,label\nfine,good\nso so,mixed\n"),
        ],
        ["test.csv:3", "mixed", "good"],
    ),
    "truncated safetensors": (truncated, ["model.safetensors"]),
    "malicious pickle": (malicious, ["system"]),
    "no checkpoint": (lambda files, tmp: ["predict", f"{tmp}/nothing", "text"], ["nothing"]),
    "unknown size": (
        lambda files, tmp: (
            [
                "finetune",
                f"{files}/reviews.csv",
                "--text",
                "review",
                "--label",
                "stars",
                "--size",
                "huge",
                "--output",
                f"{tmp}/run",
            ]
        ),
        ["'huge'", "tiny"],
    ),
    "nothing to resume": (lambda files, tmp: ["finetune", "--resume", f"{tmp}/none"], ["none"]),
    "run exists": (
        lambda files, tmp: (
            [
                "finetune",
                f"{files}/reviews.csv",
                "--text",
                "review",
                "--label",
                "stars",
                "--preset",
                f"{files}/small",
                "--output",
                f"{files}/run",
                *QUICK,
            ]
        ),
        ["run", "resume"],
    ),
    "empty text to answer": (
        lambda files, tmp: ["predict", f"{files}/reviews.tflite", "  "],
        ["text 1 is empty"],
    ),
    "--text for a text": (
        lambda files, tmp: ["predict", f"{files}/reviews.tflite", "--text", "a lovely film"],
        ["--text", "--file"],
    ),
    "texts beside a file": (
        lambda files, tmp: [
            "predict",
            f"{files}/reviews.tflite",
            "a film",
            "--file",
            f"{files}/reviews.csv",
        ],
        ["--file"],
    ),
    "measured labels": (
        bad_table("text,label\ngood film,0.5\nfine,0.7\n"),
        ["data.csv:2", "--task regression"],
    ),
    "resume with other epochs": (
        lambda files, tmp: ["finetune", "--resume", f"{files}/run", "--epochs", "7"],
        ["--epochs 7", "1"],
    ),
    "epochs out of range": (
        lambda files, tmp: ["finetune", f"{files}/reviews.csv", "--epochs", "0"],
        ["--epochs is 0"],
    ),
    "output holds other things": (
        lambda files, tmp: [
            "finetune",
            f"{files}/reviews.csv",
            "--output",
            f"{files}/small",
        ],
        ["small", "albert_tf.json", "--output"],
    ),
    "output is a file": (
        lambda files, tmp: [
            "finetune",
            f"{files}/reviews.csv",
            "--output",
            f"{files}/reviews.csv",
        ],
        ["reviews.csv is a file"],
    ),
    "export to another suffix": (
        lambda files, tmp: ["export", f"{files}/run/model", f"{tmp}/reviews.bin"],
        ["reviews.bin", ".tflite"],
    ),
    "benchmark of nothing": (
        lambda files, tmp: ["benchmark", f"{tmp}/absent.tflite"],
        ["absent.tflite: No such file"],
    ),
    "benchmark beyond the positions": (
        lambda files, tmp: ["benchmark", f"{files}/reviews.tflite", "--lengths", "8", "513"],
        ["513", "1 to 512 tokens"],
    ),
    "export with an impossible limit": (
        lambda files, tmp: [
            *("export", f"{files}/run/model", f"{tmp}/x.tflite", "--max-difference", "3")
        ],
        ["--max-difference is 3", "0 to 1"],
    ),
    "benchmark without threads": (
        lambda files, tmp: ["benchmark", f"{files}/reviews.tflite", "--threads", "0"],
        ["--threads is 0"],
    ),
    "not a TFLite file": (
        lambda files, tmp: ["predict", write(tmp / "x.tflite", "no model"), "text"],
        ["x.tflite"],
    ),
    "unwritable path": (
        lambda files, tmp: ["export", f"{files}/run/model", f"{tmp}/reviews.csv/x.tflite"],
        ["x.tflite"],
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_gets_one_line_and_status_2(case, files, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if case == "malicious pickle":
        main(["import", f"{files}/run/model", f"{files}/hf", "--to", "huggingface"])
    if case == "unwritable path":
        (tmp_path / "reviews.csv").write_text("a file, not a folder")
    arguments, words = BAD_INPUT[case]
    before = sorted(files.rglob("*"))
    capsys.readouterr()
    assert main(arguments(files, tmp_path)) == 2
    error = [line for line in capsys.readouterr().err.splitlines() if "error:" in line]
    assert len(error) == 1
    for word in words:
        assert word in error[0]
    assert "Traceback" not in error[0]
    assert not (tmp_path / "executed").exists()
    assert sorted(files.rglob("*")) == before, "nothing of the user's was touched"


def test_bad_arguments_get_one_line_and_status_2(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["finetune", "data.csv", "--epochs", "many"])
    assert exit_.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "'many'" in line
    assert "albert-tf finetune --help" in line


def test_debug_shows_the_traceback(tmp_path, capsys):
    assert main(["predict", f"{tmp_path}/nothing", "text", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err
