"""`PretrainingRecipe`: everything that decides how a model is pretrained, as data."""

import dataclasses
from typing import ClassVar

from albert_tf.errors import ConfigError
from albert_tf.training.recipe_base import ABOVE_0, SEED, Recipe, at_least, one_of

OPTIMIZERS = ("lamb", "adamw")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PretrainingRecipe(Recipe):
    """How to pretrain. The defaults are those of ALBERT v2 (README of google-research/albert).

    `configs/pretraining/*.json` hold some for less than a pod.

    Args:
        steps: updates of the whole run.
        batch_size: examples of an update, over all processes and accumulated batches.
        accumulation_steps: batches whose mean gradient makes one update, so that `batch_size /
            accumulation_steps` examples are in memory at once.
        learning_rate: highest learning rate, after the warm-up.
        optimizer: `"lamb"`, ALBERT's own, or `"adamw"`.
        warmup_steps: updates in which the learning rate rises from 0; default: a fortieth of the
            steps, 3,125 of 125,000.
        decay_power: it falls to 0 at the last update as a polynomial of this degree; 1 is linear,
            0 leaves it as it is.
        weight_decay: rate of the decay of all weights but biases, LayerNorm and θ.
        clip_norm: longest global norm of the gradient, or None.
        seed: of the order of the examples, of masking while reading, of dropout, and of everything
            that Keras draws.
        log_every: updates between two lines of `training.jsonl`.
        evaluate_every: updates between two evaluations of the held-out examples, at the next line
            of the log. The last update is followed by one.
        evaluation_batches: batches of an evaluation at most, or None for all held-out examples.
        checkpoint_every: batches between two checkpoints, or None.
        checkpoint_minutes: minutes between two checkpoints, or None.
        keep_checkpoints: how many are kept.

    Raises:
        ConfigError: naming the field, its value and what was expected.

    Example:
    ```python
    from albert_tf.pretraining import PretrainingRecipe

    recipe = PretrainingRecipe(steps=1000, batch_size=128, warmup_steps=100, learning_rate=1e-3)
    print(recipe.to_json())
    ```
    """

    folder: ClassVar[str] = "pretraining"

    steps: int = 125_000
    batch_size: int = 4096
    accumulation_steps: int = 1
    learning_rate: float = 0.00176
    optimizer: str = "lamb"
    warmup_steps: int | None = None
    decay_power: float = 1.0
    weight_decay: float = 0.01
    clip_norm: float | None = 1.0
    seed: int = 0
    log_every: int = 20
    evaluate_every: int = 1000
    evaluation_batches: int | None = 50
    checkpoint_every: int | None = None
    checkpoint_minutes: float | None = 10.0
    keep_checkpoints: int = 2

    limits: ClassVar[dict] = {
        "steps": at_least(1),
        "batch_size": at_least(1),
        "accumulation_steps": at_least(1),
        "learning_rate": ABOVE_0,
        "optimizer": one_of(OPTIMIZERS),
        "warmup_steps": at_least(0),
        "decay_power": at_least(0.0),
        "weight_decay": at_least(0.0),
        "clip_norm": ABOVE_0,
        "seed": SEED,
        "log_every": at_least(1),
        "evaluate_every": at_least(1),
        "evaluation_batches": at_least(1),
        "checkpoint_every": at_least(1),
        "checkpoint_minutes": ABOVE_0,
        "keep_checkpoints": at_least(1),
    }

    def __post_init__(self):
        super().__post_init__()
        if self.batch_size % self.accumulation_steps:
            raise ConfigError(
                f"PretrainingRecipe.batch_size is {self.batch_size}, which accumulation_steps "
                f"{self.accumulation_steps} does not divide; expected a multiple of it"
            )
        if self.warmup_steps is not None and self.warmup_steps > self.steps:
            raise ConfigError(
                f"PretrainingRecipe.warmup_steps is {self.warmup_steps}, more than the "
                f"{self.steps} steps of the run; lower it, to a tenth of the steps for example"
            )

    @property
    def step_batch_size(self) -> int:
        """Examples in memory at once, over all processes."""
        return self.batch_size // self.accumulation_steps

    @property
    def warmup(self) -> int:
        """Updates of the warm-up, given or not."""
        return self.steps // 40 if self.warmup_steps is None else self.warmup_steps
