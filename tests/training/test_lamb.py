"""`AlbertLamb` against google-research/albert's own steps."""

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf import AlbertBackbone, AlbertTextClassifier
from albert_tf.errors import ConfigError
from albert_tf.training import AlbertLamb
from tests.tiny import randomize, tiny_config, tiny_inputs

STEPS = 6


@pytest.fixture
def trajectory(shared):
    return np.load(shared / "fixtures" / "google_lamb_trajectory.npz")


def reference_variables(trajectory):
    names = [key.removeprefix("init/") for key in trajectory if key.startswith("init/")]
    variables = []
    for name in names:
        with keras.name_scope(name.rpartition("/")[0] or "model"):
            initial = trajectory[f"init/{name}"]
            variables.append(keras.Variable(initial, dtype="float32", name=name.rpartition("/")[2]))
    return names, variables


def reference_optimizer(trajectory, **changes):
    options = {k: float(trajectory[k]) for k in ("learning_rate", "beta_1", "beta_2", "epsilon")}
    return AlbertLamb(weight_decay=float(trajectory["weight_decay"]), **options, **changes)


def follow(trajectory, optimizer, names, variables, gradient=lambda value: value):
    """The largest difference to the reference in any step."""
    optimizer.build(variables)
    worst = 0.0
    for step in range(1, STEPS + 1):
        gradients = [gradient(trajectory[f"grad{step}/{name}"]) for name in names]
        optimizer.apply(gradients, variables)
        for name, variable in zip(names, variables, strict=True):
            expected = trajectory[f"step{step}/{name}"]
            worst = max(worst, np.abs(ops.convert_to_numpy(variable) - expected).max())
    return worst


def test_steps_are_those_of_the_reference(trajectory):
    names, variables = reference_variables(trajectory)
    assert len(names) == 4
    assert follow(trajectory, reference_optimizer(trajectory), names, variables, ops.array) < 1e-6


@pytest.mark.parametrize("exclude", [("bias",), ("LayerNorm",), ()])
def test_without_its_exclusions_the_steps_differ(trajectory, exclude):
    names, variables = reference_variables(trajectory)
    optimizer = reference_optimizer(trajectory, exclude=exclude)
    assert follow(trajectory, optimizer, names, variables, ops.array) > 1e-3


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX has no sparse gradients")
def test_slices_of_a_gradient_count_like_their_sum(trajectory):
    import tensorflow as tf

    def slices(value):
        """Each row in two unequal parts, in an order of their own."""
        rows = np.concatenate([np.arange(len(value)), np.arange(len(value))[::-1]])
        parts = np.concatenate([0.3 * value, 0.7 * value[::-1]])
        return tf.IndexedSlices(parts.astype("float32"), rows, tf.constant(value.shape))

    names, variables = reference_variables(trajectory)
    assert follow(trajectory, reference_optimizer(trajectory), names, variables, slices) < 1e-6


def test_what_is_excluded_in_a_model():
    config = tiny_config(use_relative_attention_bias=True)
    model = AlbertTextClassifier(AlbertBackbone(config))
    optimizer = AlbertLamb()
    optimizer.build(model.trainable_variables)
    taken = {
        v.path
        for v, plain in zip(model.trainable_variables, optimizer._is_plain, strict=True)
        if not plain
    }
    block = "encoder/group_0_inner_0"
    assert taken == {
        *(f"embeddings/{n}_embeddings" for n in ("word", "position", "token_type")),
        "embeddings/projection/kernel",
        *(f"{block}/attention/{n}/kernel" for n in ("query", "key", "value", "output")),
        f"{block}/intermediate/kernel",
        f"{block}/output/kernel",
        "pooler/kernel",
        "classifier/kernel",
    }


def test_training_decreases_the_loss_and_survives_saving(tmp_path):
    keras.utils.set_random_seed(1)
    model = AlbertTextClassifier(AlbertBackbone(tiny_config()), dropout=0.0)
    randomize(model)
    model.compile(AlbertLamb(0.02, global_clipnorm=1.0))
    x, y = tiny_inputs(8), np.array([0, 1] * 4)
    losses = model.fit(x, y, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.optimizer, AlbertLamb)
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for mine, theirs in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(
            ops.convert_to_numpy(mine), ops.convert_to_numpy(theirs), mine.path
        )


def test_a_wrong_pattern_is_named():
    with pytest.raises(ConfigError, match=r"exclude .*\(\[.* is no regular expression"):
        AlbertLamb(exclude=("([",))
