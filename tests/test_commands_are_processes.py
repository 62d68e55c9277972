"""A test of the command starts a process: in one that has imported everything, it does not fail as a person's does."""

import ast
from pathlib import Path

import pytest

from albert_tf.cli import commands

TESTS = Path(__file__).resolve().parent
PARSING = {TESTS / "cli" / "test_parsing.py"}
"""Tests of help texts, defaults, and arguments that are none."""

ENTRIES = ("albert_tf.cli.main", "albert_tf_command")
RUNS = {f"{command.__name__}.run" for command in commands.ALL}


def run_in_process(source: str) -> set[str]:
    """Returns the names by which a module reaches what runs a command, whatever it calls them."""
    tree = ast.parse(source)
    names, found = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.add(alias.name)
                top = alias.name.split(".")[0]
                names |= {alias.asname: alias.name} if alias.asname else {top: top}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    found |= set(names.values())
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, *rest = ast.unparse(node).split(".")
            found.add(".".join([names.get(first, first), *rest]))
        elif isinstance(node, ast.Call):  # import_module("..."), runpy.run_module("...")
            function = ast.unparse(node.func).split(".")[-1]
            if function in ("import_module", "__import__", "run_module"):
                found |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return {
        name
        for name in found
        if name in RUNS or any(name == entry or name.startswith(f"{entry}.") for entry in ENTRIES)
    }


def test_commands_are_run_as_processes():
    found = {path: run_in_process(path.read_text("utf-8")) for path in TESTS.rglob("*.py")}
    offenders = {str(path.relative_to(TESTS)): names for path, names in found.items() if names}
    allowed = {str(path.relative_to(TESTS)) for path in PARSING}
    assert set(offenders) == allowed, offenders


@pytest.mark.parametrize(
    "source",
    [
        "from albert_tf.cli.main import main",
        "from albert_tf.cli.main import main as run",
        "from albert_tf.cli import main",
        "from albert_tf import cli\ncli.main.main([])",
        "import albert_tf.cli.main",
        "import albert_tf\nalbert_tf.cli.main.main([])",
        "import albert_tf_command",
        "from albert_tf_command import main",
        "import importlib\nimportlib.import_module('albert_tf.cli.main').main([])",
        "import runpy\nrunpy.run_module('albert_tf_command')",
        "def test():\n    from albert_tf.cli.main import main",
        "from albert_tf.cli import demo\ndemo.run(None)",
        "from albert_tf.cli.predict import run",
        "from albert_tf.cli import finetune as tune\ntune.run(None)",
    ],
)
def test_every_way_in_is_seen(source):
    assert run_in_process(source)


@pytest.mark.parametrize(
    "source",
    [
        "from albert_tf.cli import finetune\nfinetune.default_arguments('x.csv')",
        "import subprocess\nsubprocess.run(['python', '-m', 'albert_tf_command'])",
        "from benchmarks import report\nreport.main()",
        "shell.albert_tf('predict', 'model.tflite', 'a text')",
    ],
)
def test_other_things_are_allowed(source):
    assert not run_in_process(source)
