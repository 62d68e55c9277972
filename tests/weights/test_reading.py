"""Which format a folder holds, and what is said when it holds none."""

from pathlib import Path

import numpy as np
import pytest

from albert_tf.errors import CheckpointError
from albert_tf.weights import detect_format, read_checkpoint, write_preset
from albert_tf.weights.tokenizer_file import has_capitals, read_tokenizer
from tests.tokenizer.small_models import small_model

FORMATS = {
    "hf_model": "huggingface",
    "google_tf1_groups": "google_tf1",
    "keras_hub_backbone": "keras_hub",
    "model_garden_encoder": "model_garden",
}


@pytest.mark.parametrize(("name", "expected"), FORMATS.items())
def test_formats_are_found_out_from_the_files(shared, name, expected):
    assert detect_format(shared / "fixtures" / name) == expected
    assert detect_format(str(shared / "fixtures" / name)) == expected


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("google_tf1_groups", "model.ckpt-best"), ("model_garden_encoder", "bert_model.ckpt-1")],
)
def test_a_tensorflow_checkpoint_is_read_by_its_prefix_too(shared, name, prefix):
    folder = shared / "fixtures" / name
    arrays = read_checkpoint(folder).arrays
    for key, array in read_checkpoint(folder / prefix).arrays.items():
        np.testing.assert_array_equal(array, arrays[key])


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_survives_as_a_preset_bit_by_bit(shared, tmp_path, name):
    checkpoint = read_checkpoint(shared / "fixtures" / name)
    write_preset(checkpoint, tmp_path)
    again = read_checkpoint(tmp_path)
    assert (again.config, again.head, again.head_config) == (
        checkpoint.config,
        checkpoint.head,
        checkpoint.head_config,
    )
    assert again.arrays.keys() == checkpoint.arrays.keys()
    for key, array in checkpoint.arrays.items():
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert array.flags.writeable
        np.testing.assert_array_equal(again.arrays[key], array)


def test_an_empty_folder_is_told_what_was_looked_for(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(tmp_path)
    message = str(error.value)
    for name in (
        str(tmp_path),
        "albert_tf.json",
        "model.safetensors",
        "pytorch_model.bin",
        "*.index",
        "notes.txt",
    ):
        assert name in message
    assert "\n" not in message


def test_missing_folders_and_files_are_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"absent does not exist.*hf://owner/name"):
        read_checkpoint(tmp_path / "absent")
    (tmp_path / "model.safetensors").write_text("x")
    with pytest.raises(CheckpointError, match=r"is a file; pass its folder"):
        read_checkpoint(tmp_path / "model.safetensors")


@pytest.mark.parametrize("method", ["is_dir", "is_file"])
def test_unreadable_folders_are_named(shared, monkeypatch, method):
    def deny(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, method, deny)
    with pytest.raises(CheckpointError, match=r"Permission denied.*check its permissions") as error:
        read_checkpoint(shared / "fixtures" / "hf_model")
    assert "\n" not in str(error.value)


def test_capitals_in_a_vocabulary_are_found(shared):
    model = shared / "albert_en" / "30k-clean.model"
    assert read_tokenizer(model) == (model.read_bytes(), True, True)
    assert has_capitals(small_model({"\u2581Hello": -1.0}), "test")
    assert not has_capitals(small_model({"\u2581hello": -1.0}, ("<unk>", "[CLS]")), "test")
    assert read_tokenizer(None) == (None, True, True)


@pytest.mark.parametrize("content", [b"\x0a\xff", b"\x0a", b"\x07", b"\x0a\x02\x0a\xff"])
def test_a_damaged_vocabulary_is_named(tmp_path, content):
    (tmp_path / "30k-clean.model").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"SentencePiece model .*30k-clean"):
        read_tokenizer(tmp_path / "30k-clean.model")
