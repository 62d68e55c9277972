"""This package's own format: nothing is lost on the way, nor by a failure on the way."""

import dataclasses
import json
import os
import resource
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertBackbone, AlbertConfig, AlbertMaskedLM, AlbertTextClassifier
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import Checkpoint, expected_shapes, read_checkpoint, write_preset
from tests.tiny import randomize, tiny_config, tiny_inputs

HEAD_CONFIGS = {
    None: {},
    "text_classifier": {
        "num_classes": 2,
        "class_names": ["schlecht", "großartig"],
        "multi_label": True,
    },
    "masked_lm": {"layer_norm_eps": 1e-5},
    "pretrainer": {},
}


def random_checkpoint(config=None, head=None, **fields) -> Checkpoint:
    config = config or tiny_config()
    random = np.random.default_rng(0)
    shapes = expected_shapes(config, head, HEAD_CONFIGS[head])
    arrays = {
        name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()
    }
    return Checkpoint(config, arrays, head, dict(HEAD_CONFIGS[head]), **fields)


def content(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_equal(actual: Checkpoint, expected: Checkpoint):
    for field in dataclasses.fields(Checkpoint):
        if field.name not in ("arrays", "source"):
            assert getattr(actual, field.name) == getattr(expected, field.name), field.name
    assert actual.arrays.keys() == expected.arrays.keys()
    for name, array in expected.arrays.items():
        assert actual.arrays[name].dtype == np.float32
        np.testing.assert_array_equal(actual.arrays[name], array)


@given(
    head=st.sampled_from(list(HEAD_CONFIGS)),
    config=st.fixed_dictionaries(
        {
            "num_hidden_layers": st.integers(1, 5),
            "inner_group_num": st.integers(1, 2),
            "embedding_size": st.sampled_from([4, 8]),
            "hidden_size": st.just(8),
            "intermediate_size": st.integers(1, 9),
            "vocab_size": st.integers(6, 20),
            "use_relative_attention_bias": st.booleans(),
            "layer_norm_eps": st.floats(1e-12, 1e-3),
            "hidden_act": st.sampled_from(["gelu", "gelu_new", "relu"]),
        }
    ),
    lowercase=st.booleans(),
    strip_accents=st.booleans(),
    tokenizer_model=st.none() | st.binary(min_size=1),
    extra=st.dictionaries(
        st.text(min_size=1).filter(
            lambda k: (
                k[0].isalpha()
                and "_" not in k
                and k not in ("config", "head", "lowercase", "tokenizer")
            )
        ),
        st.dictionaries(
            st.text(), st.integers() | st.text() | st.booleans() | st.none(), max_size=3
        ),
        max_size=3,
    ),
)
@settings(max_examples=30, deadline=None)
def test_everything_comes_back(tmp_path_factory, head, config, **fields):
    checkpoint = random_checkpoint(AlbertConfig(num_attention_heads=2, **config), head, **fields)
    folder = write_preset(checkpoint, tmp_path_factory.mktemp("preset") / "new" / "folder")
    assert_equal(read_checkpoint(folder), checkpoint)


def test_views_and_other_dtypes_are_written_as_they_read(tmp_path):
    checkpoint = random_checkpoint()
    kernel = checkpoint.arrays["pooler/kernel"]
    checkpoint.arrays["pooler/kernel"] = kernel.astype(np.float64).T
    write_preset(checkpoint, tmp_path)
    np.testing.assert_array_equal(read_checkpoint(tmp_path).arrays["pooler/kernel"], kernel.T)


def test_a_live_model_comes_back_with_the_same_outputs(tmp_path):
    model = AlbertBackbone(tiny_config(use_relative_attention_bias=True, num_hidden_groups=3))
    randomize(model)
    model.save_to_preset(tmp_path)
    again = AlbertBackbone.from_preset(str(tmp_path))
    inputs = tiny_inputs()
    for name, output in model(inputs).items():
        np.testing.assert_array_equal(np.asarray(again(inputs)[name]), np.asarray(output))


def test_a_pooler_that_was_never_trained_is_not_saved(tmp_path):
    checkpoint = random_checkpoint(head="masked_lm")
    for name in ("pooler/kernel", "pooler/bias"):
        del checkpoint.arrays[name]
    AlbertMaskedLM.from_checkpoint(checkpoint).save_to_preset(tmp_path / "masked_lm")
    again = read_checkpoint(tmp_path / "masked_lm")
    assert again.arrays.keys() == checkpoint.arrays.keys()
    with pytest.warns(UserWarning, match="carries no pooler; AlbertTextClassifier starts one"):
        classifier = AlbertTextClassifier.from_preset(tmp_path / "masked_lm")
    classifier.save_to_preset(tmp_path / "classifier")  # which trains it
    assert "pooler/kernel" in read_checkpoint(tmp_path / "classifier").arrays


def test_a_pooler_that_a_head_does_not_read_is_kept(tmp_path):
    checkpoint = random_checkpoint(head="masked_lm")
    AlbertMaskedLM.from_checkpoint(checkpoint).save_to_preset(tmp_path)
    kernel = read_checkpoint(tmp_path).arrays["pooler/kernel"]
    np.testing.assert_array_equal(kernel, checkpoint.arrays["pooler/kernel"])


def test_an_older_tokenizer_does_not_slip_into_a_preset_without_one(tmp_path):
    write_preset(random_checkpoint(tokenizer_model=b"older"), tmp_path)
    write_preset(random_checkpoint(), tmp_path)
    assert read_checkpoint(tmp_path).tokenizer_model is None


def test_files_may_be_read_by_whom_the_user_lets_read(tmp_path):
    write_preset(random_checkpoint(tokenizer_model=b"x"), tmp_path)
    (tmp_path / "plain").write_text("x")
    assert len({path.stat().st_mode for path in tmp_path.iterdir()}) == 1


@contextmanager
def disk_full_after(size):
    """Lets no file grow beyond `size` bytes, which fails a write as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("size", [0, 100, 50_000])
def test_a_full_disk_leaves_the_earlier_preset_intact(tmp_path, size):
    write_preset(random_checkpoint(tokenizer_model=b"x" * 60_000), tmp_path)
    before = content(tmp_path)
    newer = random_checkpoint(head="text_classifier", tokenizer_model=b"y" * 60_000)
    message = None
    with disk_full_after(size):  # nothing else may write in here, pytest's capture least of all
        try:
            write_preset(newer, tmp_path)
        except CheckpointError as error:
            message = str(error)
    assert message is not None
    assert str(tmp_path) in message
    assert "free some space" in message
    assert "\n" not in message
    assert content(tmp_path) == before


def test_an_interruption_leaves_the_earlier_preset_intact(tmp_path, monkeypatch):
    write_preset(random_checkpoint(), tmp_path)
    before = content(tmp_path)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_preset(random_checkpoint(head="pretrainer"), tmp_path)
    assert content(tmp_path) == before


def test_what_a_killed_process_left_behind_is_overwritten(tmp_path):
    (tmp_path / ".model.safetensors.tmp").write_bytes(b"half a file")
    checkpoint = random_checkpoint()
    write_preset(checkpoint, tmp_path)
    assert sorted(content(tmp_path)) == ["albert_tf.json", "model.safetensors"]
    assert_equal(read_checkpoint(tmp_path), checkpoint)


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CheckpointError, match=r"cannot write the checkpoint to .*file"):
        write_preset(random_checkpoint(), tmp_path / "file")


@pytest.mark.parametrize(
    ("extra", "message"),
    [({"config": {}}, "'config'"), ({"preprocessor": {"x": {1, 2}}}, "as JSON")],
)
def test_impossible_sections_are_refused_before_anything_is_written(tmp_path, extra, message):
    with pytest.raises(CheckpointError, match=message):
        write_preset(random_checkpoint(extra=extra), tmp_path / "preset")
    assert not (tmp_path / "preset").exists()


def test_arrays_that_do_not_fit_are_refused_before_anything_is_written(tmp_path):
    checkpoint = random_checkpoint()
    del checkpoint.arrays["pooler/bias"]
    with pytest.raises(CheckpointError, match="pooler/bias is missing"):
        write_preset(checkpoint, tmp_path / "preset")
    assert not (tmp_path / "preset").exists()


@pytest.mark.parametrize("keep", [0, 4, 200, -1])
def test_truncated_weights_are_named(tmp_path, keep):
    path = write_preset(random_checkpoint(), tmp_path) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(
        CheckpointError, match=r"cannot read .*model\.safetensors.*truncated"
    ) as error:
        read_checkpoint(tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "tokenizer"), [(b"\n\0", "tokenizer.model"), (b"[UNK]\n", "vocab.txt")]
)
def test_missing_weights_and_tokenizer_are_named(tmp_path, content, tokenizer):
    write_preset(random_checkpoint(tokenizer_model=content), tmp_path)
    assert read_checkpoint(tmp_path).tokenizer_model == content
    for name in (tokenizer, "model.safetensors"):
        (tmp_path / name).unlink()
        with pytest.raises(CheckpointError, match=f"cannot read .*{name}"):
            read_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"format_version": 2, "albert_tf_version": "9.1"},
            CheckpointError,
            "written by albert_tf 9.1",
        ),
        ({"head": "poet"}, CheckpointError, "unknown head 'poet'"),
        ({"lowercase": "yes"}, CheckpointError, "'lowercase'"),
        ({"head_config": None}, CheckpointError, "'head_config'"),
        ({"config": {"hiden_size": 3}}, ConfigError, "albert_tf.json.*did you mean 'hidden_size'"),
        ({"head": "text_classifier"}, ConfigError, "num_classes None"),
    ],
)
def test_a_spoiled_description_is_explained(tmp_path, change, error, message):
    path = write_preset(random_checkpoint(), tmp_path) / "albert_tf.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}))
    with pytest.raises(error, match=message) as caught:
        read_checkpoint(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"config": ' * 5000, "\xff\xfe"])
def test_a_description_that_is_no_json_object_is_named(tmp_path, text):
    path = write_preset(random_checkpoint(), tmp_path) / "albert_tf.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(CheckpointError, match=r"albert_tf\.json") as caught:
        read_checkpoint(tmp_path)
    assert "\n" not in str(caught.value)
