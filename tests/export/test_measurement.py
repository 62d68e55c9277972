"""What a file costs, and lengths that it does not take."""

import pytest

from albert_tf.errors import ExportError
from albert_tf.export import export_tflite, measure_tflite
from tests.export.conftest import text_model


def test_any_length(exported):
    found = measure_tflite(exported.path, (3, 40), runs=3)
    assert set(found.latency_ms) == {3, 40}
    for latency in found.latency_ms.values():
        assert 0 < latency.fastest <= latency.median <= latency.slowest
    assert found.load_ms > 0
    assert set(measure_tflite(exported.path, runs=1).latency_ms) == {16, 32}


def test_a_fixed_length(tmp_path):
    path = export_tflite(text_model(), tmp_path / "model.tflite", length=24).path
    assert set(measure_tflite(path, runs=1).latency_ms) == {24}
    with pytest.raises(ExportError, match="length is 16; .* takes inputs of 24 tokens only"):
        measure_tflite(path, (16,))


def test_signatures(signatures):
    found = measure_tflite(signatures.path, runs=3)
    assert set(found.latency_ms) == {32, 40}
    assert all(latency.fastest > 0 for latency in found.latency_ms.values())
    assert found.load_ms > 0
    assert set(measure_tflite(signatures.path, (40,), runs=1).latency_ms) == {40}
    with pytest.raises(ExportError, match="length is 16; .* takes inputs of 32, 40 tokens only"):
        measure_tflite(signatures.path, (16,))


def test_lengths_that_no_text_has(exported):
    for length in (0, 41):
        with pytest.raises(ExportError, match=f"length is {length}; .* takes inputs of 1 to 40"):
            measure_tflite(exported.path, (8, length))
