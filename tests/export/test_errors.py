"""Wrong arguments and full disks: one line that says what to do, and nothing lost."""

import os
import subprocess
import sys

import keras
import pytest

from albert_tf import AlbertBackbone
from albert_tf.errors import ExportError
from albert_tf.export import ParityLimits, export_tflite, tflite
from tests.export.conftest import text_model
from tests.tiny import tiny_config


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"quantization": "int7"}, "quantization is 'int7'; expected one of none, fp16, int8"),
        ({"quantization": None}, "quantization is None"),
        ({"form": "while"}, "form is 'while'; expected one of loop, unrolled"),
        ({"length": 41}, "length is 41; .* from 1 to 40"),
        ({"length": 0}, "length is 0"),
        ({"length": True}, "length is True"),
        ({"length": 12.0}, "length is 12.0"),
        ({"batch": 0}, "batch is 0"),
        ({"choices": "2"}, "choices is '2'"),
    ],
)
def test_arguments(model, tmp_path, arguments, message):
    with pytest.raises(ExportError, match=message):
        export_tflite(model, tmp_path / "model.tflite", **arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["ham", "", "eggs"], "label 1 is ''; a label is a text, one line"),
        (["ham", "spam", "two\nlines"], r"label 2 is 'two\\nlines'"),
        (["ham", "spam", "ham"], "labels 0 and 2 are both 'ham'; .* give each class its own"),
        ([1, 2, 3], "label 0 is 1"),
    ],
)
def test_labels_are_checked_before_the_conversion(tmp_path, monkeypatch, labels, message):
    model = text_model()
    model.class_names = labels
    monkeypatch.setattr(tflite, "_converted", lambda *_: pytest.fail("it was converted"))
    with pytest.raises(ExportError, match=message) as error:
        export_tflite(model, tmp_path / "model.tflite")
    assert "\n" not in str(error.value)


def test_models_of_others(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(
        ExportError, match="cannot export a Sequential; expected a model of albert_tf"
    ):
        export_tflite(model, tmp_path / "model.tflite")


def test_all_layers(tmp_path):
    backbone = AlbertBackbone(tiny_config(), return_all_layers=True)
    with pytest.raises(ExportError, match="return_all_layers"):
        export_tflite(backbone, tmp_path / "model.tflite")


def test_paths(model, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="is a folder"):
        export_tflite(model, tmp_path)
    with pytest.raises(ExportError, match="file is not a folder that you may write to"):
        export_tflite(model, tmp_path / "file" / "model.tflite")


def test_folders_are_made(model, tmp_path):
    export = export_tflite(model, str(tmp_path / "new" / "folder" / "model.tflite"))
    assert {p.name for p in export.path.parent.iterdir()} == {
        "model.tflite",
        "model.parity.json",
        "model.card.json",
        "model.card.md",
    }


@pytest.mark.parametrize("quantization", ["int8", "int4"])
def test_conversion_is_silent(model, tmp_path, capfd, quantization):
    any_ = ParityLimits(difference=9.0, agreement=0.0)
    export_tflite(model, tmp_path / "model.tflite", quantization, limits=any_)
    assert capfd.readouterr() == ("", "")


FULL_DISK = """
import resource, sys
from albert_tf.errors import ExportError
from albert_tf.export import ParityLimits, export_tflite
from tests.export.conftest import text_model

model = text_model()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    export_tflite(model, sys.argv[1])
except ExportError as error:
    print(error)
"""
JAX = """
from albert_tf import AlbertBackbone, AlbertConfig
from albert_tf.errors import ExportError
from albert_tf.export import ParityLimits, export_tflite

try:
    export_tflite(AlbertBackbone(AlbertConfig.named("tiny", num_hidden_layers=1)), "model.tflite")
except ExportError as error:
    print(error)
"""


def run(code, *arguments, **environment):
    result = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout


@pytest.mark.slow
def test_full_disk(tmp_path):
    """A limit on file sizes stands for a full disk: writing stops in the middle with an OSError."""
    path = tmp_path / "model.tflite"
    path.write_bytes(b"the earlier file")
    output = run(FULL_DISK, path)
    assert "cannot write" in output
    assert "File too large" in output
    assert output.count("\n") == 1
    assert path.read_bytes() == b"the earlier file"
    assert [p.name for p in tmp_path.iterdir()] == ["model.tflite"]


@pytest.mark.slow
def test_jax_models_are_sent_to_tensorflow():
    output = run(JAX, KERAS_BACKEND="jax")
    assert "the Keras backend is jax" in output
    assert "KERAS_BACKEND=tensorflow" in output
