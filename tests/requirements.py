"""What setup.py declares, and what the package's modules import, as data for the tests that compare them."""

import ast
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTION_OF = {
    "google": "protobuf",
    "official": "tf-models-official",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""The distribution of each imported package that is called otherwise."""


def declared() -> dict[str, list[Requirement]]:
    """Returns the requirements of the base install, as `""`, and of each extra."""
    with mock.patch("setuptools.setup") as setup:
        runpy.run_path(str(ROOT / "setup.py"))
    arguments = setup.call_args.kwargs
    lists = {"": arguments["install_requires"], **arguments["extras_require"]}
    return {extra: [Requirement(line) for line in lines] for extra, lines in lists.items()}


def names(requirements: list[Requirement]) -> set[str]:
    """Returns the distributions that requirements name."""
    return {canonicalize_name(requirement.name) for requirement in requirements}


def modules() -> dict[str, Path]:
    """Returns the file of every module that is installed, by its path from `albert_tf`, as `runtime/graph.py`."""
    found = {}
    for folder, prefix in (("albert_tf", ""), ("export", "export/"), ("configs", "configs/")):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found[prefix + path.relative_to(ROOT / folder).as_posix()] = path
    return {**found, "albert_tf_command.py": ROOT / "albert_tf_command.py"}


def foreign_imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Gives the distribution of each import of another library, and whether importing the module imports it.

    Not so those inside functions and under `TYPE_CHECKING`.
    """
    yield from _foreign(ast.parse(path.read_text("utf-8")), True)


def _foreign(node, at_once):
    for child in ast.iter_child_nodes(node):
        is_later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        is_later = is_later or (
            isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        )
        if isinstance(child, ast.Import):
            imported = [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            imported = [child.module]
        else:
            imported = _named_in_a_call(child)
        for module in imported:
            package = module.partition(".")[0]
            if package not in sys.stdlib_module_names and package not in (
                "albert_tf",
                "albert_tf_command",
            ):
                yield canonicalize_name(DISTRIBUTION_OF.get(package, package)), at_once
        yield from _foreign(child, at_once and not is_later)


def _named_in_a_call(node):
    """What `import_module("x")` and `find_spec("x")` name; the latter is an import to come."""
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in ("import_module", "find_spec"):
            return [node.args[0].value]
    return []
