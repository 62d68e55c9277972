"""`FineTuningRecipe`: everything that decides how a model is fine-tuned, as data."""

import dataclasses
from typing import ClassVar

from albert_tf.training.recipe_base import ABOVE_0, RATE, SEED, Recipe, at_least, one_of

OPTIMIZERS = ("adamw", "lamb", "sgd")
DECAYS = ("linear", "cosine", "constant")
HEAD_STARTS = ("random", "linear")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FineTuningRecipe(Recipe):
    """How to fine-tune; `configs/recipes/*.json` hold some of them.

    Args:
        epochs: passes over the training texts.
        batch_size: texts in a batch.
        eval_batch_size: texts in a batch of validation.
        learning_rate: highest learning rate, after the warm-up.
        optimizer: `"adamw"`, `"lamb"` (ALBERT's own) or `"sgd"` (momentum 0.9).
        warmup_ratio: share of the steps in which the learning rate rises from 0.
        decay: how it falls to 0 afterwards: `"linear"` or `"cosine"`; `"constant"` stays.
        weight_decay: rate of the decay of all weights but biases, LayerNorm and θ.
        clip_norm: longest global norm of the gradient, or None.
        layer_decay_rate: see `LayerDecaySchedule`.
        scale_embedding: see `LayerDecaySchedule`.
        application_decay_rate: see `LayerDecaySchedule`.
        multipliers: see `LayerDecaySchedule`.
        early_stopping_patience: epochs without a better `monitor` after which training stops, or
            None. In any case the best epoch's weights are kept where there is validation data.
        monitor: the number that decides which epoch is the best, e.g. `"val_loss"`, or in short
            `"loss"`: where there are validation data it is theirs. Of equal ones the lower
            `val_loss` decides. Default: the main metric of the task, see `choose_monitor`. Lower is
            better when the name ends in `loss`, `error`, `mse`, `rmse` or `mae`, otherwise higher.
            `"val_macro_f1"` is there for every text classifier with one class a text.
        class_weights: None; `"balanced"` for weights inverse to the classes' frequencies, of mean 1
            over the texts; a list with one weight for each class; or a weight by the class's name or index, 1 where
            it is missing.
        head_start: where the output layer starts: `"random"`, or `"linear"`, as the best linear
            model on the pooled outputs of the training texts, which suits backbones that were
            trained to give sentence vectors, such as `albert_small_en`. See `start_linear`.
        weight_bits: None, or the bits to which the blocks' matrices and the word table are rounded in the forward pass
            and at the end: 4 prepares for an export with `quantization="int4"`. See `FakeQuantization`.
        accumulation_steps: batches whose mean gradient makes one update. Batches left over at the
            end of the training make none.
        seed: of the order of the texts, of dropout, and of everything that Keras draws.
        log_every: updates between two lines of `training.jsonl`.
        checkpoint_every: batches between two checkpoints, or None.
        checkpoint_minutes: minutes between two checkpoints, or None. Each epoch ends with one.
        keep_checkpoints: how many are kept, besides the best.
        tensorboard: write logs for TensorBoard too.

    Raises:
        ConfigError: naming the field, its value and what was expected.

    Example:
    ```python
    from albert_tf.training import FineTuningRecipe

    recipe = FineTuningRecipe.named("default", epochs=5, layer_decay_rate=0.8)
    print(recipe.to_json())
    ```
    """

    folder: ClassVar[str] = "recipes"

    epochs: int = 3
    batch_size: int = 32
    eval_batch_size: int = 64
    learning_rate: float = 5e-5
    optimizer: str = "adamw"
    warmup_ratio: float = 0.1
    decay: str = "linear"
    weight_decay: float = 0.01
    clip_norm: float | None = 1.0
    layer_decay_rate: float = 1.0
    scale_embedding: float = 1.0
    application_decay_rate: float = 1.0
    multipliers: dict = dataclasses.field(default_factory=dict)
    early_stopping_patience: int | None = None
    monitor: str | None = None
    class_weights: str | dict | list | None = None
    head_start: str = "random"
    weight_bits: int | None = None
    accumulation_steps: int = 1
    seed: int = 0
    log_every: int = 10
    checkpoint_every: int | None = None
    checkpoint_minutes: float | None = 5.0
    keep_checkpoints: int = 2
    tensorboard: bool = False

    limits: ClassVar[dict] = {
        "epochs": at_least(1),
        "batch_size": at_least(1),
        "eval_batch_size": at_least(1),
        "learning_rate": ABOVE_0,
        "optimizer": one_of(OPTIMIZERS),
        "warmup_ratio": (lambda value: 0.0 <= value < 1.0, "a number from 0 to below 1"),
        "decay": one_of(DECAYS),
        "weight_decay": at_least(0.0),
        "clip_norm": ABOVE_0,
        "layer_decay_rate": RATE,
        "scale_embedding": at_least(0.0),
        "application_decay_rate": RATE,
        "early_stopping_patience": at_least(1),
        "class_weights": (
            lambda value: isinstance(value, (dict, list)) or value == "balanced",
            "'balanced' or a weight for each class",
        ),
        "head_start": one_of(HEAD_STARTS),
        "weight_bits": (lambda value: 2 <= value <= 8, "2 to 8 bits"),
        "accumulation_steps": at_least(1),
        "seed": SEED,
        "log_every": at_least(1),
        "checkpoint_every": at_least(1),
        "checkpoint_minutes": ABOVE_0,
        "keep_checkpoints": at_least(1),
    }

    @property
    def decays_by_depth(self) -> bool:
        """Whether learning rates or gradients differ by depth."""
        rates = (self.layer_decay_rate, self.scale_embedding, self.application_decay_rate)
        return any(rate != 1.0 for rate in rates) or bool(self.multipliers)
