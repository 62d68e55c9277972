"""uv, which resolves and installs for platforms and Pythons other than this one; tests that use it ask an index."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

UNREACHABLE = ("error sending request", "Failed to fetch", "dns error", "Could not connect")
"""What uv says when there is no index to ask; that a version is nowhere to be had is said otherwise."""


def uv(*words, stdin: str = "", **environment) -> str:
    """Runs uv and returns what it prints; a test is skipped where no index answers, and fails when uv does."""
    command = [sys.executable, "-m", "uv", *map(str, words)]
    variables = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", **environment}
    done = subprocess.run(
        command, input=stdin, capture_output=True, encoding="utf-8", env=variables, check=False
    )
    if done.returncode and any(sign in done.stderr for sign in UNREACHABLE):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return done.stdout


def python_of(version: str) -> Path:
    """Returns an interpreter of a version, as `3.13`: of this process, on the PATH, or of pyenv.

    A test is skipped where there is none.
    """
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [Path(sys.executable), Path(f"python{version}")]
    candidates += sorted(root.glob(f"versions/{version}.*/bin/python"))
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        try:
            done = subprocess.run(
                [candidate, "-c", ask], capture_output=True, text=True, check=False
            )
        except OSError:  # not on the PATH
            continue
        if done.stdout.strip() == version:
            return candidate
    pytest.skip(f"there is no Python {version}")
