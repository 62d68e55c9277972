"""Every head that a checkpoint may carry has its model class."""

import pytest

from albert_tf.models import TASK_CLASSES, AlbertBackbone, model_class
from albert_tf.weights import HEADS


@pytest.mark.parametrize("head", HEADS)
def test_each_head_has_one_class(head):
    assert model_class(head).head == head
    assert sum(cls.head == head for cls in TASK_CLASSES) == 1


def test_no_head_is_the_backbone():
    assert model_class(None) is AlbertBackbone


def test_an_unknown_head_is_an_error():
    with pytest.raises(KeyError):
        model_class("generator")
