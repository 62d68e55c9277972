"""`from_preset` of a base class of heads finds the class; a head of another shape says that it starts fresh."""

import warnings

import numpy as np
import pytest

from albert_tf import (
    AlbertBackbone,
    AlbertMaskedLM,
    AlbertTask,
    AlbertTextClassifier,
    AlbertTokenClassifier,
)
from albert_tf.errors import AlbertError, AlbertWarning
from albert_tf.models import TASK_CLASSES
from albert_tf.models.early_exit import EarlyExitTask
from albert_tf.models.pooled_task import PooledTask
from tests.tiny import randomize, tiny_config


@pytest.mark.parametrize("cls", TASK_CLASSES, ids=lambda cls: cls.__name__)
def test_the_base_class_finds_the_class_of_each_head(cls, tmp_path):
    model = cls(AlbertBackbone(tiny_config()))
    randomize(model)
    model.save_to_preset(tmp_path)
    found = AlbertTask.from_preset(tmp_path, hidden_dropout_prob=0.25)
    assert type(found) is cls
    assert found.config.hidden_dropout_prob == 0.25
    for ours, theirs in zip(found.weights, model.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert type(AlbertTask.from_checkpoint(model.to_checkpoint())) is cls


def test_arguments_of_the_class_that_is_found(tmp_path):
    AlbertTextClassifier(AlbertBackbone(tiny_config())).save_to_preset(tmp_path)
    assert AlbertTask.from_preset(tmp_path, multi_label=True).multi_label
    assert type(EarlyExitTask.from_preset(tmp_path)) is AlbertTextClassifier
    with pytest.raises(AlbertError, match="AlbertTextClassifier takes no argument 'spans'"):
        AlbertTask.from_preset(tmp_path, spans=3)


def test_a_class_of_ones_own_is_no_base_class(tmp_path):
    class Own(AlbertTextClassifier):
        pass

    AlbertTextClassifier(AlbertBackbone(tiny_config())).save_to_preset(tmp_path)
    assert type(Own.from_preset(tmp_path)) is Own


def test_a_backbone_alone_and_a_head_of_another_kind(tmp_path):
    AlbertBackbone(tiny_config()).save_to_preset(tmp_path / "backbone")
    AlbertMaskedLM(AlbertBackbone(tiny_config())).save_to_preset(tmp_path / "masked")
    for base, folder, message in (
        (AlbertTask, "backbone", "backbone without a head, and AlbertTask finds AlbertMaskedLM, "),
        (PooledTask, "masked", "the head of an AlbertMaskedLM, and PooledTask finds .*Classifier"),
    ):
        with pytest.raises(AlbertError, match=message) as error:
            base.from_preset(tmp_path / folder)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("cls", [AlbertTextClassifier, AlbertTokenClassifier])
def test_a_head_of_another_shape_starts_fresh_and_says_so(cls, tmp_path):
    model = cls(AlbertBackbone(tiny_config()), 3)
    randomize(model)
    model.save_to_preset(tmp_path)
    expected = (
        f"^{tmp_path} has a head of another shape, classifier/kernel \\(32, 3\\), and this "
        f"{cls.__name__} has \\(32, 5\\): its head starts fresh; train before use$"
    )
    for arguments in ({"num_classes": 5}, {"class_names": ["a", "b", "c", "d", "e"]}):
        with pytest.warns(AlbertWarning, match=expected) as seen:
            fresh = cls.from_preset(tmp_path, **arguments)
        assert len(seen) == 1
        assert seen[0].filename == __file__, "the warning names the line that asked for the model"
        assert not np.isin(np.asarray(fresh.classifier.kernel), model.classifier.kernel).any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = cls.from_preset(tmp_path, num_classes=3)
    np.testing.assert_array_equal(kept.classifier.kernel, model.classifier.kernel)


def test_exits_of_another_shape_start_fresh_too(tmp_path):
    AlbertTextClassifier(AlbertBackbone(tiny_config()), 3, early_exit=True).save_to_preset(tmp_path)
    with pytest.warns(AlbertWarning, match=r"another shape, classifier/kernel \(32, 3\), and"):
        model = AlbertTextClassifier.from_preset(tmp_path, num_classes=2)
    assert model.early_exit
