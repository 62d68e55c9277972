"""LiteRT's log lines stay out of the terminal, and nothing else does."""

import os
import subprocess
import sys
import tempfile

import pytest

from albert_tf.export import TFLiteRunner
from albert_tf.runtime import graph as graph_module
from albert_tf.runtime import signatures as signatures_module
from albert_tf.runtime.quiet import quiet

TEXTS = ["see you at six", "one two three four five six seven " * 9]


def test_native_lines_are_silenced_and_later_ones_are_not(capfd):
    with quiet():
        os.write(2, b"from native code\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


@pytest.mark.parametrize("fixture", ["exported", "signatures"])
def test_no_folder_for_temporary_files_is_needed(request, tmp_path, monkeypatch, fixture):
    """A container may have none, once TensorFlow is imported, which asks for one unless TEST_TMPDIR is set."""
    path = request.getfixturevalue(fixture).path
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    assert len(TFLiteRunner(path)(TEXTS)) == 2


@pytest.mark.parametrize(
    ("fixture", "module"), [("exported", graph_module), ("signatures", signatures_module)]
)
def test_only_the_first_allocation_is_silenced(request, monkeypatch, fixture, module):
    """Standard error belongs to the whole process: other threads' lines must not be lost at each new length."""
    path = request.getfixturevalue(fixture).path
    entered = []

    def counted():
        entered.append(True)
        return quiet()

    monkeypatch.setattr(module, "quiet", counted)
    runner = TFLiteRunner(path)
    entered.clear()
    for text in TEXTS:
        runner([text])
    assert len(entered) == 1


ALLOCATIONS = """
import os, sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter(sys.argv[1], num_threads=1)
for length in (7, 19, 40):
    for tensor in interpreter.get_input_details():
        interpreter.resize_tensor_input(tensor["index"], (1, length), strict=True)
    interpreter.allocate_tensors()
    for tensor in interpreter.get_input_details():
        interpreter.set_tensor(tensor["index"], np.ones((1, length), "int32"))
    interpreter.invoke()
    os.write(2, b"allocated")
"""


def test_litert_logs_at_the_first_allocation_only(exported):
    """What the test above rests on, in LiteRT itself."""
    process = subprocess.run(
        [sys.executable, "-c", ALLOCATIONS, str(exported.path)], capture_output=True, check=True
    )
    assert process.stderr.split(b"allocated")[1:] == [b"", b"", b""]
