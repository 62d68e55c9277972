"""Every head: shapes, training, saving, summary."""

import keras
import numpy as np
import pytest
from keras import ops

import albert_tf
from albert_tf import AlbertBackbone
from albert_tf.errors import ConfigError
from tests.tiny import randomize, tiny_config, tiny_inputs

ROWS = 3


def choices(inputs, count=2):
    return {name: np.stack([x] * count, axis=1) for name, x in inputs.items()}


POSITIONS = {"masked_positions": np.array([[0, 1], [1, 0], [1, 1]], "int32")}
IDS = np.array([0, 1, 1])
# class, arguments, inputs, targets, shape of each output
HEADS = [
    ("AlbertTextClassifier", {"num_classes": 3}, {}, IDS, (3, 3)),
    ("AlbertTextClassifier", {"num_classes": 2, "multi_label": True}, {}, np.eye(3)[:, :2], (3, 2)),
    ("AlbertTextRegressor", {}, {}, np.array([[0.5], [1.0], [2.0]]), (3, 1)),
    ("AlbertTokenClassifier", {"num_classes": 4}, {}, np.ones((3, 7)), (3, 7, 4)),
    (
        "AlbertQuestionAnswerer",
        {},
        {},
        {"start_logits": IDS, "end_logits": IDS + 1},
        {"start_logits": (3, 7), "end_logits": (3, 7)},
    ),
    (
        "AlbertQuestionAnswerer",
        {"end_conditioned_on_start": True, "start_n_top": 2, "end_n_top": 3},
        {},
        {"start_logits": IDS, "end_logits": IDS + 1},
        {
            "start_top_log_probs": (3, 2),
            "start_top_index": (3, 2),
            "end_top_log_probs": (3, 6),
            "end_top_index": (3, 6),
            "cls_logits": (3,),
        },
    ),
    ("AlbertMultipleChoice", {}, "choices", IDS, (3, 2)),
    ("AlbertMaskedLM", {}, {}, np.ones((3, 7)), (3, 7, 120)),
    ("AlbertMaskedLM", {"layer_norm_eps": 1e-5}, POSITIONS, np.ones((3, 2)), (3, 2, 120)),
    (
        "AlbertPretrainer",
        {},
        POSITIONS,
        {"mlm_logits": np.ones((3, 2)), "sop_logits": IDS},
        {"mlm_logits": (3, 2, 120), "sop_logits": (3, 2)},
    ),
]
CANCELS = {
    ("AlbertMultipleChoice", "classifier/bias"),
    ("AlbertQuestionAnswerer", "span_head/start_logits/bias"),
    ("AlbertQuestionAnswerer", "span_head/end_logits/bias"),
}
IDENTITIES = [f"{h[0]}{i}" for i, h in enumerate(HEADS)]


def make(name, arguments, extra, **backbone):
    inputs = tiny_inputs(ROWS)
    inputs = choices(inputs) if extra == "choices" else {**inputs, **extra}
    model = getattr(albert_tf, name)(AlbertBackbone(tiny_config(), **backbone), **arguments)
    randomize(model)
    return model, inputs


def as_numpy(outputs):
    return keras.tree.map_structure(ops.convert_to_numpy, outputs)


def assert_same(actual, expected, atol=0.0):
    keras.tree.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, atol=atol),
        as_numpy(actual),
        as_numpy(expected),
    )


