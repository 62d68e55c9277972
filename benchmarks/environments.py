"""The environments that peers live in: PyTorch's is one of its own, named by `ALBERT_TF_TORCH_PYTHON`."""

import os
import subprocess
import sys

from benchmarks.machine import ROOT

VARIABLES = {"torch": "ALBERT_TF_TORCH_PYTHON"}


QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
"""Variables of every process of a benchmark: no chatter, no graphics processor, no network."""


class PeerError(Exception):
    """A peer that cannot take part, with the reason for the table."""


def python_of(environment: str | None) -> str:
    """Returns the interpreter of an environment; None is this one.

    Raises:
        PeerError: when no variable names it.
    """
    if environment is None:
        return sys.executable
    variable = VARIABLES[environment]
    python = os.environ.get(variable)
    if not python:
        raise PeerError(f"{variable} does not name the Python of an environment with it")
    return python


def run_in(environment: str | None, module: str, *arguments: str) -> str:
    """Runs a module of this repository in an environment; returns what it printed.

    Raises:
        PeerError: when there is no such environment, or the module failed: with the last line of its errors.
    """
    python = python_of(environment)
    try:
        run = subprocess.run(
            [python, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **QUIET},
            capture_output=True,
            text=True,
        )
    except OSError as error:
        raise PeerError(f"{python} does not start: {error.strerror}") from error
    if run.returncode:
        raise PeerError(last_line(run.stderr))
    return run.stdout


def last_line(text: str) -> str:
    """Returns the last line that says something: of a traceback, the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it ended without a message"
