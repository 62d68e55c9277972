"""The table of the heads says of each what its model does."""

import keras
import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertTask
from albert_tf.export.lowering import as_dict, output_names
from albert_tf.heads import BACKBONE, HEADS, head_of
from albert_tf.models import TASK_CLASSES, model_class
from tests.tiny import randomize, tiny_config, tiny_inputs

SIZES = {"batch": 3, "length": 7, "choices": 2, "classes": 5, "hidden_size": 32, "vocab_size": 120}
SIZES |= {"starts": 4, "spans": 12}
BEAM = {"end_conditioned_on_start": True, "start_n_top": 4, "end_n_top": 3}


def built(head, **arguments):
    """A model with random weights, and inputs that it takes."""
    backbone, inputs = AlbertBackbone(tiny_config()), tiny_inputs(SIZES["batch"], SIZES["length"])
    if head is None:
        model = backbone
    else:
        if any("classes" in axes for axes in HEADS[head].outputs.values()):
            arguments["num_classes"] = SIZES["classes"]
        model = model_class(head)(backbone, **arguments)
    randomize(model)
    if head == "multiple_choice":
        inputs = {name: np.stack([x, x[::-1]], axis=1) for name, x in inputs.items()}
    return model, inputs


def outputs(model, inputs):
    found = as_dict(model, model(inputs))
    return {name: keras.ops.convert_to_numpy(x) for name, x in found.items()}


def test_the_heads_are_those_of_the_models():
    assert set(HEADS) == {cls.head for cls in TASK_CLASSES}
    assert head_of(None) is BACKBONE
    with pytest.raises(KeyError):
        head_of("generator")


@pytest.mark.parametrize(
    ("head", "arguments"),
    [*((head, {}) for head in [None, *HEADS]), ("question_answerer", BEAM)],
)
def test_outputs_have_these_names_in_this_order_and_these_shapes(head, arguments):
    model, inputs = built(head, **arguments)
    described = {
        name: tuple(SIZES.get(axis, axis) for axis in axes)
        for name, axes in head_of(head).outputs_with(model.head_config()).items()
    }
    by_token = any(
        x.ndim > 1 and x.shape[1] == SIZES["length"] for x in outputs(model, inputs).values()
    )
    assert head_of(head).outputs_by_token(model.head_config()) == by_token
    found = outputs(model, inputs)
    assert {name: x.shape for name, x in found.items()} == described
    assert output_names(model) == tuple(described)


@pytest.mark.parametrize(
    ("head", "pooling"),
    [
        *((head, None) for head in [None, *HEADS]),
        ("text_classifier", "mean"),
        ("text_regressor", "mean"),
        ("text_embedder", "pooler"),
    ],
)
def test_who_reads_the_pooler(head, pooling):
    """Other weights of the pooler give other outputs where the table says so, and nowhere else."""
    model, inputs = built(head, **({"pooling": pooling} if pooling else {}))
    before = outputs(model, inputs)
    kernel = next(v for v in model.weights if v.path == "pooler/kernel")
    kernel.assign(-kernel.numpy())
    after = outputs(model, inputs)
    depends = any(np.abs(before[name] - after[name]).max() > 1e-6 for name in before)
    assert depends == model.uses_pooler() == head_of(head).reads_pooler(model.head_config())


def test_a_head_of_ones_own_may_read_the_pooler():
    class Own(AlbertTask):
        head = "own"

    model = Own(AlbertBackbone(tiny_config()))
    assert "pooler/kernel" in {v.path for v in model.trainable_variables}
