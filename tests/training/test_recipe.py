"""`FineTuningRecipe`: data that are checked, and the optimizer they describe."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.training import AlbertLamb, FineTuningRecipe
from albert_tf.training.optimizer import build_optimizer, build_schedule
from tests.training.small_run import small_classifier


@pytest.mark.parametrize("name", FineTuningRecipe.names())
def test_recipes_of_the_package(name):
    recipe = FineTuningRecipe.named(name)
    assert recipe == FineTuningRecipe.from_dict(json.loads(recipe.to_json()))
    assert FineTuningRecipe.named(name, epochs=9).epochs == 9


def test_the_package_brings_these_recipes():
    assert {"default", "demo", "small-data"} <= set(FineTuningRecipe.names())


def test_a_file_is_read(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"epochs": 5, "class_weights": {"spam": 2}, "clip_norm": null}')
    recipe = FineTuningRecipe.from_json(path)
    assert (recipe.epochs, recipe.clip_norm) == (5, None)
    assert recipe.class_weights == {"spam": 2}


@given(st.integers(1, 9), st.one_of(st.none(), st.integers(1, 100)), st.floats(1e-6, 1.0))
def test_json_there_and_back(epochs, patience, rate):
    recipe = FineTuningRecipe(
        epochs=epochs, early_stopping_patience=patience, learning_rate=rate, layer_decay_rate=1
    )
    assert FineTuningRecipe.from_dict(json.loads(recipe.to_json())) == recipe
    assert isinstance(recipe.layer_decay_rate, float)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "FineTuningRecipe.epochs is 0; expected at least 1"),
        ({"epochs": "3"}, "FineTuningRecipe.epochs is '3'; expected int"),
        ({"epochs": True}, "FineTuningRecipe.epochs is True; expected int"),
        ({"clip_norm": "no"}, "FineTuningRecipe.clip_norm is 'no'; expected float or null"),
        ({"learning_rate": -1e-3}, "FineTuningRecipe.learning_rate is -0.001; expected a number"),
        ({"learning_rate": float("inf")}, "FineTuningRecipe.learning_rate is inf; expected a"),
        ({"optimizer": "adamax"}, "is 'adamax'; expected one of adamw, lamb, sgd"),
        ({"decay": "step"}, "is 'step'; expected one of linear, cosine, constant"),
        ({"layer_decay_rate": 0}, "layer_decay_rate is 0.0; expected a number above 0"),
        ({"class_weights": "even"}, "'even'; expected 'balanced' or a weight for each class"),
        ({"warmup_ratio": 1.0}, "warmup_ratio is 1.0; expected a number from 0 to below 1"),
        ({"seed": -1}, "seed is -1; expected a number from 0"),
        ({"lerning_rate": 0.1}, "no field 'lerning_rate'; did you mean 'learning_rate'?"),
        ({"zzz": 0.1}, "no field 'zzz'; known fields: epochs, "),
    ],
)
def test_wrong_fields_are_named(values, message):
    with pytest.raises(ConfigError) as error:
        FineTuningRecipe.from_dict(values)
    assert message in str(error.value)


def test_wrong_files_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"unknown recipe 'defualt'; expected one of .*default"):
        FineTuningRecipe.named("defualt")
    with pytest.raises(ConfigError, match=r"cannot read the recipe .*absent.json"):
        FineTuningRecipe.from_json(tmp_path / "absent.json")
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(ConfigError, match=r"list.json holds a list; expected a JSON object"):
        FineTuningRecipe.from_json(tmp_path / "list.json")


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        ("linear", [0.5, 1.0, *(1 - np.arange(8) / 8)]),
        ("cosine", [0.5, 1.0, *(0.5 * (1 + np.cos(np.pi * np.arange(8) / 8)))]),
        ("constant", [0.5, *[1.0] * 9]),
    ],
)
def test_the_learning_rate_of_each_batch(decay, expected):
    recipe = FineTuningRecipe(learning_rate=1.0, warmup_ratio=0.2, decay=decay)
    schedule = build_schedule(recipe, total_steps=10)
    rates = [float(ops.convert_to_numpy(schedule(step))) for step in range(10)]
    np.testing.assert_allclose(rates, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("adamw", keras.optimizers.AdamW), ("lamb", AlbertLamb), ("sgd", keras.optimizers.SGD)],
)
def test_weight_decay_spares_biases_layer_norm_and_attention_bias(name, kind):
    model = small_classifier(use_relative_attention_bias=True)
    variables = model.trainable_variables
    recipe = FineTuningRecipe(optimizer=name, weight_decay=0.1, accumulation_steps=2)
    optimizer = build_optimizer(recipe, variables, 10)
    assert isinstance(optimizer, kind)
    assert (optimizer.weight_decay, optimizer.global_clipnorm) == (0.1, 1.0)
    assert optimizer.gradient_accumulation_steps == 2
    if name != "lamb":  # AlbertLamb's own are tested with it
        decayed = {v.path for v in variables if optimizer._use_weight_decay(v)}
        spared = {v.path for v in variables} - decayed
        assert {path.rpartition("/")[2] for path in decayed} == {
            *("kernel", "word_embeddings", "position_embeddings", "token_type_embeddings")
        }
        assert {path.rpartition("/")[2] for path in spared} == {"bias", "gamma", "beta", "table"}
