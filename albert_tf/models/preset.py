"""`from_preset` and `save_to_preset`, for every model."""

import dataclasses
import inspect
import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from albert_tf.config import AlbertConfig
from albert_tf.errors import AlbertWarning, CheckpointError, ConfigError
from albert_tf.heads import known_head
from albert_tf.type_names import ModelMixin
from albert_tf.weights import Checkpoint, read_checkpoint, write_preset

POOLER_PREFIX = "pooler/"
EXITS_PREFIX = "exits/"
SOP_PREFIX = "sop_classifier/"

ABOUT_THE_WEIGHTS = ("learned_positions", "pooling")
"""Sections of a preset that say how the backbone's weights were trained, whatever head is on them."""


def load_arrays(model, arrays: dict, source: str, fresh: tuple[str, ...] = ()) -> None:
    """Assigns arrays to the model's variables of the same names.

    Args:
        model: a model whose variable paths are the array names.
        arrays: array by name; names outside the model must have been dropped by the caller.
        source: where the arrays come from, for messages.
        fresh: prefixes of variables that may be missing and keep their initial values.

    Raises:
        CheckpointError: when a variable has no array, an array no variable, or the shapes differ.
    """
    variables = {v.path: v for v in model.weights}
    missing = [p for p in variables if p not in arrays and not p.startswith(fresh)]
    extra = [name for name in arrays if name not in variables]
    misshapen = [
        f"{p} is {tuple(arrays[p].shape)}, the model's is {tuple(v.shape)}"
        for p, v in variables.items()
        if p in arrays and tuple(arrays[p].shape) != tuple(v.shape)
    ]
    problems = [
        *(f"{p} {tuple(variables[p].shape)} is missing" for p in missing),
        *(f"{name} {tuple(arrays[name].shape)} is not in the model" for name in extra),
        *misshapen,
    ]
    if problems:
        shown = "; ".join(problems[:5])
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise CheckpointError(
            f"{source} does not fit {type(model).__name__}: {shown}{more}; "
            "check that the configuration and the weights belong together"
        )
    for path, variable in variables.items():
        if path in arrays:
            variable.assign(arrays[path])


def is_head_array(name: str) -> bool:
    """Whether an array belongs to a head, not to the backbone."""
    return not name.startswith(("embeddings/", "encoder/", POOLER_PREFIX))


