"""`WarmupSchedule` around Keras's schedules."""

import keras
import numpy as np
import pytest
from keras import ops
from keras.optimizers import schedules

from albert_tf.errors import ConfigError
from albert_tf.training import WarmupSchedule


def rates(schedule, steps):
    return [float(ops.convert_to_numpy(schedule(step))) for step in steps]


def test_linear_warmup_and_linear_decay():
    schedule = WarmupSchedule(schedules.PolynomialDecay(0.8, 8, 0.0), warmup_steps=4)
    expected = [0.2, 0.4, 0.6, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0, 0.0]
    np.testing.assert_allclose(rates(schedule, range(14)), expected, atol=1e-7)


def test_linear_warmup_and_cosine_decay():
    schedule = WarmupSchedule(schedules.CosineDecay(1.0, 10), warmup_steps=5)
    steps = np.arange(16)
    after = 0.5 * (1 + np.cos(np.pi * np.maximum(steps - 5, 0) / 10))
    np.testing.assert_allclose(
        rates(schedule, steps), after * np.minimum((steps + 1) / 5, 1), atol=1e-6
    )


def test_without_warmup_it_is_the_schedule_itself():
    inner = schedules.PolynomialDecay(1e-3, 7, 1e-5, power=2.0)
    np.testing.assert_allclose(
        rates(WarmupSchedule(inner, 0), range(9)), rates(inner, range(9)), rtol=1e-6
    )


@pytest.mark.parametrize("after", [0.5, schedules.CosineDecay(0.5, 9, alpha=0.1)])
def test_it_survives_serialization_in_an_optimizer(after):
    optimizer = keras.optimizers.SGD(WarmupSchedule(after, 3))
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    schedule = again._learning_rate
    assert isinstance(schedule, WarmupSchedule)
    np.testing.assert_allclose(
        rates(schedule, range(12)), rates(WarmupSchedule(after, 3), range(12)), rtol=1e-6
    )


def test_a_negative_warmup_is_refused():
    with pytest.raises(ConfigError, match="warmup_steps is -1; expected at least 0"):
        WarmupSchedule(0.1, -1)
