"""Everything public says what it takes and gives, for editors and type checkers; and the package says that it does."""

import functools
import importlib
import inspect
import zipfile

import pytest

from tests.type_check import check_types

ROOMS = (
    "",
    ".export",
    ".finetuning",
    ".models",
    ".preprocessing",
    ".pretraining",
    ".reports",
    ".runtime",
    ".tasks",
    ".tokenizer",
    ".training",
)


def functions_of(value, name):
    """Gives the functions of a public name: itself, or a class's constructor, methods and properties."""
    if inspect.isfunction(value):
        yield name, value
    if not inspect.isclass(value):
        return
    for base in value.__mro__:
        if not base.__module__.startswith("albert_tf"):
            continue
        for attribute, member in vars(base).items():
            if attribute.startswith("_") and attribute not in ("__init__", "__call__"):
                continue
            if isinstance(member, (staticmethod, classmethod)):
                member = member.__func__
            if isinstance(member, property):
                member = member.fget
            if isinstance(member, functools.cached_property):
                member = member.func
            if inspect.isfunction(member) and member.__module__.startswith("albert_tf"):
                yield f"{name}: {base.__module__}.{base.__name__}.{attribute}", member


def public_functions():
    for room in ROOMS:
        module = importlib.import_module(f"albert_tf{room}")
        for name in module.__all__:
            yield from functions_of(getattr(module, name), f"{module.__name__}.{name}")


def lacking(function):
    """The parameters of a function that have no annotation, and `return`."""
    signature = inspect.signature(inspect.unwrap(function))
    names = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.annotation is parameter.empty and name not in ("self", "cls")
    ]
    if signature.return_annotation is signature.empty and function.__name__ != "__init__":
        names.append("return")
    return names


def test_every_public_function_is_annotated():
    found = dict(public_functions())
    assert len(found) > 300
    places = {name.split(": ")[-1]: names for name, f in found.items() if (names := lacking(f))}
    assert not places, "\n".join(f"{place}: {', '.join(names)}" for place, names in places.items())


def test_the_wheel_says_that_it_is_typed(wheel):
    assert "albert_tf/py.typed" in zipfile.ZipFile(wheel).namelist()


PROGRAM = """
from typing import assert_type

import numpy as np

from albert_tf import AlbertConfig, AlbertTask, AlbertTextClassifier, AlbertTokenizer, TFLiteRunner
from albert_tf.export import ExportResult, export_tflite
from albert_tf.preprocessing import AlbertPreprocessor, AlbertTextClassifierPreprocessor
from albert_tf.runtime import Prediction
from albert_tf.training import FineTuningResult, fine_tune

tokenizer = AlbertTokenizer.from_preset("albert_small_en")
assert_type(tokenizer, AlbertTokenizer)
assert_type(tokenizer.encode("a"), list[int])
assert_type(tokenizer.encode("a", offsets=True), tuple[list[int], list[tuple[int, int]]])
assert_type(tokenizer.encode_batch(np.array(["a"])), list[list[int]])
assert_type(AlbertConfig.named("base").hidden_size, int)
model = AlbertTextClassifier.from_preset("albert_small_en", num_classes=2)
assert_type(model, AlbertTextClassifier)
assert_type(model.num_classes, int)
assert_type(model.preprocessor, AlbertPreprocessor | None)
assert_type(AlbertTask.from_preset("a").config, AlbertConfig)
assert_type(model.answer(["a text"]), list[Prediction])
assert_type(export_tflite(model, "a.tflite", "int8"), ExportResult)
assert_type(TFLiteRunner("a.tflite")(["a text"]), list)
assert_type(fine_tune(model, (["a"], [0]), run_dir="runs"), FineTuningResult)

tokenizer.encode(3)  # type: ignore[call-overload]
tokenizer.encode_batch(3)  # type: ignore[call-overload]
TFLiteRunner(3)  # type: ignore[arg-type]
AlbertTextClassifierPreprocessor("a")  # type: ignore[arg-type]
export_tflite(model, "a.tflite", quantisation="int8")  # type: ignore[call-arg]
from albert_tf import AlbertTokeniser  # type: ignore[attr-defined]
from albert_tf.tasks import read_tabel  # type: ignore[attr-defined]
"""
"""Each wrong line is one: an ignore that nothing needs is an error too."""


@pytest.mark.slow
def test_a_program_that_uses_the_package_is_checked():
    pytest.importorskip("mypy", reason="the type checker is not installed; pip install mypy")
    done = check_types(PROGRAM)
    assert done.returncode == 0, done.stdout + done.stderr
    done = check_types('import albert_tf\n\nalbert_tf.AlbertTokenizer().encode(["a"])\n')
    assert "program.py:3: error: " in done.stdout
