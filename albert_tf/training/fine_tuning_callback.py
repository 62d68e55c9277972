"""The callback of fine-tuning: a Keras epoch is a pass over the texts, and the best one is kept."""

import dataclasses

from albert_tf.training.best import BestEpoch
from albert_tf.training.checkpoint import BEST, model_arrays
from albert_tf.training.layer_decay import LayerDecaySchedule
from albert_tf.training.recipe import FineTuningRecipe
from albert_tf.training.run_callback import RunCallback


class FineTuningCallback(RunCallback):
    """Keeps the best epoch, and ends the training when it is too long ago.

    Args:
        recipe: a `FineTuningRecipe`.
        batches: the training batches.
        best: which epoch was the best; None without validation data.
        schedule: the `LayerDecaySchedule`, or None.
        **kwargs: see `RunCallback`.
    """

    saves_each_epoch = True

    def __init__(
        self,
        recipe: FineTuningRecipe,
        batches,
        *,
        best: BestEpoch | None,
        schedule: LayerDecaySchedule | None,
        **kwargs,
    ):
        super().__init__(
            recipe,
            epoch_batches=len(batches),
            total_batches=recipe.epochs * len(batches),
            **kwargs,
        )
        self.batches = batches
        self.best = best
        self.schedule = schedule

    def on_epoch_begin(self, epoch, logs=None):
        """Looks up how many tokens each batch holds."""
        super().on_epoch_begin(epoch, logs)
        lengths = self.batches.packed.lengths
        self._tokens = [int(lengths[examples].sum()) for examples in self.batches.plan(epoch)]

    def count_tokens(self, batch: int) -> int:
        """Returns the tokens of a batch of this epoch."""
        return self._tokens[batch]

    def finish_epoch(self, logs: dict) -> dict | None:
        """Keeps the best epoch; returns why training ends when it is too long ago."""
        if self.best is None:
            return None
        if self.best.update(self.progress.epoch, logs):
            self.store.save(BEST, self.batches_done, model_arrays(self.model), {})
        if not self.is_stopped_early:
            return None
        return {
            "event": "early_stop",
            "epoch": self.progress.epoch,
            "epochs": self.recipe.epochs,
            "monitor": self.best.monitor,
            "best_epoch": self.best.epoch,
            "values": self.best.values,
            "early_stopping_patience": self.recipe.early_stopping_patience,
        }

    @property
    def is_stopped_early(self) -> bool:
        """Whether the best epoch is too long ago, and epochs are left."""
        patience = self.recipe.early_stopping_patience
        is_too_long = (
            patience is not None and self.best is not None and self.best.waited >= patience
        )
        return is_too_long and self.progress.epoch < self.recipe.epochs

    def describe_step(self) -> str:
        """Says at which step of which epoch the run stands."""
        epoch = min(self.progress.epoch + 1, self.recipe.epochs)
        return f"step {self.step} (epoch {epoch} of {self.recipe.epochs})"

    def extra_record(self) -> dict:
        """Returns the learning rates by depth."""
        return {"learning_rates": self.schedule.learning_rates()} if self.schedule else {}

    def extra_state(self) -> dict:
        """Returns which epoch was the best so far."""
        return {"best": None if self.best is None else dataclasses.asdict(self.best)}

    def restore_extra_state(self, state: dict) -> None:
        """Takes over which epoch was the best so far."""
        if self.best is not None:
            self.best = BestEpoch(**state["best"])
