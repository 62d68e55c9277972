"""The cost model beside the models themselves and beside XLA's own count."""

from pathlib import Path

import keras
import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertPretrainer
from albert_tf.training.cost import PretrainingCost
from benchmarks import scaling
from tests.tiny import tiny_config

# Of the backbone with its pooler, as published.
PUBLISHED = {"base": 11_683_584, "large": 17_683_968, "xlarge": 58_724_864, "xxlarge": 222_595_584}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_hidden_groups": 3, "inner_group_num": 2},
        {"use_relative_attention_bias": True},
    ],
    ids=str,
)
def test_parameters_are_those_of_the_model(changes):
    config = tiny_config(**changes)
    model = AlbertPretrainer(AlbertBackbone(config))
    assert PretrainingCost(config, 16).parameters == model.count_params()


@pytest.mark.parametrize("size", PUBLISHED)
def test_parameters_of_the_published_sizes(size):
    config = AlbertConfig.named(size)
    head = (config.hidden_size + 1) * 128 + 2 * 128 + 30_000 + 2 * (config.hidden_size + 1)
    assert PretrainingCost(config).parameters - head == PUBLISHED[size]


def test_remat_costs_another_forward_pass_of_the_blocks_and_saves_their_activations():
    plain = PretrainingCost(AlbertConfig.named("base"))
    remat = PretrainingCost(AlbertConfig.named("base"), remat=True)
    assert 1.28 < remat.flops_per_token / plain.flops_per_token < 1.34
    assert remat.activation_bytes(8) < 0.4 * plain.activation_bytes(8)
    assert plain.seconds(1e6, 1e12) == pytest.approx(1e6 * plain.flops_per_token / 1e12)
    assert plain.state_bytes(2) == plain.parameters * 8
    half = PretrainingCost(AlbertConfig.named("base"), bytes_per_activation=2)
    assert half.activation_bytes(8) < plain.activation_bytes(8, 1)
    assert plain.activation_bytes(8, 4) < 0.5 * plain.activation_bytes(8)


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="XLA counts on JAX")
@pytest.mark.parametrize("length", [64, 256])
def test_flops_are_those_that_xla_counts(length):
    import jax

    config = AlbertConfig.named("base", num_hidden_layers=2, vocab_size=5000)
    cost = PretrainingCost(config, length, max_masked=10)
    model = AlbertPretrainer(AlbertBackbone(config))
    rows = np.ones((2, length), "int32")
    inputs = dict.fromkeys(("token_ids", "segment_ids", "padding_mask"), rows)
    inputs["masked_positions"] = rows[:, :10]
    losses = model.default_loss()

    def loss(weights, states, inputs):
        outputs, _ = model.stateless_call(weights, states, inputs, training=True)
        targets = {"mlm_logits": rows[:, :10], "sop_logits": rows[:, 0]}
        return sum(losses[name](targets[name], outputs[name]) for name in outputs)

    weights = [v.value for v in model.trainable_variables]
    states = [v.value for v in model.non_trainable_variables]
    for function, expected in (
        (loss, cost.forward_flops_per_token),
        (jax.value_and_grad(loss), cost.flops_per_token),
    ):
        counted = jax.jit(function).lower(weights, states, inputs).cost_analysis()["flops"]
        assert counted == pytest.approx(2 * length * expected, rel=0.03)


def test_the_tables_of_the_page_are_the_model_s():
    page = (Path(__file__).resolve().parents[2] / "docs" / "scaling.md").read_text("utf-8")
    for table in (scaling.sizes_table(), scaling.model_parallel_table(), scaling.time_table()):
        assert table in page
