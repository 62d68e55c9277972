"""The shapes that a configuration implies, and the message when a checkpoint's differ."""

import numpy as np
import pytest

import albert_tf
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import check_arrays, expected_shapes
from tests.tiny import tiny_config

# Exact counts of the published sizes with the pooler, as google's checkpoints have them.
PARAMETERS = {
    "base": 11_683_584,
    "large": 17_683_968,
    "xlarge": 58_724_864,
    "xxlarge": 222_595_584,
}

HEADS = [
    (None, {}),
    ("text_classifier", {"num_classes": 3}),
    ("text_regressor", {}),
    ("token_classifier", {"num_classes": 5}),
    ("question_answerer", {}),
    ("question_answerer", {"end_conditioned_on_start": True}),
    ("multiple_choice", {}),
    ("masked_lm", {}),
    ("pretrainer", {}),
]


NEED_THE_POOLER = ("text_classifier", "text_regressor", "multiple_choice", "pretrainer")


def zeros(config, head=None, head_config=None):
    shapes = expected_shapes(config, head, head_config)
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize(("size", "count"), PARAMETERS.items())
def test_published_sizes_have_their_exact_number_of_parameters(size, count):
    shapes = expected_shapes(albert_tf.AlbertConfig.named(size))
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == count


@pytest.mark.parametrize(("head", "head_config"), HEADS)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_hidden_groups": 3, "inner_group_num": 2},
        {"embedding_size": 32},
        {"use_relative_attention_bias": True, "relative_attention_num_buckets": 8},
        {"type_vocab_size": 1, "num_attention_heads": 2},
    ],
    ids=str,
)
def test_shapes_are_those_of_the_keras_model(head, head_config, changes):
    config = tiny_config(**changes)
    if head is None:
        model = albert_tf.AlbertBackbone(config)
    else:
        name = "MaskedLM" if head == "masked_lm" else head.title().replace("_", "")
        model = getattr(albert_tf, f"Albert{name}")(albert_tf.AlbertBackbone(config), **head_config)
    shapes = {v.path: tuple(v.shape) for v in model.weights if "seed_generator" not in v.path}
    assert shapes == expected_shapes(config, head, head_config)


@pytest.mark.parametrize(("head", "head_config"), HEADS)
def test_complete_arrays_pass_and_only_pooled_heads_need_the_pooler(head, head_config):
    config = tiny_config()
    arrays = zeros(config, head, head_config)
    check_arrays(arrays, config, head, head_config)
    del arrays["pooler/kernel"], arrays["pooler/bias"]
    if head in NEED_THE_POOLER:
        with pytest.raises(
            CheckpointError, match=r"pooler/kernel is missing, expected shape \(32, 32\)"
        ):
            check_arrays(arrays, config, head, head_config)
    else:
        check_arrays(arrays, config, head, head_config)


def test_half_a_pooler_is_refused():
    config = tiny_config()
    arrays = zeros(config)
    del arrays["pooler/bias"]
    with pytest.raises(CheckpointError, match=r"pooler/bias is missing, expected shape \(32,\)"):
        check_arrays(arrays, config)


def test_every_kind_of_misfit_is_named_with_both_shapes_in_one_line():
    config = tiny_config()
    arrays = zeros(config)
    del arrays["embeddings/layer_norm/beta"]
    arrays["embeddings/word_embeddings"] = np.zeros((30, 16), np.float32)
    arrays["surprise"] = np.zeros((2, 3), np.float32)
    with pytest.raises(CheckpointError) as error:
        check_arrays(arrays, config, source="some/folder")
    message = str(error.value)
    assert message.startswith("some/folder: 3 arrays do not fit")
    assert "embeddings/layer_norm/beta is missing, expected shape (16,)" in message
    assert "embeddings/word_embeddings has shape (30, 16), expected (120, 16)" in message
    assert "surprise with shape (2, 3) is extra" in message
    assert "\n" not in message


def test_many_misfits_are_counted():
    with pytest.raises(CheckpointError, match=r"25 arrays do not fit.*; and 21 more;"):
        check_arrays({"pooler/kernel": np.zeros((1, 1))}, tiny_config())


def test_values_that_are_not_finite_are_let_through_with_a_warning():
    config = tiny_config()
    arrays = zeros(config)
    arrays["pooler/bias"][3] = np.nan
    arrays["pooler/kernel"][0, 0] = np.inf
    with pytest.warns(UserWarning, match="2 of 25 arrays .*pooler/kernel"):
        check_arrays(arrays, config)


@pytest.mark.parametrize(
    ("head", "head_config", "message"),
    [
        ("classifier", {}, "unknown head 'classifier'"),
        ("text_classifier", {}, "num_classes None"),
        ("token_classifier", {"num_classes": 0}, "num_classes 0"),
        ("token_classifier", {"num_classes": True}, "num_classes True"),
    ],
)
def test_impossible_heads_are_refused(head, head_config, message):
    with pytest.raises(ConfigError, match=message):
        expected_shapes(tiny_config(), head, head_config)
