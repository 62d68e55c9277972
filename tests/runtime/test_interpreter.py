"""Which interpreter runs a file, and that the answers do not depend on it."""

import dataclasses
import importlib.util

import pytest

from albert_tf import TFLiteRunner
from albert_tf.answers import QuestionAnswer
from albert_tf.errors import ExportError
from albert_tf.runtime import interpreter
from tests.answers_alike import alike
from tests.runtime.test_light import FILE
from tests.shipped import MODELS, examples_of, shipped_models

ODD_TEXTS = ["", "It broke after two days. " * 20]


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
@pytest.mark.parametrize("shipped", shipped_models(), ids=lambda shipped: shipped["name"])
def test_tensorflows_own_answers_alike(monkeypatch, shipped):
    file, texts = MODELS / shipped["file"], examples_of(shipped)
    if len(texts) == 1:
        texts = ([*texts[0], *ODD_TEXTS],)
    expected = TFLiteRunner(file)(*texts)
    with monkeypatch.context() as patch:
        only(patch, "tensorflow")
        runner = TFLiteRunner(file)
    assert "tensorflow" in type(runner._graph._interpreter).__module__
    # Versions of the kernels round the int8 activations differently: 0.009 was seen, on a long text.
    assert alike(chosen(runner(*texts)), chosen(expected), by=0.02)


def chosen(answers):
    """Answers to questions without what they may also be, since spans that are as likely change places."""
    is_question = isinstance(answers[0], QuestionAnswer)
    return [dataclasses.replace(a, alternatives=()) for a in answers] if is_question else answers
