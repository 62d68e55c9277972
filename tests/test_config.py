"""AlbertConfig: validation, sizes, and the exact parameter count of every size."""

import json

import pytest

from albert_tf import AlbertBackbone, AlbertConfig
from albert_tf.errors import ConfigError

# Backbone with pooler. base to xxlarge: google-research/albert v2's variables, summed.
PARAMETERS = {
    "tiny": 5_216_136,
    "small": 5_877_888,
    "base": 11_683_584,
    "large": 17_683_968,
    "xlarge": 58_724_864,
    "xxlarge": 222_595_584,
}


def count_by_hand(config):
    """The published architecture's parameters, written out independently of the layers."""
    e, h, i = config.embedding_size, config.hidden_size, config.intermediate_size
    tables = (config.vocab_size + config.max_position_embeddings + config.type_vocab_size) * e
    embedding = tables + 2 * e + e * h + h
    block = 4 * (h * h + h) + (h * i + i) + (i * h + h) + 4 * h
    pooler = h * h + h
    return embedding + config.num_hidden_groups * config.inner_group_num * block + pooler


def test_every_size_is_pinned():
    assert set(AlbertConfig.sizes()) == set(PARAMETERS)


@pytest.mark.parametrize("size", PARAMETERS)
def test_parameter_count(size):
    assert count_by_hand(AlbertConfig.named(size)) == PARAMETERS[size]


@pytest.mark.parametrize(
    "size", ["tiny", "small", "base", "large", pytest.param("xlarge", marks=pytest.mark.slow)]
)
def test_backbone_has_the_pinned_count(size):
    assert AlbertBackbone(AlbertConfig.named(size)).count_params() == PARAMETERS[size]


def test_groups_and_inner_groups_count():
    config = AlbertConfig.named("tiny", num_hidden_groups=2, inner_group_num=2)
    assert AlbertBackbone(config).count_params() == count_by_hand(config)


def test_json_round_trip(tmp_path):
    config = AlbertConfig.named("small", num_hidden_groups=3, use_relative_attention_bias=True)
    path = tmp_path / "config.json"
    path.write_text(config.to_json(), "utf-8")
    assert AlbertConfig.from_json(path) == config


@pytest.mark.parametrize(
    ("layers", "groups", "expected"),
    [(12, 1, [0] * 12), (6, 3, [0, 0, 1, 1, 2, 2]), (5, 2, [0, 0, 0, 1, 1]), (4, 4, [0, 1, 2, 3])],
)
def test_application_groups(layers, groups, expected):
    config = AlbertConfig(num_hidden_layers=layers, num_hidden_groups=groups)
    assert list(config.application_groups) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": 770}, "hidden_size 770 is not a multiple of num_attention_heads 12"),
        ({"num_hidden_layers": 0}, "num_hidden_layers is 0; it must be at least 1"),
        ({"num_hidden_groups": 13}, "num_hidden_groups 13 exceeds num_hidden_layers 12"),
        ({"hidden_act": "gelu_old"}, "hidden_act is 'gelu_old'; expected one of gelu, gelu_new"),
        (
            {"hidden_dropout_prob": 1.0},
            "hidden_dropout_prob is 1.0; it must be at least 0 and below 1",
        ),
        ({"hidden_size": "768"}, "hidden_size is '768' of type str; expected int"),
        ({"layer_norm_eps": 0.0}, "layer_norm_eps is 0.0; it must be above 0"),
        ({"pad_token_id": 30000}, "pad_token_id 30000 lies outside the vocabulary of 30000"),
        ({"relative_attention_num_buckets": 30}, "is 30; expected a positive multiple of 4"),
        ({"relative_attention_max_distance": 8}, "is 8; it must exceed a quarter"),
        ({"hiden_size": 768}, "no field 'hiden_size'; did you mean 'hidden_size'?"),
    ],
)
def test_impossible_values_are_named(change, message):
    with pytest.raises(ConfigError) as error:
        AlbertConfig.named("base", **change)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_unknown_size_lists_the_known():
    with pytest.raises(
        ConfigError, match="unknown ALBERT size 'huge'; expected one of base, large"
    ):
        AlbertConfig.named("huge")


def test_unreadable_json_names_the_file(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps([1]), "utf-8")
    with pytest.raises(ConfigError, match=r"config\.json holds a list; expected a JSON object"):
        AlbertConfig.from_json(path)
    with pytest.raises(ConfigError, match=r"cannot read the configuration .*missing\.json"):
        AlbertConfig.from_json(tmp_path / "missing.json")
