"""The lowest runtime that a file names; `tests/android/test_runtimes.py` runs files on several."""

import pytest

from albert_tf.errors import ExportError
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.export.settings import ExportSettings
from tests.export.conftest import ANY

LOWEST = {
    ("none", "loop", None): "2.9.0",
    ("int8", "loop", None): "2.17.0",
    ("int8", "loop", "2.16"): "2.9.0",
    ("fp16", "loop", None): "2.19.0",
    ("fp16", "unrolled", None): "2.9.0",
    ("fp16", "unrolled", "2.16"): "2.9.0",
    ("fp16", "signatures", None): "2.9.0",
    ("int4", "loop", None): "2.20.0",
    ("int4", "unrolled", None): "2.20.0",
}


@pytest.mark.parametrize(("quantization", "form", "runtime"), LOWEST)
def test_the_file_names_it(model, tmp_path, quantization, form, runtime):
    path = tmp_path / "model.tflite"
    export_tflite(model, path, quantization, form, runtime=runtime, limits=ANY)
    lowest = TFLiteRunner(path).metadata["runtime"]["lowest"]
    assert lowest == LOWEST[quantization, form, runtime]


@pytest.mark.parametrize(
    ("quantization", "form", "runtime", "message"),
    [
        ("int4", "loop", "2.19", "runtime is 2.19, quantization int4: .* choose int8"),
        ("fp16", "loop", "2.18.0", "in a loop; choose form unrolled, or quantization int8 or none"),
        ("int8", "loop", "2.8", "runtime is 2.8; these files need TensorFlow Lite 2.9.0"),
    ],
)
def test_what_an_older_one_computes_wrongly_is_refused(model, quantization, form, runtime, message):
    with pytest.raises(ExportError, match=message):
        ExportSettings(quantization, form, runtime=runtime).check(model)
    ExportSettings(quantization, form, runtime="2.20").check(model)
