"""Which epoch was the best so far, and what people are told about it."""

import dataclasses
import math

from albert_tf.errors import ConfigError

LOWER_IS_BETTER = ("loss", "error", "mse", "rmse", "mae")
SHARES = ("accuracy", "f1")
"""Ends of the names of metrics that people read as percentages."""


@dataclasses.dataclass
class BestEpoch:
    """Watches one number of the logs from epoch to epoch; of equal ones the lower loss decides.

    A value that is not a number, as the correlation of equal answers, is worse than any that is.

    Args:
        monitor: its name in the logs, e.g. `"val_accuracy"`.
        epoch: the best epoch so far, counted from 1; 0 before the first.
        value: what `monitor` was then.
        waited: epochs since.
        loss: the validation loss of the best epoch; None where it is not in the logs.
        values: what `monitor` was in each epoch; a run of an earlier release lacks its first ones.
    """

    monitor: str
    epoch: int = 0
    value: float | None = None
    waited: int = 0
    loss: float | None = None
    values: list[float] = dataclasses.field(default_factory=list)

    def update(self, epoch: int, logs: dict) -> bool:
        """Notes the end of an epoch, and returns whether it is the best so far.

        Raises:
            ConfigError: when the logs do not hold `monitor`.
        """
        check_monitor(self.monitor, logs)
        value = float(logs[self.monitor])
        loss = float(logs["val_loss"]) if "val_loss" in logs else None
        self.values.append(value)
        if self.epoch and not self._rank(value, loss) < self._rank(self.value, self.loss):
            self.waited += 1
            return False
        self.epoch, self.value, self.loss, self.waited = epoch, value, loss, 0
        return True

    def _rank(self, value, loss) -> tuple[float, ...]:
        """What the better epoch has less of."""
        sign = 1 if self.falls else -1
        return tuple(
            math.inf if number is None or math.isnan(number) else number
            for number in (sign * value, loss)
        )

    @property
    def falls(self) -> bool:
        """Whether a lower value is better."""
        return self.monitor.endswith(LOWER_IS_BETTER)

    # === In words ===

    def kept(self, epochs: int) -> str:
        """Says which epoch is the best of those done, and why."""
        kept, name = f"Kept epoch {self.epoch} of {epochs}", monitor_in_words(self.monitor)
        if self.value is None or math.isnan(self.value):
            return f"{kept}: {name} is not defined in any, so the lowest loss decided."
        first = epochs - len(self.values) + 1
        equal = [
            str(epoch)
            for epoch, value in enumerate(self.values, first)
            if value == self.value and epoch != self.epoch
        ]
        others = f", as in epoch {', '.join(equal)}, where the loss was not lower" if equal else ""
        return f"{kept}: {name} {self._shown(self.value)}{others}."

    def stopped(self, epochs: int, planned: int) -> str:
        """Says that the training ended early, and why.

        Args:
            epochs: how many were done.
            planned: how many there were to be.
        """
        name, risen = monitor_in_words(self.monitor), "fallen" if self.falls else "risen"
        values = [self.value, *self.values[-self.waited :]]
        return (
            f"Stopped after epoch {epochs} of {planned}: {name} has not {risen} since epoch {self.epoch} "
            f"({', '.join(map(self._shown, values))}), and early_stopping_patience is {self.waited}."
        )

    def _shown(self, value):
        return f"{100 * value:.1f} %" if self.monitor.endswith(SHARES) else f"{value:.4f}"


def check_monitor(monitor: str, logs) -> None:
    """Checks that the logs hold a number of this name.

    Args:
        monitor: the name.
        logs: the names that they hold.

    Raises:
        ConfigError: when they do not.
    """
    if monitor not in logs:
        raise ConfigError(
            f"FineTuningRecipe.monitor is {monitor!r}; the logs hold {', '.join(logs)}"
        )


def monitor_in_words(monitor: str) -> str:
    """Returns what people call a number of the logs: `"val_macro_f1"` is the macro F1."""
    words = monitor.removeprefix("val_").replace("_", " ").replace("f1", "F1")
    words = {"pearson": "Pearson correlation"}.get(words, words)
    return words if monitor.startswith("val_") else f"{words} of the training"
