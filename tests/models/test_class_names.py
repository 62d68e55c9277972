"""`class_names`, which were called `labels`: the old name is understood, with a warning, and so are old files."""

import json
import warnings
import zipfile

import keras
import numpy as np
import pytest

from albert_tf import (
    AlbertBackbone,
    AlbertTextClassifier,
    AlbertTextRegressor,
    AlbertTokenClassifier,
)
from albert_tf.errors import AlbertError, AlbertWarning
from albert_tf.weights import Checkpoint, read_checkpoint
from tests.tiny import tiny_config

NAMES = ["wet", "dry", "worse"]
KINDS = pytest.mark.parametrize("kind", [AlbertTextClassifier, AlbertTokenClassifier])
OLD = "^labels, the names of the classes, are called class_names now; the old name will go$"


def build(kind, **arguments):
    return kind(AlbertBackbone(tiny_config(num_hidden_layers=1)), **arguments)


@KINDS
def test_the_new_name_says_nothing(kind, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error", AlbertWarning)
        model = build(kind, class_names=NAMES)
        model.save_to_preset(tmp_path / "preset")
        model.save(tmp_path / "model.keras")
        model.save_weights(tmp_path / "model.weights.h5")
        loaded = kind.from_preset(tmp_path / "preset", class_names=["a", "b", "c"])
        again = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.class_names, again.class_names) == (["a", "b", "c"], NAMES)
    assert model.get_config()["class_names"] == NAMES
    assert read_checkpoint(tmp_path / "preset").head_config["class_names"] == NAMES


@KINDS
def test_the_old_argument(kind, tmp_path):
    with pytest.warns(AlbertWarning, match=OLD) as seen:
        model = build(kind, labels=NAMES)
    assert (model.class_names, model.num_classes) == (NAMES, 3)
    model.save_to_preset(tmp_path)
    with pytest.warns(AlbertWarning, match=OLD) as more:
        loaded = kind.from_preset(tmp_path, labels={0: "a", 1: "b", 2: "c"})
    assert loaded.class_names == ["a", "b", "c"]
    np.testing.assert_array_equal(loaded.classifier.kernel, model.classifier.kernel)
    assert [len(seen), len(more), more[0].filename] == [1, 1, __file__]
    with (
        pytest.warns(AlbertWarning, match=OLD),
        pytest.raises(AlbertError, match="class_names and labels, their old name, are both given"),
    ):
        build(kind, labels=NAMES, class_names=NAMES)
    with (
        pytest.warns(AlbertWarning, match=OLD),
        pytest.raises(AlbertError, match="class_names holds 2 names for num_classes 3"),
    ):
        build(kind, labels=["a", "b"], num_classes=3)


@KINDS
def test_the_old_attribute(kind):
    model = build(kind, class_names=NAMES)
    with pytest.warns(AlbertWarning, match=OLD) as seen:
        assert model.labels == NAMES
    assert seen[0].filename == __file__
    with pytest.warns(AlbertWarning, match=OLD):
        model.labels = ["a", "b", "c"]
    assert model.class_names == ["a", "b", "c"]
    assert not hasattr(model, "lables")
    assert not hasattr(build(AlbertTextRegressor), "labels")


@KINDS
def test_files_of_earlier_releases(kind, tmp_path):
    model = build(kind, class_names=NAMES)
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    description = tmp_path / "preset" / "albert_tf.json"
    description.write_text(with_the_old_name(description.read_text("utf-8")), "utf-8")
    with (
        zipfile.ZipFile(tmp_path / "model.keras") as new,
        zipfile.ZipFile(tmp_path / "old.keras", "w") as old,
    ):
        for name in new.namelist():
            content = new.read(name)
            if name == "config.json":
                content = with_the_old_name(content.decode("utf-8")).encode("utf-8")
            old.writestr(name, content)
    with warnings.catch_warnings():
        warnings.simplefilter("error", AlbertWarning)
        from_preset = kind.from_preset(tmp_path / "preset")
        from_file = keras.models.load_model(tmp_path / "old.keras")
    for loaded in (from_preset, from_file):
        assert loaded.class_names == NAMES
        np.testing.assert_array_equal(loaded.classifier.kernel, model.classifier.kernel)


def with_the_old_name(text):
    assert json.loads(text)
    assert text.count('"class_names"') == 1
    return text.replace('"class_names"', '"labels"')


def test_a_checkpoint_in_memory():
    model = build(AlbertTextClassifier, class_names=NAMES)
    new = model.to_checkpoint()
    old = Checkpoint(new.config, new.arrays, new.head, {"num_classes": 3, "labels": NAMES})
    assert AlbertTextClassifier.from_checkpoint(old).class_names == NAMES
