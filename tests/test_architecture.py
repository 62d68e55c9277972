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
        "operating_system",
        "random_state",
        "strict_json",
        "type_names",
    },
    {"config", "dependencies"},
    {"backend", "lazy"},
    {"tokenizer", "tables", "layers"},
    {"answers"},
    {"runtime", "weights"},
    {"preprocessing"},
    {"models"},
    {"training", "tasks", "export"},
    {"finetuning", "pretraining", "distillation"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
LOOKED_UP = {("albert_tf/tokenizer/tokenizer.py", "albert_tf.weights")}
"""Imports within a function that point upwards: `AlbertTokenizer.from_preset` has a checkpoint read."""
WITHOUT_TENSORFLOW = ("layers", "models", "training", "tasks")


def rooms():
    for path in sorted([*ROOT.glob("albert_tf/*/"), ROOT / "export"]):
        if (path / "__init__.py").is_file():
            yield path.name, sorted(path.rglob("*.py"))


def imported(path, everywhere=True):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize(
    ("room", "files"), list(rooms()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_imports_point_one_way(room, files):
    for path in files:
        for module in imported(path):
            parts = module.split(".")
            if parts[0] != "albert_tf" or len(parts) == 1 or parts[1] == room:
                continue
            place = path.relative_to(ROOT).as_posix()
            is_looked_up = (place, module) in LOOKED_UP
            assert is_looked_up or LEVEL[parts[1]] < LEVEL[room], f"{place} imports {module}"


@pytest.mark.parametrize("room", WITHOUT_TENSORFLOW)
def test_backend_agnostic_rooms_do_not_import_tensorflow(room):
    for path in (ROOT / "albert_tf" / room).rglob("*.py"):
        packages = {module.split(".")[0] for module in imported(path)}
        assert not packages & {"tensorflow", "tensorflow_text"}, path.relative_to(ROOT)
