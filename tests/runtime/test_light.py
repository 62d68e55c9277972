"""What a file's answer costs: no room of this package and no library that only training and export need."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from albert_tf.dependencies import EXTRA_OF
from tests.shipped import MODELS

ROOT = Path(__file__).resolve().parents[2]
FILE = MODELS / "sentiment.tflite"
HEAVY = {*EXTRA_OF, "tensorflow_text", "google"}
ROOMS = {
    "layers",
    "models",
    "preprocessing",
    "training",
    "tasks",
    "reports",
    "weights",
    "pretraining",
    "finetuning",
}


def loaded_after(code: str) -> set[str]:
    """The modules of a new process, and what of this package it has, after some lines."""
    lines = f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import albert_tf, albert_tf.export, albert_tf.tasks, albert_tf.training, albert_tf.weights",
        f"from albert_tf import TFLiteRunner; print(TFLiteRunner({str(FILE)!r})(['what a lovely week']))",
        f"from albert_tf.export import TFLiteRunner; TFLiteRunner({str(FILE)!r})(['a text'])",
        "from albert_tf import AlbertTokenizer; AlbertTokenizer().encode('what a lovely week')",
        "from albert_tf.tables import read_table; import albert_tf.cli.main",
        f"""
import sys
from albert_tf.cli.main import main
for words in (["predict", {str(FILE)!r}, "a text"], ["tokenize", "a text"], ["sample", "--help"]):
    try:
        main(words)
    except SystemExit:
        print("help")
""",
    ],
)
def test_nothing_heavy_is_loaded(code):
    loaded = loaded_after(code)
    assert not HEAVY & {name.partition(".")[0] for name in loaded}
    rooms = {
        name.split(".")[1]
        for name in loaded
        if name.startswith("albert_tf.") and name.count(".") > 1
    }
    assert not ROOMS & rooms


LAZY = ["albert_tf"] + [
    f"albert_tf.{room}"
    for room in "export tasks reports training weights preprocessing pretraining distillation finetuning".split()
]


@pytest.mark.parametrize("package", LAZY)
def test_lazy_names_are_those_of_the_package(package):
    module = importlib.import_module(package)
    names = set(module.__all__)
    for name in names:
        assert getattr(module, name) is getattr(module, name)
    assert names <= set(dir(module))
    # A submodule of the same name would take the name's place as soon as it is imported.
    submodules = {path.stem for path in Path(module.__file__).parent.glob("*.py")}
    assert not names & submodules
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nonsense'"):
        module.nonsense  # noqa: B018


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_and_python_find_a_name_in_the_same_module(package):
    """What stands under TYPE_CHECKING, and what the names load."""
    tree = ast.parse(Path(importlib.import_module(package).__file__).read_text("utf-8"))
    checked, loaded = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            checked |= {alias.name: node.module for alias in node.names}
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "lazy_names":
            modules = ast.literal_eval(node.args[1])
            loaded = {name: module for module, names in modules.items() for name in names}
    assert loaded
    assert loaded.items() <= checked.items()
