"""Learning-rate schedules that Keras does not have."""

from typing import Any, Self

import keras
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.type_names import Tensor


@keras.saving.register_keras_serializable(package="albert_tf")
class WarmupSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A linear warm-up before any schedule, or before a constant learning rate.

    In the first `warmup_steps` steps the learning rate is `1 / warmup_steps`, `2 / warmup_steps`,
    ... of the first value of `schedule`; then it follows `schedule`, whose step 0 comes right after
    the warm-up.

    Args:
        schedule: a `keras.optimizers.schedules.LearningRateSchedule`, or a float that stays as it
            is.
        warmup_steps: length of the warm-up, in steps; 0 for none.

    Raises:
        ConfigError: when `warmup_steps` is negative.

    Example:
        Warm-up for 100 steps, then linearly to zero in 900.

    ```python
    import keras
    from albert_tf.training import WarmupSchedule

    decay = keras.optimizers.schedules.PolynomialDecay(5e-5, 900, end_learning_rate=0.0)
    optimizer = keras.optimizers.AdamW(WarmupSchedule(decay, warmup_steps=100))
    ```
    """

    def __init__(self, schedule: Any, warmup_steps: int):
        super().__init__()
        if warmup_steps < 0:
            raise ConfigError(f"warmup_steps is {warmup_steps}; expected at least 0")
        self.schedule = schedule
        self.warmup_steps = int(warmup_steps)

    def __call__(self, step: Tensor) -> Tensor:
        """Returns the learning rate at a step, counted from 0."""
        step = ops.cast(step, "float32")
        warmth = ops.minimum((step + 1.0) / max(self.warmup_steps, 1), 1.0)
        return warmth * self._after(ops.maximum(step - self.warmup_steps, 0.0))

    def _after(self, step):
        return self.schedule(step) if callable(self.schedule) else self.schedule

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            "schedule": keras.saving.serialize_keras_object(self.schedule),
            "warmup_steps": self.warmup_steps,
        }

    @classmethod
    def from_config(cls, config: dict) -> Self:
        """Builds a schedule from what `get_config` returned."""
        schedule = keras.saving.deserialize_keras_object(config["schedule"])
        return cls(schedule, config["warmup_steps"])


@keras.saving.register_keras_serializable(package="albert_tf")
class UpdateSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """Any schedule, counted in updates instead of batches.

    With `gradient_accumulation_steps` Keras's optimizers go on through a schedule with each batch, and
    an update gets the learning rate of its last one.

    Args:
        schedule: a `keras.optimizers.schedules.LearningRateSchedule`.
        accumulation_steps: batches of an update.
    """

    def __init__(self, schedule, accumulation_steps: int):
        super().__init__()
        self.schedule = schedule
        self.accumulation_steps = int(accumulation_steps)

    def __call__(self, step):
        """Returns the learning rate at a batch, counted from 0."""
        return self.schedule(ops.floor_divide(ops.cast(step, "int32"), self.accumulation_steps))

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            "schedule": keras.saving.serialize_keras_object(self.schedule),
            "accumulation_steps": self.accumulation_steps,
        }

    @classmethod
    def from_config(cls, config: dict):
        """Builds a schedule from what `get_config` returned."""
        schedule = keras.saving.deserialize_keras_object(config["schedule"])
        return cls(schedule, config["accumulation_steps"])
