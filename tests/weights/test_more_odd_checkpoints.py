"""More folders as people have them: settings that are missing or damaged, archives, broken links."""

import json
import warnings

import numpy as np
import pytest

from albert_tf import AlbertConfig
from albert_tf.errors import AlbertError, AlbertWarning, ConfigError
from albert_tf.weights import read_checkpoint


@pytest.fixture
def with_settings(folder):
    """A fixture's folder with some settings of its configuration changed, None to leave one out."""

    def change(name="hf_sequence_classification", **settings):
        path = folder(name) / "config.json"
        values = json.loads(path.read_text()) | settings
        path.write_text(json.dumps({k: v for k, v in values.items() if v is not None}))
        return path.parent

    return change


def refusal(source):
    with pytest.raises(AlbertError) as caught:
        read_checkpoint(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_unstated_layers_are_told(with_settings):
    # No tensor tells how often the shared block is applied: 4 times here, 12 by default.
    with pytest.warns(AlbertWarning, match=r"does not state num_hidden_layers \(12 is taken\)"):
        read_checkpoint(with_settings(num_hidden_layers=None))


def test_complete_settings_are_no_warning(with_settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error", AlbertWarning)
        read_checkpoint(with_settings())


def test_class_names_may_stand_in_label2id_alone(with_settings):
    folder = with_settings(id2label=None, label2id={"b": 1, "a": 0, "c": 2})
    assert read_checkpoint(folder).head_config["class_names"] == ["a", "b", "c"]


def test_a_label2id_of_other_classes_names_none(with_settings):
    folder = with_settings(id2label=None, label2id={"LABEL_0": 0, "LABEL_1": 1})
    assert "class_names" not in read_checkpoint(folder).head_config


def test_disagreeing_class_names_are_told(with_settings):
    names = {"0": "a", "1": "b", "2": "c"}
    folder = with_settings(id2label=names, label2id={"a": 2, "b": 1, "c": 0})
    with pytest.warns(AlbertWarning, match="label2id and id2label disagree"):
        assert read_checkpoint(folder).head_config["class_names"] == ["a", "b", "c"]


def test_absurdly_many_layers_are_refused_at_once(with_settings):
    message = refusal(with_settings(num_hidden_layers=10**9))
    assert "num_hidden_layers is 1000000000; it must be at most 1,000" in message
    with pytest.raises(ConfigError):
        AlbertConfig(num_hidden_layers=1001)


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tgz"])
def test_an_archive_is_to_be_unpacked(tmp_path, suffix):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(b"PK")
    assert f"{path} is an archive; unpack it and pass its folder" in refusal(path)


def test_a_broken_link_is_named(with_settings):
    folder = with_settings()
    weights = folder / "model.safetensors"
    weights.unlink()
    weights.symlink_to(folder / "blobs" / "gone")
    assert f"{weights} is a link to a file that is not there" in refusal(folder)


@pytest.mark.parametrize("arguments", [None, [], "AlbertBackbone"])
def test_a_keras_hub_preset_without_arguments_is_refused(tmp_path, arguments):
    values = {"class_name": "AlbertBackbone", "config": arguments}
    (tmp_path / "config.json").write_text(json.dumps(values))
    assert "expected the arguments of AlbertBackbone" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["mödel ö", "a b [1]", "模型 'x'"])
def test_odd_paths_are_read(folder, name):
    source = folder("hf_sequence_classification")
    odd = source / name
    odd.mkdir()
    for file in ("config.json", "model.safetensors"):
        (source / file).rename(odd / file)
    link = source / "link"
    link.symlink_to(odd)
    found, linked = read_checkpoint(odd), read_checkpoint(link)
    assert found.head_config["num_classes"] == 3
    for key, array in found.arrays.items():
        np.testing.assert_array_equal(array, linked.arrays[key])
