"""How far it is from the command to the numbers: few steps of the package's own, so that a person can follow them."""

import json
import subprocess
import sys

import pytest

from tests.android.host_tools import needs_models
from tests.shipped import MODELS

FRAMES = 6

SCRIPT = """
import json, sys, traceback
from pathlib import Path

import albert_tf
import albert_tf_command

OWN = (str(Path(albert_tf.__file__).parent), albert_tf_command.__file__, sys.argv.pop(1))
called = getattr(__import__(sys.argv.pop(1), fromlist=["_"]), sys.argv.pop(1))
name = sys.argv.pop(1)
original = getattr(called, name)


def counted(self, *args, **kwargs):
    stack = traceback.extract_stack()[:-1]
    print(json.dumps([frame.name for frame in stack if frame.filename.startswith(OWN)]))
    return original(self, *args, **kwargs)


setattr(called, name, counted)
albert_tf_command.main()
"""


def frames(called, model, shell) -> list[str]:
    """The functions of the package that are on their way when a model computes a text's outputs."""
    import albert_tf.export

    (folder,) = albert_tf.export.__path__
    arguments = [sys.executable, "-c", SCRIPT, folder, *called, "predict", model, "see you at six"]
    done = subprocess.run(
        [*map(str, arguments)], cwd=shell.folder, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[0])


@needs_models
def test_from_the_command_to_the_interpreter(shell):
    called = ("ai_edge_litert.interpreter", "Interpreter", "invoke")
    found = frames(called, MODELS / "sentiment.tflite", shell)
    assert found[0] == "main"
    assert len(found) <= FRAMES, found


@pytest.mark.slow
def test_from_the_command_to_keras(files, shell):
    called = ("keras", "Model", "predict_on_batch")
    found = frames(called, f"{files}/run/model", shell)
    assert found[0] == "main"
    assert len(found) <= FRAMES, found