class PresetMixin(ModelMixin):
    """Adds `from_preset` and `save_to_preset` to a backbone or task model."""

    early_exit = False
    """Whether there is an output layer after every layer; see `EarlyExitTask`."""

    carries_pooler = True
    """False when the checkpoint came without a pooler and the head does not train one: a random pooler is not
    saved, since whoever loads it later could not tell it from a trained one."""

    about_the_weights: Mapping[str, Any] = MappingProxyType({})
    """What the preset said of how its weights were trained (`ABOUT_THE_WEIGHTS`), for the presets that are saved."""

    @classmethod
    def from_preset(cls, preset: str, **kwargs: Any) -> Self:
        """Builds the model from a preset folder, a foreign checkpoint folder, or `hf://owner/name`.

        The format is found out from the files: this package's own presets, Hugging Face, google-research/albert
        (TF1), Model Garden and keras-hub. A head that the checkpoint carries is loaded when it is of the same
        kind and the same shape as asked; otherwise the head starts fresh, as for fine-tuning. A base class of heads,
        such as `AlbertTask`, gives the model of the head that the checkpoint carries.

        Args:
            preset: a folder, or `hf://owner/name`.
            **kwargs: arguments of the constructor, e.g. `num_classes`; they win over the checkpoint's. Settings of the
                preprocessor, `sequence_length` and `truncate`, for models of raw text. Any field of `AlbertConfig` too,
                e.g. `hidden_dropout_prob=0.1`, `use_relative_attention_bias=True`.

        Raises:
            CheckpointError: when files are missing or damaged, or an array does not fit; or when a base class is asked
                for a head that the checkpoint does not carry.
        """
        checkpoint = read_checkpoint(preset)
        fields = set(checkpoint.config.to_dict())
        changes = {k: kwargs.pop(k) for k in list(kwargs) if k in fields}
        config = checkpoint.config.replace(**changes)
        return cls.from_checkpoint(checkpoint, config, **kwargs)

    @classmethod
    def from_checkpoint(
        cls, checkpoint: Checkpoint, config: AlbertConfig | None = None, **kwargs: Any
    ) -> Self:
        """Builds the model from a `Checkpoint` in memory; see `from_preset` for what is loaded.

        Args:
            checkpoint: a `Checkpoint`.
            config: an `AlbertConfig` that replaces the checkpoint's, of the same shapes.
            **kwargs: arguments of the constructor.
        """
        cls = cls.class_for(checkpoint)
        if (cls.head, checkpoint.head) == ("multiple_choice", "text_regressor"):
            # The same layer: google-research's run_race.py leaves no trace of being more than a regressor.
            checkpoint = dataclasses.replace(checkpoint, head=cls.head, head_config={})
        if (cls.head, checkpoint.head) == ("masked_lm", "pretrainer"):
            # The pretrainer's, whose other head, of sentence order, is left aside.
            kept = {n: a for n, a in checkpoint.arrays.items() if not n.startswith(SOP_PREFIX)}
            checkpoint = dataclasses.replace(checkpoint, head=cls.head, head_config={}, arrays=kept)
        model, has_same_head = cls._build_for(checkpoint, config or checkpoint.config, kwargs)
        model.about_the_weights = {
            name: said for name, said in checkpoint.extra.items() if name in ABOUT_THE_WEIGHTS
        }
        arrays = checkpoint.arrays
        if not has_same_head:
            if cls.head == checkpoint.head:
                _warn_of_fresh_head(model, checkpoint)
            arrays = {name: a for name, a in arrays.items() if not is_head_array(name)}
        if not model.early_exit:
            arrays = {name: a for name, a in arrays.items() if not name.startswith(EXITS_PREFIX)}
        # θ is zero at the start, and the exits do not change the answer of full depth.
        fresh = ["encoder/relative_attention_bias/", EXITS_PREFIX]
        if not has_same_head and cls.head is not None:
            fresh += [v.path for v in model.weights if is_head_array(v.path)]
        if not any(name.startswith(POOLER_PREFIX) for name in arrays):
            fresh.append(POOLER_PREFIX)
            model.carries_pooler = model.uses_pooler()
            if model.carries_pooler:
                warnings.warn(
                    f"{checkpoint.source} carries no pooler; {cls.__name__} starts one at random: "
                    "train before use",
                    AlbertWarning,
                    stacklevel=3,
                )
        # What a model leaves out of its own checkpoints starts anew.
        fresh += [v.path for v in model.weights if not model._is_carried(v)]
        load_arrays(model, arrays, checkpoint.source, tuple(fresh))
        return model

    @classmethod
    def class_for(cls, checkpoint: Checkpoint) -> type:
        """Returns the class of the model that `from_preset` builds: this one."""
        return cls

    @classmethod
    def _build_for(cls, checkpoint, config, kwargs):
        """Returns the model, and whether the checkpoint's head is the model's."""
        known = constructor_arguments(cls) - {"config"}
        for name in set(kwargs) - known - {"name", "trainable"}:
            raise ConfigError(
                f"{cls.__name__} has no argument {name!r}; expected {', '.join(sorted(known))}, or a field of "
                "AlbertConfig"
            )
        return cls(config, **kwargs), cls.head == checkpoint.head

    @classmethod
    def uses_pooler(cls) -> bool:
        """Whether the model's outputs depend on the pooler; those of a head that is not ours may."""
        return known_head(getattr(cls, "head", None)).reads_pooler()

    def to_checkpoint(self) -> Checkpoint:
        """Returns the model as a `Checkpoint`: configuration, float32 arrays, head."""
        arrays = {v.path: v.numpy().astype("float32") for v in self.weights if self._is_carried(v)}
        return Checkpoint(
            config=self.config,
            arrays=arrays,
            head=self.head,
            head_config=self.head_config(),
            source=type(self).__name__,
            extra=dict(self.about_the_weights),
        )

    def _is_carried(self, variable) -> bool:
        """Whether a variable belongs into a checkpoint."""
        return self.carries_pooler or not variable.path.startswith(POOLER_PREFIX)

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable; empty for a backbone."""
        return {}

    def save_to_preset(self, folder: str) -> None:
        """Writes configuration, weights, tokenizer and preprocessor to `folder`, for `from_preset`.

        Args:
            folder: created when it does not exist; files of an earlier preset are replaced.

        Raises:
            CheckpointError: when the folder cannot be written; an earlier preset there stays intact.
        """
        write_preset(self.to_checkpoint(), folder)


def _warn_of_fresh_head(model, checkpoint):
    """Says that a head of the same kind is left aside, and which argument or which shape of a weight differs."""
    shapes = {v.path: tuple(v.shape) for v in model.weights if is_head_array(v.path)}
    differing = [
        (name, array.shape)
        for name, array in checkpoint.arrays.items()
        if array.shape != shapes.get(name, array.shape) and not name.startswith(EXITS_PREFIX)
    ]
    if differing:
        name, theirs = max(differing, key=lambda entry: len(entry[1]))  # a kernel says more
        what = f"a head of another shape, {name} {theirs}", f"has {shapes[name]}"
    else:  # other weights altogether
        unless_given, own = constructor_defaults(type(model)), model.head_config()
        name, theirs = next(
            (name, given)
            for name in model.shape_arguments()
            if (given := checkpoint.head_config.get(name, unless_given[name])) != own[name]
        )
        what = f"another head, {name}={theirs!r}", f"has {name}={own[name]!r}"
    warnings.warn(
        f"{checkpoint.source} has {what[0]}, and this {type(model).__name__} {what[1]}: "
        "its head starts fresh; train before use",
        AlbertWarning,
        stacklevel=4,
    )


def constructor_arguments(cls) -> set[str]:
    """Names of the keyword arguments that a class's constructor takes."""
    return set(constructor_defaults(cls))


def constructor_defaults(cls) -> dict[str, Any]:
    """Default of each of them, by its name; `inspect.Parameter.empty` where there is none."""
    parameters = inspect.signature(cls.__init__).parameters
    return {name: p.default for name, p in parameters.items() if name not in ("self", "kwargs")}
