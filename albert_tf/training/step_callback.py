"""The callback of a training by steps: the dataset repeats, and is evaluated every so often."""

from collections.abc import Callable

from albert_tf.training.run_callback import RunCallback


class StepRunCallback(RunCallback):
    """Counts updates instead of passes over the data.

    A Keras epoch is the `log_every` updates between two lines of the log, so that the metrics of a
    line are those of its updates. The log gains `seconds_left`, of training alone.

    Args:
        recipe: as for `RunCallback`, with `steps` and `evaluate_every` besides, both in updates.
        tokens_per_batch: tokens of a batch, padding aside; their mean where they differ.
        evaluate: returns the numbers of the held-out data, by name; None without such data.
        **kwargs: see `RunCallback`.
    """

    def __init__(
        self,
        recipe,
        *,
        tokens_per_batch: float,
        evaluate: Callable[[], dict[str, float]] | None = None,
        **kwargs,
    ):
        super().__init__(
            recipe,
            epoch_batches=recipe.log_every * recipe.accumulation_steps,
            total_batches=recipe.steps * recipe.accumulation_steps,
            **kwargs,
        )
        self.tokens_per_batch = tokens_per_batch
        self.evaluate = evaluate

    def count_tokens(self, batch: int) -> float:
        """Returns the tokens of any batch."""
        return self.tokens_per_batch

    def finish_epoch(self, logs: dict) -> dict | None:
        """Adds the numbers of the held-out data when their time has come."""
        before = (self.step - 1) // self.recipe.log_every * self.recipe.log_every
        every = self.recipe.evaluate_every
        is_due = self.step // every > before // every or self.step == self.recipe.steps
        if self.evaluate is not None and is_due:
            logs.update({f"val_{name}": value for name, value in self.evaluate().items()})
        return None

    def extra_record(self) -> dict:
        """Returns the time left, in seconds."""
        tokens = (self.total_batches - self.batches_done) * self.tokens_per_batch
        speed = self.speed.overall()
        return {"seconds_left": round(tokens / speed) if speed else None}
