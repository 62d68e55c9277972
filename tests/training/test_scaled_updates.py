"""Per-variable learning rates inside each of Keras's optimizers."""

import inspect

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.training import AlbertLamb
from albert_tf.training.scaled_updates import replaced, scaled_updates

MULTIPLIERS = (1.0, 0.25, 0.0)
OF_ADAM = "adam_weight_decay"
HAS_MUON = OF_ADAM in inspect.signature(keras.optimizers.Muon).parameters
"""Keras 3.10's has one decay for all variables, and fails by itself on TensorFlow's."""
OPTIMIZERS = {
    "SGD": lambda **k: keras.optimizers.SGD(0.1, **k),
    "momentum": lambda **k: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, **k),
    "AlbertLamb": lambda **k: AlbertLamb(0.1, **k),
    "loss scale": lambda **k: keras.optimizers.LossScaleOptimizer(
        keras.optimizers.AdamW(0.1, **k), initial_scale=8.0
    ),
    "Muon": lambda **k: keras.optimizers.Muon(0.1, **{OF_ADAM: 0.3}, **k),
    **{
        name: lambda name=name, **k: getattr(keras.optimizers, name)(0.1, **k)
        for name in (
            *("Adadelta", "Adafactor", "Adagrad", "Adam", "Adamax", "AdamW"),
            *("Lamb", "Lion", "Nadam", "RMSprop"),
        )
    },
}


def variables():
    random = np.random.default_rng(0)
    return [
        keras.Variable(random.standard_normal((5, 4)).astype("float32"), name=name)
        for name in ("top", "lower", "frozen")
    ]


def steps(optimizer, multipliers, count=1):
    """Runs steps, and returns what each variable changed by in the last one."""
    model = variables()
    optimizer.build(model)
    by_key = {optimizer._var_key(v): m for v, m in zip(model, multipliers, strict=True)}
    random = np.random.default_rng(1)
    gradients = [ops.array(random.standard_normal((5, 4)), "float32") for _ in model]
    for _ in range(count):
        before = [ops.convert_to_numpy(v).copy() for v in model]
        with scaled_updates(optimizer, by_key.__getitem__):
            apply(optimizer, model, gradients)
    return [ops.convert_to_numpy(v) - b for v, b in zip(model, before, strict=True)]


def apply(optimizer, model, gradients):
    """One step, as `fit` makes it on each backend."""
    if keras.backend.backend() == "tensorflow":
        return optimizer.apply(gradients, model)
    state = [v.value for v in optimizer.variables]
    new_values, new_state = optimizer.stateless_apply(state, gradients, [v.value for v in model])
    for variable, value in zip(
        [*model, *optimizer.variables], [*new_values, *new_state], strict=True
    ):
        variable.assign(value)
    return None


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_update_with_weight_decay_is_scaled(name):
    if name == "Muon" and not HAS_MUON:
        pytest.skip(f"Muon of Keras {keras.__version__} takes no variables of TensorFlow")
    # The steps of these two depend on the size of the weights, which decay has changed before.
    decay = {} if name in ("Lamb", "Adafactor") else {"weight_decay": 0.2}
    plain = steps(OPTIMIZERS[name](**decay), (1.0, 1.0, 1.0))
    scaled = steps(OPTIMIZERS[name](**decay), MULTIPLIERS)
    for change, full, multiplier in zip(scaled, plain, MULTIPLIERS, strict=True):
        assert np.abs(full).max() > 1e-4
        np.testing.assert_allclose(change, multiplier * full, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["momentum", "Adam"])
def test_state_and_update_of_later_steps(name):
    """The state of these depends on gradients alone, so every step is scaled."""
    plain = steps(OPTIMIZERS[name](), (1.0, 1.0, 1.0), count=4)
    scaled = steps(OPTIMIZERS[name](), MULTIPLIERS, count=4)
    for change, full, multiplier in zip(scaled, plain, MULTIPLIERS, strict=True):
        np.testing.assert_allclose(change, multiplier * full, rtol=1e-5, atol=1e-6)


def test_gradient_accumulation():
    plain = steps(keras.optimizers.AdamW(0.1, weight_decay=0.2), (1.0, 1.0, 1.0))
    optimizer = keras.optimizers.AdamW(0.1, weight_decay=0.2, gradient_accumulation_steps=3)
    scaled = steps(optimizer, MULTIPLIERS, count=3)
    for change, full, multiplier in zip(scaled, plain, MULTIPLIERS, strict=True):
        np.testing.assert_allclose(change, multiplier * full, rtol=1e-5, atol=1e-6)


def test_variables_excluded_from_decay_stay_so():
    def optimizer():
        made = keras.optimizers.AdamW(0.1, weight_decay=0.2)
        made.exclude_from_weight_decay(var_names=["lower"])
        return made

    scaled = steps(optimizer(), (1.0, 0.25, 1.0))
    without = steps(keras.optimizers.Adam(0.1), (1.0, 0.25, 1.0))
    np.testing.assert_allclose(scaled[1], without[1], rtol=1e-6)
    assert np.abs(scaled[2] - without[2]).max() > 1e-3


def test_outside_the_block_the_optimizer_is_untouched():
    optimizer = keras.optimizers.AdamW(0.1)
    names = set(vars(optimizer))
    with pytest.raises(RuntimeError), scaled_updates(optimizer, lambda key: 0.0):
        raise RuntimeError
    assert set(vars(optimizer)) == names


def test_an_earlier_replacement_comes_back():
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.update_step = "earlier"
    with replaced(optimizer, update_step="later", build="later"):
        assert optimizer.update_step == optimizer.build == "later"
    assert optimizer.update_step == "earlier"
    assert callable(optimizer.build)
