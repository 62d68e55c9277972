"""A package that an extra brings and that is not installed: one line with what to type, wherever it is first needed."""

import subprocess
import sys

import pytest

from albert_tf.dependencies import EXTRA_OF

BASE = f"""
import sys
for package in {[*EXTRA_OF, "tensorflow_text"]!r}:
    sys.modules[package] = None  # as if it were not installed
"""


def run(program):
    return subprocess.run(
        [sys.executable, "-c", BASE + program], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("statement", "package"),
    [
        ("from albert_tf import AlbertTextClassifier", "keras"),
        ("import albert_tf.models", "keras"),
        ("from albert_tf.export import export_tflite", "keras"),
        ("from albert_tf.training import fine_tune", "keras"),
        ("from albert_tf.tasks import evaluate_scores", "pandas"),
        (
            "from albert_tf.weights import read_checkpoint; read_checkpoint('albert_small_en')",
            "safetensors",
        ),
    ],
)
def test_names_that_need_an_extra(statement, package):
    result = run(statement)
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("albert_tf.errors.MissingExtraError: ")
    assert (
        f'needs the package {package!r}, which is not installed; run: pip install "albert-tf[tensorflow]"'
        in last
    )


@pytest.mark.parametrize(
    "command", ["finetune", "export", "evaluate", "import", "pretrain", "distill", "demo"]
)
def test_commands_that_train_say_so_before_anything_else(command):
    arguments = {
        "finetune": ["a.csv"],
        "demo": [],
        "export": ["a", "b.tflite"],
        "pretrain": ["a"],
        "distill": ["a", "--teacher", "t", "--output", "o"],
    }
    words = [command, *arguments.get(command, ["a", "b"])]
    result = run(f"from albert_tf.cli.main import main; sys.exit(main({words!r}))")
    assert result.returncode == 2
    assert result.stderr == (
        f"albert-tf: error: albert-tf {command} needs the package 'keras', which is not installed; "
        'run: pip install "albert-tf[tensorflow]"\n'
    )


def test_a_preset_needs_what_a_file_does_not():
    result = run(
        "from albert_tf.cli.main import main; sys.exit(main(['predict', 'albert_small_en', 'a text']))"
    )
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert 'pip install "albert-tf[tensorflow]"' in result.stderr
