"""Which epoch was the best so far."""

import dataclasses
import math

from albert_tf.errors import ConfigError

LOWER_IS_BETTER = ("loss", "error", "mse", "rmse", "mae")


@dataclasses.dataclass
class BestEpoch:
    """Watches one number of the logs from epoch to epoch.

    Args:
        monitor: its name in the logs, e.g. `"val_loss"`.
        epoch: the best epoch so far, counted from 1; 0 before the first.
        value: what `monitor` was then.
        waited: epochs since.
    """

    monitor: str
    epoch: int = 0
    value: float | None = None
    waited: int = 0

    def update(self, epoch: int, logs: dict) -> bool:
        """Notes the end of an epoch, and returns whether it is the best so far.

        Raises:
            ConfigError: when the logs do not hold `monitor`.
        """
        if self.monitor not in logs:
            raise ConfigError(
                f"FineTuningRecipe.monitor is {self.monitor!r}; the logs hold {', '.join(logs)}"
            )
        value = float(logs[self.monitor])
        sign = 1 if self.monitor.endswith(LOWER_IS_BETTER) else -1
        is_better = self.value is None or sign * value < sign * self.value
        if math.isnan(value) or not is_better:
            self.waited += 1
            return False
        self.epoch, self.value, self.waited = epoch, value, 0
        return True