@pytest.mark.parametrize(("name", "arguments", "extra", "targets", "shapes"), HEADS, ids=IDENTITIES)
def test_shapes_training_and_saving(name, arguments, extra, targets, shapes, tmp_path):
    model, inputs = make(name, arguments, extra)
    outputs = model(inputs)
    got = keras.tree.map_structure(lambda x: tuple(x.shape), outputs)
    assert got == shapes
    model.run_eagerly = True  # for one step, tracing costs more
    before = as_numpy(model.trainable_weights)
    history = model.fit(inputs, targets, epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    for variable, old in zip(model.trainable_weights, before, strict=True):
        # A constant added to all scores of a softmax cancels.
        cancels = "key/bias" in variable.path or (name, variable.path) in CANCELS
        if not cancels:
            assert np.abs(as_numpy(variable) - old).max() > 0, variable.path
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    assert_same(loaded(inputs), model(inputs))
    assert loaded.get_config() == model.get_config()
    assert loaded.optimizer.iterations == 1
    assert_same(loaded.optimizer.variables, model.optimizer.variables)


@pytest.mark.parametrize(("name", "arguments", "extra", "targets", "shapes"), HEADS, ids=IDENTITIES)
def test_preset_round_trip(name, arguments, extra, targets, shapes, tmp_path):
    model, inputs = make(name, arguments, extra)
    model.save_to_preset(tmp_path / "preset")
    loaded = type(model).from_preset(tmp_path / "preset")
    assert_same(loaded(inputs), model(inputs))
    assert loaded.head_config() == model.head_config()


def test_logits_stay_float32_under_mixed_bfloat16():
    for name, arguments, extra, _, _ in HEADS:
        model, inputs = make(name, arguments, extra, dtype="mixed_bfloat16")
        for output in keras.tree.flatten(model(inputs)):
            kind = keras.backend.standardize_dtype(output.dtype)
            assert kind in ("float32", "int32"), name  # or places


def test_masked_positions_pick_rows_of_the_whole():
    model, inputs = make("AlbertMaskedLM", {}, {})
    whole = as_numpy(model(inputs))
    picked = as_numpy(model({**inputs, **POSITIONS}))
    for row, positions in enumerate(POSITIONS["masked_positions"]):
        np.testing.assert_allclose(picked[row], whole[row, positions], atol=1e-6)


def test_unused_pooler_is_left_alone():
    model, inputs = make("AlbertQuestionAnswerer", {}, {})
    before = as_numpy(model.backbone.pooler.kernel)
    model.compile(keras.optimizers.AdamW(0.1, weight_decay=0.1), loss=model.default_loss())
    model.fit(inputs, {"start_logits": IDS, "end_logits": IDS}, verbose=0)
    np.testing.assert_array_equal(as_numpy(model.backbone.pooler.kernel), before)
    assert model.backbone.pooler.trainable, "the backbone can still serve a classifier"


def test_all_layers_has_one_entry_for_each_application():
    config = tiny_config(num_hidden_layers=4, num_hidden_groups=2, inner_group_num=2)
    outputs = AlbertBackbone(config, return_all_layers=True)(tiny_inputs())
    assert len(outputs["all_layers"]) == 8
    assert_same(outputs["all_layers"][-1], outputs["sequence_output"])


def test_summary_shows_the_sharing():
    lines = []
    model, _ = make("AlbertTextClassifier", {}, {})
    model.summary(print_fn=lambda text, **_: lines.append(text))
    text = "\n".join(lines)
    block = model.backbone.encoder.blocks[0][0].count_params()
    assert f"1 distinct block of {block:,} parameters (1 group x 1 inner), applied 3 times" in text
    assert f"would be {3 * block:,}" in text


def test_backbone_keras_file_round_trip(tmp_path):
    backbone = AlbertBackbone(tiny_config(), dtype="mixed_bfloat16", remat=True)
    backbone.save(tmp_path / "backbone.keras")
    loaded = keras.models.load_model(tmp_path / "backbone.keras")
    assert loaded.get_config() == backbone.get_config()
    assert_same(loaded.weights, backbone.weights)


def test_one_class_is_none():
    with pytest.raises(ConfigError, match="num_classes is 1; expected at least 2"):
        albert_tf.AlbertTextClassifier(AlbertBackbone(tiny_config()), 1)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a"], "class_names holds 1 names for num_classes 3"),
        (["a", "", "b"], r"class_names\[1\] is ''; expected one line of text"),
        (["a", "b", "c\nd"], r"class_names\[2\] is 'c\\nd'; expected one line of text"),
        (["a", "b", "c\u2028d"], r"class_names\[2\] is 'c\\u2028d'; expected one line of text"),
        ([" a", "b", "c"], r"class_names\[0\] is ' a'; expected .* neither empty nor with a space"),
        (["a", "b", "a"], "class_names holds 'a' twice"),
        ([1, 2, "1"], "class_names holds '1' twice"),
    ],
)
@pytest.mark.parametrize("name", ["AlbertTextClassifier", "AlbertTokenClassifier"])
def test_impossible_labels(name, labels, message):
    with pytest.raises(ConfigError, match=message) as error:
        getattr(albert_tf, name)(AlbertBackbone(tiny_config()), 3, class_names=labels)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["AlbertTextClassifier", "AlbertTokenClassifier"])
def test_labels_are_texts(name):
    model = getattr(albert_tf, name)(
        AlbertBackbone(tiny_config()), 3, class_names=np.array([1, 2, 3])
    )
    assert model.class_names == model.head_config()["class_names"] == ["1", "2", "3"]


def test_a_backbone_is_expected():
    with pytest.raises(
        ConfigError, match="backbone of type AlbertConfig; expected an AlbertBackbone"
    ):
        albert_tf.AlbertTextClassifier(tiny_config())


def test_public_names_have_docstrings():
    for name in albert_tf.__all__:
        assert getattr(albert_tf, name).__doc__, name
