"""Lines of libraries stay out of the terminal whichever TensorFlow is installed; what went wrong does not."""

import signal

import pytest

from tests.cli.conftest import save_random_preset

LINE = "I0000 00:00:1795752653.121815   29264 port.cc:153] oneDNN custom operations are on."
WRITES = f"""
import os
os.write(2, b"{LINE}\\n")
"""
"""What the native libraries of TensorFlow 2.21 do while they are being loaded, whatever TF_CPP_MIN_LOG_LEVEL says."""

TENSORFLOW = f"""
{WRITES}
import importlib.machinery, sys
path = [folder for folder in sys.path if os.path.join(folder, "tensorflow") not in __path__]
found = importlib.machinery.PathFinder.find_spec(__name__, path)
__file__, __path__ = found.origin, found.submodule_search_locations
exec(found.loader.get_code(__name__))
"""
"""The TensorFlow of the environment, with such a line before it."""


@pytest.fixture
def other_tensorflow(shell):
    """A function that puts a `tensorflow` of some code before the installed one, and returns the variables for it."""

    def put(code):
        package = shell.folder / "other" / "tensorflow"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(code, "utf-8")
        return {"PYTHONPATH": str(package.parent), "TF_CPP_MIN_LOG_LEVEL": "0"}

    return put


@pytest.fixture(scope="session")
def preset(made_once):
    return made_once("preset of random weights", save_random_preset)


@pytest.mark.slow
def test_a_command_writes_its_own_lines_only(preset, other_tensorflow, shell):
    env = other_tensorflow(TENSORFLOW)
    done = shell.albert_tf("predict", preset, "a text", env=env)
    assert done.err == ""
    assert len(done.lines) == 1
    assert LINE in shell.albert_tf("predict", preset, "a text", "--debug", env=env).err


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_processes_of_a_command_are_quiet_too(processes, other_tensorflow, shell):
    env = other_tensorflow(TENSORFLOW)
    (shell.folder / "one.txt").write_text("One sentence. And another one.\n", "utf-8")
    options = ["--output", "records", "--processes", processes]
    done = shell.albert_tf("pretraining-data", "one.txt", *options, env=env)
    assert (shell.folder / "records").is_dir()
    assert not [line for line in done.err.splitlines() if "0000 00:00" in line]


def test_an_import_that_fails_says_why(preset, other_tensorflow, shell):
    env = other_tensorflow(WRITES + 'raise ImportError("libcudart.so.12: cannot open it")')
    done = shell.albert_tf("predict", preset, "a text", env=env, status=None)
    assert done.status
    assert "ImportError: libcudart.so.12: cannot open it" in done.err
    assert LINE not in done.err


def test_a_crash_of_native_code_is_told(preset, other_tensorflow, shell):
    env = other_tensorflow(WRITES + "os.abort()")
    done = shell.albert_tf("predict", preset, "a text", env=env, status=-signal.SIGABRT)
    assert done.err.startswith("Fatal Python error: Aborted\n")
    assert 'tensorflow/__init__.py", line' in done.err
    assert LINE not in done.err


@pytest.mark.slow
def test_a_script_of_ones_own_is_left_alone(other_tensorflow, shell):
    """Who imports the package decides what TensorFlow may say."""
    path = other_tensorflow(TENSORFLOW)["PYTHONPATH"]
    script = f"import sys; sys.path.insert(0, {path!r}); import albert_tf; albert_tf.AlbertBackbone"
    assert LINE in shell.python(script).err
