"""Which interpreter runs a file, and that the answers do not depend on it."""

import importlib.util

import numpy as np
import pytest

from albert_tf import TFLiteRunner
from albert_tf.errors import ExportError
from albert_tf.runtime import interpreter
from tests.runtime.test_light import FILE, MODELS

TEXTS = ["what a lovely week", "a waste of time", "", "It broke after two days. " * 20]


def only(monkeypatch, *packages):
    """Has only these of the interpreters' packages installed."""
    find, known = importlib.util.find_spec, {m.partition(".")[0] for m in interpreter.MODULES}
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name in known - set(packages) else find(name, *rest),
    )


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        (("ai_edge_litert", "tensorflow"), "ai_edge_litert.interpreter"),
        (("tensorflow",), "tensorflow.lite.python.interpreter"),
    ],
)
def test_the_lightest_installed_one_is_taken(monkeypatch, installed, expected):
    only(monkeypatch, *installed)
    assert interpreter.interpreter_module() == expected


def test_none_is_one_line(monkeypatch):
    only(monkeypatch)
    with pytest.raises(
        ExportError, match="no interpreter for TFLite files.*pip install ai-edge-litert"
    ):
        TFLiteRunner(FILE)


@pytest.mark.slow
def test_tensorflows_own_answers_alike(monkeypatch):
    for file in sorted(MODELS.glob("*.tflite")):
        expected = TFLiteRunner(file).scores(TEXTS)
        with monkeypatch.context() as patch:
            only(patch, "tensorflow")
            runner = TFLiteRunner(file)
        assert "tensorflow" in type(runner._graph._interpreter).__module__
        found = runner.scores(TEXTS)
        np.testing.assert_array_equal(found.argmax(-1), expected.argmax(-1))
        # Versions of the kernels round the int8 activations differently: 0.009 was seen, on a long text.
        np.testing.assert_allclose(found, expected, atol=0.02)
