"""A Keras backend that is not installed is one line, wherever Keras is first needed."""

import os
import subprocess
import sys

import pytest

WITHOUT_JAX = "import sys; sys.modules['jax'] = None  # as if it were not installed\n"


def run(program, backend="jax"):
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_JAX + program],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "statement",
    [
        "from albert_tf import AlbertTextClassifier",
        "from albert_tf.preprocessing import AlbertTextClassifierPreprocessor",
        "from albert_tf.training import fine_tune",
        "import albert_tf.layers",
    ],
)
def test_jax_that_is_not_installed(statement):
    result = run(statement)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "albert_tf.errors.MissingExtraError: KERAS_BACKEND=jax needs the package 'jax', which is not installed; "
        'run: pip install "albert-tf[scale]"'
    )


def test_the_command_says_it_without_a_traceback():
    result = run("from albert_tf.cli.main import main\nsys.exit(main(['embed', 'a text']))")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "KERAS_BACKEND=jax needs the package 'jax', which is not installed" in " ".join(
        (result.stderr + result.stdout).split()
    )


def test_another_backend():
    result = run("from albert_tf import AlbertTextClassifier", backend="abacus")
    assert "expected KERAS_BACKEND tensorflow or jax" in result.stderr.splitlines()[-1]


def test_what_needs_no_keras_does_not_ask_for_it():
    result = run(
        "from albert_tf import AlbertConfig; print(AlbertConfig.named('base').hidden_size)"
    )
    assert result.stdout == "768\n"
