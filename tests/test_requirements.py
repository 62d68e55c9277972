"""Every library that the package imports is declared: in the base install, or in the extra that the room needs."""

import pytest

from albert_tf.dependencies import EXTRA_OF
from tests.requirements import DISTRIBUTION_OF, declared, foreign_imports, modules, names

DECLARED = declared()
BASE = names(DECLARED[""])
TENSORFLOW = names(DECLARED["tensorflow"])
OF_USERS = [extra for extra in DECLARED if extra not in ("", "test", "dev")]
ANY = set().union(BASE, *(names(DECLARED[extra]) for extra in OF_USERS))
LIGHT = ("", "cli", "configs", "runtime", "tables", "tokenizer")
"""Rooms that answer from a file, and what lies beside the rooms."""
HEAVY = {
    "atomic_files.py",
    "backend.py",
    "graph_lifetime.py",
    "random_state.py",
    "tokenizer/graph_engine.py",
    "tokenizer/graph_ops.py",
    "tokenizer/in_graph.py",
    "tokenizer/wordpiece/in_graph.py",
}
"""Modules in those rooms that only what trains and exports imports."""
PEERS = {"keras-hub"}
"""What the package hands a model to when asked for: of the extra `dev`."""


def room(name):
    return name.rpartition("/")[0].partition("/")[0]


def beyond(allowed, is_at_once):
    """What modules import beyond some distributions, by module."""
    found = {}
    for name, path in modules().items():
        imported = {each for each, now in foreign_imports(path) if now or not is_at_once}
        if imported - allowed:
            found[name] = imported - allowed
    return found


def test_every_import_is_declared():
    assert beyond(ANY | PEERS, is_at_once=False) == {}


def test_what_answers_from_a_file_imports_the_base_only():
    found = {name for name in beyond(BASE, is_at_once=True) if room(name) in LIGHT}
    assert found == HEAVY


def test_what_trains_and_exports_imports_the_extra_tensorflow_only():
    assert beyond(BASE | TENSORFLOW, is_at_once=True) == {}


@pytest.mark.parametrize("extra", ["", "tensorflow"])
def test_nothing_is_declared_that_is_not_imported(extra):
    imported = {each for path in modules().values() for each, _ in foreign_imports(path)}
    assert names(DECLARED[extra]) <= imported


def test_the_base_is_what_answers():
    assert {"numpy", "ai-edge-litert"} == BASE


ON_THE_BASE = {"vocabulary"}
"""Extras of what needs no TensorFlow."""


@pytest.mark.parametrize("extra", sorted({*OF_USERS} - {"tensorflow"} - ON_THE_BASE))
def test_extras_build_on_the_extra_tensorflow(extra):
    assert TENSORFLOW < names(DECLARED[extra]) < names(DECLARED["dev"])


@pytest.mark.parametrize("extra", sorted(ON_THE_BASE))
def test_extras_that_need_no_tensorflow_bring_none(extra):
    assert not TENSORFLOW & names(DECLARED[extra])
    assert names(DECLARED[extra]) < names(DECLARED["dev"])


@pytest.mark.parametrize("extra", DECLARED)
def test_every_range_has_two_ends(extra):
    for requirement in DECLARED[extra]:
        operators = {each.operator for each in requirement.specifier}
        assert operators in ({"=="}, {">=", "<"}), str(requirement)


def test_the_lines_about_missing_packages_name_the_extra_that_brings_them():
    for package, extra in EXTRA_OF.items():
        distribution = DISTRIBUTION_OF.get(package, package).replace("_", "-")
        assert distribution in names(DECLARED[extra])
