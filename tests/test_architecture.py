"""The folders import one way only, as docs/architecture.md draws them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEVELS = [
    {
        "errors",
        "version",
        "configs",
        "graph_lifetime",
        "heads",
        "operating_system",
        "random_state",
        "strict_json",
        "type_names",
    },
    {"atomic_files", "config", "dependencies"},
    {"backend", "lazy"},
    {"tokenizer", "tables", "layers"},
    {"answers"},
    {"runtime", "weights", "tasks"},
    {"preprocessing"},
    {"models"},
    {"training", "reports", "export", "web"},
    {"finetuning", "pretraining"},
    {"distillation"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
LOOKED_UP = {("albert_tf/tokenizer/tokenizer.py", "albert_tf.weights")}
"""Imports within a function that point upwards: `AlbertTokenizer.from_preset` has a checkpoint read."""
WITHOUT_TENSORFLOW = ("layers", "models", "training", "tasks", "reports", "finetuning")


def rooms():
    """Every room with its files: the folders, and the modules that stand beside them."""
    for path in sorted([*ROOT.glob("albert_tf/*"), ROOT / "export", ROOT / "configs"]):
        if (path / "__init__.py").is_file():
            yield path.name, sorted(path.rglob("*.py"))
        elif path.suffix == ".py" and path.stem != "__init__":  # which names the rooms above it
            yield path.stem, [path]


def modules_of_names():
    """The module that has each public name of the package itself."""
    tree = ast.parse((ROOT / "albert_tf/__init__.py").read_text("utf-8"))
    found = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "albert_tf"
        for alias in node.names
    }
    return found | {room: f"albert_tf.{room}" for room, _ in rooms()}


NAMES = modules_of_names()


def imported(source, place=""):
    """Every module that a source imports.

    A name of `albert_tf` itself is followed to the module that has it, in `from albert_tf import NAME` and, after
    `import albert_tf`, in `albert_tf.NAME`.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            renamed = [a.name for a in node.names if a.asname and a.name == "albert_tf"]
            assert not renamed, f"{place}: albert_tf under another name"
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place}: relative import"
            if node.module == "albert_tf":
                for alias in node.names:
                    assert alias.name in NAMES, f"{place}: from albert_tf import {alias.name}"
                    yield NAMES[alias.name]
            else:
                yield node.module
        elif isinstance(node, ast.Attribute) and getattr(node.value, "id", None) == "albert_tf":
            yield NAMES.get(node.attr, f"albert_tf.{node.attr}")
        elif _is_import_of_text(node):
            yield node.args[0].value


def _is_import_of_text(node):
    if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
        return False
    return getattr(node.func, "attr", getattr(node.func, "id", None)) in (
        "import_module",
        "__import__",
    )


def upward(room, source, place):
    """The imports of a source that do not point to a lower level."""
    found = []
    for module in imported(source, place):
        parts = module.split(".")
        if parts[0] != "albert_tf" or len(parts) == 1 or parts[1] == room:
            continue
        if LEVEL[parts[1]] >= LEVEL[room] and (place, module) not in LOOKED_UP:
            found.append(module)
    return found


@pytest.mark.parametrize(
    ("room", "files"), list(rooms()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_imports_point_one_way(room, files):
    for path in files:
        place = path.relative_to(ROOT).as_posix()
        assert not upward(room, path.read_text("utf-8"), place), place


def test_every_room_has_its_level_and_no_level_a_room_that_is_gone():
    assert {room for room, _ in rooms()} == set(LEVEL)


@pytest.mark.parametrize(
    "source",
    [
        "from albert_tf.models import AlbertBackbone",
        "from albert_tf.models.backbone import AlbertBackbone",
        "from albert_tf import AlbertBackbone",
        "from albert_tf import models",
        "def f():\n    from albert_tf import AlbertTask as Task",
        "import albert_tf.models.backbone",
        "import albert_tf\nalbert_tf.AlbertBackbone",
        "import albert_tf\nalbert_tf.models.AlbertBackbone",
        "import importlib\nimportlib.import_module('albert_tf.models')",
    ],
)
def test_every_import_is_seen(source):
    (module,) = {".".join(name.split(".")[:2]) for name in upward("layers", source, "")}
    assert module == "albert_tf.models"
    assert not upward("cli", source, "")


@pytest.mark.parametrize(
    "source",
    [
        "from . import backbone",
        "from albert_tf import a_name_that_it_does_not_have",
        "import albert_tf as package",
    ],
)
def test_what_cannot_be_followed_is_refused(source):
    with pytest.raises(AssertionError):
        list(imported(source))


@pytest.mark.parametrize("room", WITHOUT_TENSORFLOW)
def test_backend_agnostic_rooms_do_not_import_tensorflow(room):
    for path in (ROOT / "albert_tf" / room).rglob("*.py"):
        place = path.relative_to(ROOT).as_posix()
        packages = {name.split(".")[0] for name in imported(path.read_text("utf-8"), place)}
        assert not packages & {"tensorflow", "tensorflow_text"}, place
