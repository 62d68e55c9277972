"""Fixtures that every test folder shares."""

import functools
import importlib.util
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from tests.installation import (
    ENVIRONMENT_VARIABLE,
    Shell,
    borrowing_environment,
    build_wheel,
    copy_of_the_tree,
    install,
)
from tests.windows import pretend_windows

SHARED = Path(os.environ.get("ALBERT_TF_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with reference fixtures and public data, which is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"reference data not found at {SHARED}; set ALBERT_TF_SHARED to its folder")
    return SHARED


@pytest.fixture(scope="session")
def of_all_workers(tmp_path_factory) -> Path:
    """A folder that the workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def made_once(of_all_workers) -> Callable[[str, Callable[[Path], object]], Path]:
    """A function that has a folder filled once a test run, by whichever worker asks for it first.

    It takes the folder's name and a function that fills the folder, and returns the folder, which tests only read.
    """

    def made(name, fill):
        folder, done = of_all_workers / name, of_all_workers / f"{name}.done"
        with FileLock(of_all_workers / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what a failed attempt has left
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def wheel(made_once) -> Path:
    """The wheel of this checkout, built once a test run."""
    source = made_once("source", copy_of_the_tree)
    (file,) = made_once("wheel", lambda folder: build_wheel(source, folder)).glob("*.whl")
    return file


@pytest.fixture(scope="session")
def installed(wheel, of_all_workers) -> Path:
    """The folder of commands of an environment in which the wheel is installed.

    The environment is the one that `ALBERT_TF_ENVIRONMENT` names, or one that borrows this one's dependencies.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    environment = Path(named).absolute() if named else of_all_workers / "environment"
    with FileLock(of_all_workers / "environment.lock"):
        done = of_all_workers / "installed"
        if not done.exists():
            install(wheel, environment if named else borrowing_environment(environment))
            done.touch()
    return environment / "bin"


@pytest.fixture
def shell(installed, tmp_path) -> Shell:
    """A person's shell in a fresh folder."""
    return Shell(installed, tmp_path)


@pytest.fixture(scope="session")
def needs(installed) -> Callable[[str], None]:
    """A function that skips a test where the wheel's environment lacks a module, that of an extra."""

    @functools.cache
    def has(module):
        code = f"import importlib.util, sys; sys.exit(not importlib.util.find_spec({module!r}))"
        return subprocess.run([installed / "python", "-c", code], check=False).returncode == 0

    def check(module):
        if not has(module):
            pytest.skip(f"{module} is not in {installed.parent}")

    return check


@pytest.fixture
def windows(monkeypatch) -> None:
    """This process as on Windows, as far as the package can tell."""
    pretend_windows(monkeypatch)


NEED_WHAT_MAY_BE_ABSENT = {
    "tensorflow_text": (
        "benchmarks/test_tokenizer_exactness",
        "cli/test_exported_files",
        "export/test_saved_model",
        "export/test_task_metadata",
        "models/test_fit",
        "models/test_graph_lifetime",
        "models/test_keras_ways",
        "models/test_more_odd_inputs",
        "models/test_odd_targets",
        "models/test_odd_texts",
        "models/test_text_datasets",
        "preprocessing/test_keras_hub_ways",
        "preprocessing/test_text_classifier_preprocessor",
        "preprocessing/test_text_datasets",
        "test_random_state",
        "tokenizer/",
    ),
    "ai-edge-quantizer": ("cli/", "export/", "training/test_fake_quantization"),
}
"""Where tests need a package that an environment of `make test-versions` lacks: elsewhere they fail without it."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Skips tests that fail for want of such a package, also where they look at the line that says so."""
    report = yield
    error = report.longreprtext.replace("\\'", "'") if report.failed else ""
    place = item.path.relative_to(Path(__file__).parent).as_posix()
    for package, places in NEED_WHAT_MAY_BE_ABSENT.items():
        is_named = f"needs the package {package!r}, which is not installed" in error
        is_absent = importlib.util.find_spec(package.replace("-", "_")) is None
        if is_named and is_absent and place.startswith(places):
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1], f"Skipped: needs {package}")
    return report


LONGEST = ("typed", "web", "android", "cli")
"""Folders whose tests take minutes each, the longest first."""


def pytest_collection_modifyitems(items):
    """Begins with the longest tests: for one that a worker begins last, the other worker would wait."""

    def place(item):
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)

    items.sort(key=place)


TYPED = "typed"
"""Name of the property under which a test says what it has run as a person types it."""


def pytest_terminal_summary(terminalreporter):
    """Counts what was run as a person types it."""
    counts = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, found in report.user_properties:
            if name == TYPED:
                counts.update(found)
    if counts:
        where = os.environ.get(ENVIRONMENT_VARIABLE, "an environment that borrows its dependencies")
        listed = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
        terminalreporter.write_line(f"as typed, from the installed wheel in {where}: {listed}")
