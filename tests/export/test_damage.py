"""Files that are cut, changed or foreign: one clear error each, and never a crash."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.errors import ExportError
from albert_tf.export import TFLiteRunner, inspect_tflite
from albert_tf.runtime.bundle import LABELS, Bundle, append_bundle, read_bundle


@pytest.fixture(scope="module")
def content(exported):
    return exported.path.read_bytes()


def test_unreadable(tmp_path):
    with pytest.raises(ExportError, match=r"cannot read .*missing.tflite: No such file"):
        TFLiteRunner(tmp_path / "missing.tflite")
    with pytest.raises(ExportError, match=r"cannot read .*: Is a directory"):
        TFLiteRunner(tmp_path)
    with pytest.raises(ExportError, match="got a int"):
        TFLiteRunner(3)


@pytest.mark.parametrize("foreign", [b"", b"TFL3", b"PK\x03\x04 a zip file", b"\0" * 100])
def test_no_tflite_file(tmp_path, foreign):
    path = tmp_path / "model.tflite"
    path.write_bytes(foreign)
    for read in (TFLiteRunner, inspect_tflite):
        with pytest.raises(ExportError, match="is no TFLite file"):
            read(path)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.9999])
def test_truncated(content, kept):
    with pytest.raises(ExportError, match=r"its end is cut off|damaged"):
        TFLiteRunner(content[: int(len(content) * kept)])


def test_without_description(content, exported):
    with pytest.raises(ExportError, match="carries no albert_tf"):
        TFLiteRunner(content[: exported.model_size])


def test_one_changed_bit(content, exported):
    changed = bytearray(content)
    changed[exported.model_size // 2] ^= 1
    with pytest.raises(ExportError, match="checksum"):
        TFLiteRunner(bytes(changed))


def test_wrong_number_of_labels(content):
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(LABELS, "ham\nspam\n")
    with pytest.raises(ExportError, match="carries 2 labels for 3 classes"):
        TFLiteRunner(file.getvalue())


def test_a_later_format(content, exported):
    bundle = read_bundle(content, "file")
    later = append_bundle(
        content[: exported.model_size], Bundle({**bundle.metadata, "format": 99}, bundle.tokenizer)
    )
    with pytest.raises(ExportError, match="description format 99"):
        TFLiteRunner(later)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_graphs_are_read_or_refused(content, exported, data):
    """Whatever bytes change at the front, where the tables are: a summary or an `ExportError`."""
    damaged = bytearray(content[: exported.model_size])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(8, 4000))] = data.draw(st.integers(0, 255))
    damaged = bytes(damaged[: data.draw(st.integers(8, len(damaged)))])
    with contextlib.suppress(ExportError):
        assert str(inspect_tflite(damaged))


line = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(
    lambda s: len(s.splitlines()) == 1 and s.strip() == s
)


@given(labels=st.lists(line, min_size=1, max_size=5, unique=True), tokenizer=st.binary(max_size=50))
@settings(max_examples=50, deadline=None)
def test_bundles_come_back(labels, tokenizer):
    model = b"\x1c\0\0\0TFL3" + bytes(100)
    bundle = Bundle({"head": "text_classifier"}, tokenizer, tuple(labels))
    file = append_bundle(model, bundle)
    assert file.startswith(model)
    assert file == append_bundle(model, bundle)
    read = read_bundle(file, "file")
    assert read.labels == tuple(labels)
    assert read.tokenizer == tokenizer
    assert read.metadata["head"] == "text_classifier"
    assert read.metadata["model_bytes"] == len(model)


def test_the_tokenizer_is_compressed_where_nobody_else_reads_it():
    tokenizer = b"piece" * 1000
    bundle = Bundle({}, tokenizer)
    small, large = (
        append_bundle(b"", b) for b in (bundle, Bundle({}, tokenizer, None, {"x": b""}))
    )
    assert len(small) < 500 < len(tokenizer) < len(large)
    assert read_bundle(large, "file").tokenizer == read_bundle(small, "file").tokenizer == tokenizer


@pytest.mark.parametrize("byte", range(0, 256, 15))
def test_a_damaged_tokenizer(byte):
    file = bytearray(append_bundle(b"", Bundle({}, bytes(range(256)) * 40)))
    file[file.index(b"tokenizer.model") + len(b"tokenizer.model") + 20] ^= byte or 255
    with pytest.raises(ExportError, match="copy"):
        read_bundle(bytes(file), "file")


@pytest.mark.parametrize("label", ["", "two\nlines", " space", "para\u2029graph", 7, None])
def test_labels_must_be_lines(label):
    with pytest.raises(ExportError, match="label 1 is"):
        append_bundle(b"", Bundle({}, None, ("ham", label)))


def test_labels_must_differ():
    with pytest.raises(ExportError, match="labels 0 and 2 are both 'ham'"):
        append_bundle(b"", Bundle({}, None, ("ham", "spam", "ham")))
