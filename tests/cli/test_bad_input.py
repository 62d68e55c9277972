"""Bad input of every kind: one clear line, exit status 2, and nothing lost."""

import pickle
import shutil

import pytest

from tests.cli.conftest import COLUMNS, QUICK, in_slow_process, write


def bad_table(text):
    return lambda files, tmp: ["finetune", write(tmp / "data.csv", text)]


def finetune(*options):
    """Fine-tuning on the shared table; `{files}` and `{tmp}` stand for the folders."""
    return lambda files, tmp: [
        *("finetune", f"{files}/reviews.csv", *COLUMNS),
        *(option.format(files=files, tmp=tmp) for option in options),
    ]


class Malicious:
    """What a pickle can do: run a command when it is read."""

    def __reduce__(self):
        import os

        return os.system, ("touch executed",)


def truncated(files, tmp):
    shutil.copytree(files / "small", tmp / "small")
    path = tmp / "small" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    return ["import", f"{tmp}/small", f"{tmp}/out"]


BAD_INPUT = {
    "no such file": (
        lambda files, tmp: ["finetune", f"{tmp}/absent.csv"],
        ["absent.csv: no such file"],
    ),
    "no such file to validate on": (
        finetune("--validation", "{tmp}/absent.csv", "--output", "{tmp}/run"),
        ["absent.csv: no such file"],
    ),
    "nothing to evaluate on": (
        lambda files, tmp: ["evaluate", f"{files}/run/model", f"{tmp}/absent.csv"],
        ["absent.csv: no such file"],
    ),
    "no such corpus": (
        lambda files, tmp: ["pretraining-data", f"{tmp}/absent.txt", "--output", f"{tmp}/out"],
        ["absent.txt: no such file"],
    ),
    "no DATA": (lambda files, tmp: ["finetune"], ["DATA"]),
    "truncated safetensors": (truncated, ["model.safetensors"]),
    "nothing to resume": (lambda files, tmp: ["finetune", "--resume", f"{tmp}/none"], ["none"]),
    "run exists": (
        finetune("--preset", "{files}/small", "--output", "{files}/run", *QUICK),
        ["run", "resume"],
    ),
    "--text for a text": (
        lambda files, tmp: ["predict", f"{files}/reviews.tflite", "--text", "a lovely film"],
        ["--text", "--file"],
    ),
    "nothing is piped in": (
        lambda files, tmp: ["predict", f"{files}/reviews.tflite"],
        ["standard input: no text"],
    ),
    "- beside a text": (
        lambda files, tmp: ["predict", f"{files}/reviews.tflite", "-", "a film"],
        ["text 1 of 2 is -", "standard input"],
    ),
    "texts beside a file": (
        lambda files, tmp: [
            *("predict", f"{files}/reviews.tflite", "a film", "--file", f"{files}/reviews.csv")
        ],
        ["--file"],
    ),
    "resume with other epochs": (
        lambda files, tmp: ["finetune", "--resume", f"{files}/run", "--epochs", "7"],
        ["--epochs 7", "20"],
    ),
    "output holds other things": (
        lambda files, tmp: ["finetune", f"{files}/reviews.csv", "--output", f"{files}/small"],
        ["small", "albert_tf.json", "--output"],
    ),
    "output is a file": (
        lambda files, tmp: ["finetune", f"{files}/reviews.csv", "--output", f"{files}/reviews.csv"],
        ["reviews.csv is a file"],
    ),
}
"""What is found before TensorFlow is imported."""

BAD_INPUT_OF_MODELS = {
    "missing column": (
        lambda files, tmp: [
            *("finetune", f"{files}/reviews.csv", "--text", "reviewer", "--label", "stars")
        ],
        ["reviewer", "review", "stars"],
    ),
    "empty text": (bad_table("text,label\ngood film,a\n,b\nx,a\n"), ["data.csv:3", "empty"]),
    "one class": (bad_table("text,label\ngood,a\nfine,a\n"), ["data.csv"]),
    "unseen label": (
        lambda files, tmp: [
            "evaluate",
            f"{files}/run/model",
            write(tmp / "test.csv", "text,label\nfine,good\nso so,mixed\n"),
        ],
        ["test.csv:3", "mixed", "good"],
    ),
    "no checkpoint": (lambda files, tmp: ["predict", f"{tmp}/nothing", "text"], ["nothing"]),
    "unknown size": (finetune("--size", "huge", "--output", "{tmp}/run"), ["'huge'", "tiny"]),
    "empty text to answer": (
        lambda files, tmp: ["predict", f"{files}/reviews.tflite", "  "],
        ["text 1 is empty"],
    ),
    "measured labels": (
        bad_table("text,label\ngood film,0.5\nfine,0.7\n"),
        ["data.csv:2", "--task regression"],
    ),
    "epochs out of range": (
        lambda files, tmp: ["finetune", f"{files}/reviews.csv", "--epochs", "0"],
        ["--epochs is 0"],
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
        lambda files, tmp: [
            *("export", f"{files}/run/model"),
            f"{write(tmp / 'reviews.csv', 'a file, not a folder')}/x.tflite",
        ],
        ["x.tflite"],
    ),
}


@pytest.mark.parametrize("case", [*BAD_INPUT, *map(in_slow_process, BAD_INPUT_OF_MODELS)])
def test_bad_input_gets_one_line_and_status_2(case, files, shell):
    arguments, words = {**BAD_INPUT, **BAD_INPUT_OF_MODELS}[case]
    arguments = arguments(files, shell.folder)
    before = sorted(files.rglob("*"))
    error = shell.albert_tf(*arguments, status=2).error
    for word in words:
        assert word in error
    assert sorted(files.rglob("*")) == before, "nothing of the user's was touched"


def test_a_malicious_pickle_is_not_run(hugging_face, shell):
    shutil.copytree(hugging_face, shell.folder / "hf")
    (shell.folder / "hf" / "model.safetensors").unlink()
    (shell.folder / "hf" / "pytorch_model.bin").write_bytes(pickle.dumps(Malicious()))
    assert "system" in shell.albert_tf("import", "hf", "out", status=2).error
    assert {path.name for path in shell.folder.iterdir()} == {"hf"}


@pytest.mark.slow
def test_debug_shows_the_traceback(shell):
    done = shell.albert_tf("predict", "nothing", "text", "--debug", status=2)
    assert "Traceback" in done.err
