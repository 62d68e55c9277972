"""`FineTuningRecipe`: everything that decides how a model is fine-tuned, as data."""

import dataclasses
import difflib
import json
from importlib import resources
from pathlib import Path

from albert_tf.errors import ConfigError

OPTIMIZERS = ("adamw", "lamb", "sgd")
DECAYS = ("linear", "cosine", "constant")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FineTuningRecipe:
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
        monitor: what is watched, e.g. `"val_accuracy"`; default `"val_loss"`. Lower is better
            when the name ends in `loss`, `error`, `mse`, `rmse` or `mae`, otherwise higher.
        class_weights: None; `"balanced"` for weights inverse to the classes' frequencies, of mean 1
            over the texts; or a weight by the class's name or index, 1 where it is missing.
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
    class_weights: str | dict | None = None
    accumulation_steps: int = 1
    seed: int = 0
    log_every: int = 10
    checkpoint_every: int | None = None
    checkpoint_minutes: float | None = 5.0
    keep_checkpoints: int = 2
    tensorboard: bool = False

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and not isinstance(value, bool) and float in _kinds(field):
                object.__setattr__(self, field.name, float(value))  # JSON has no 1.0 apart from 1
            elif type(value) not in _kinds(field):
                names = " or ".join(kind.__name__ for kind in _kinds(field))
                raise _wrong(field.name, value, names.replace("NoneType", "null"))
        for name, (is_right, expected) in _LIMITS.items():
            value = getattr(self, name)
            if value is not None and not is_right(value):
                raise _wrong(name, value, expected)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names that `named` accepts, from the files in `configs/recipes/`."""
        files = (resources.files("albert_tf.configs") / "recipes").iterdir()
        return tuple(sorted(f.name.removesuffix(".json") for f in files if f.name[-5:] == ".json"))

    @classmethod
    def named(cls, name: str, **overrides) -> "FineTuningRecipe":
        """Returns a recipe that the package brings along, with any field overridden.

        Args:
            name: one of `names()`, e.g. `"default"`.
            **overrides: fields to replace, e.g. `epochs=5`.

        Raises:
            ConfigError: when the name or a field is unknown.
        """
        if name not in cls.names():
            raise ConfigError(
                f"unknown recipe {name!r}; expected one of {', '.join(cls.names())}, "
                "or the path of a .json file"
            )
        file = resources.files("albert_tf.configs") / "recipes" / f"{name}.json"
        return cls.from_dict({**json.loads(file.read_text("utf-8")), **overrides})

    @classmethod
    def from_dict(cls, values: dict) -> "FineTuningRecipe":
        """Builds a recipe from a dict of its fields; missing fields take their default.

        Raises:
            ConfigError: when a key is not a field, with the nearest field's name.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known fields: {', '.join(known)}"
                raise ConfigError(f"FineTuningRecipe has no field {key!r}; {hint}")
        return cls(**values)

    @classmethod
    def from_json(cls, path: str | Path) -> "FineTuningRecipe":
        """Reads a JSON file that holds fields of this class.

        Raises:
            ConfigError: when the file is missing, is not JSON, or a field is wrong.
        """
        try:
            values = json.loads(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ConfigError(f"cannot read the recipe {path}: {error}") from error
        if not isinstance(values, dict):
            raise ConfigError(
                f"{path} holds a {type(values).__name__}; expected a JSON object of fields"
            )
        return cls.from_dict(values)

    def to_dict(self) -> dict:
        """Returns all fields as a dict that `from_dict` reads back."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """Returns the fields as indented JSON text."""
        return json.dumps(self.to_dict(), indent=2)

    def replace(self, **changes) -> "FineTuningRecipe":
        """Returns a copy with some fields changed."""
        return self.from_dict({**self.to_dict(), **changes})

    @property
    def decays_by_depth(self) -> bool:
        """Whether learning rates or gradients differ by depth."""
        rates = (self.layer_decay_rate, self.scale_embedding, self.application_decay_rate)
        return any(rate != 1.0 for rate in rates) or bool(self.multipliers)


def _kinds(field) -> tuple[type, ...]:
    """The types of a field: those of the union, or the one."""
    return getattr(field.type, "__args__", (field.type,))


def _wrong(name, value, expected):
    return ConfigError(f"FineTuningRecipe.{name} is {value!r}; expected {expected}")


def _at_least(limit):
    return (lambda value: value >= limit, f"at least {limit}")


_ABOVE_0 = (lambda value: 0.0 < value < float("inf"), "a number above 0")
_RATE = (lambda value: 0.0 < value <= 1.0, "a number above 0 and at most 1")
_LIMITS = {
    "epochs": _at_least(1),
    "batch_size": _at_least(1),
    "eval_batch_size": _at_least(1),
    "learning_rate": _ABOVE_0,
    "optimizer": (lambda value: value in OPTIMIZERS, f"one of {', '.join(OPTIMIZERS)}"),
    "warmup_ratio": (lambda value: 0.0 <= value < 1.0, "a number from 0 to below 1"),
    "decay": (lambda value: value in DECAYS, f"one of {', '.join(DECAYS)}"),
    "weight_decay": _at_least(0.0),
    "clip_norm": _ABOVE_0,
    "layer_decay_rate": _RATE,
    "scale_embedding": _at_least(0.0),
    "application_decay_rate": _RATE,
    "early_stopping_patience": _at_least(1),
    "class_weights": (
        lambda value: isinstance(value, dict) or value == "balanced",
        "'balanced' or a weight for each class",
    ),
    "accumulation_steps": _at_least(1),
    "seed": (lambda value: 0 <= value < 2**32, "a number from 0 to 2**32 - 1"),
    "log_every": _at_least(1),
    "checkpoint_every": _at_least(1),
    "checkpoint_minutes": _ABOVE_0,
    "keep_checkpoints": _at_least(1),
}
