"""`AlbertTask`: what every model with a head shares."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import keras

from albert_tf.config import BACKBONE_INPUTS, AlbertConfig
from albert_tf.errors import ConfigError
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.class_names import OLD_NAME, listed_names, with_old_name
from albert_tf.models.inputs import complete_inputs
from albert_tf.models.losses import is_same_kind, loss_of_logits
from albert_tf.models.preset import (
    POOLER_PREFIX,
    PresetMixin,
    constructor_arguments,
    constructor_defaults,
)
from albert_tf.models.raw_text import RawTextTraining
from albert_tf.models.steps import StepsMixin
from albert_tf.models.summary import SharingSummaryMixin
from albert_tf.preprocessing.preprocessor import AlbertPreprocessor
from albert_tf.preprocessing.targets import AnyNumbers, TargetRule
from albert_tf.weights.checkpoint import Checkpoint, renamed_class_names

KERAS_ARGUMENTS = {"name", "dtype", "trainable", "activity_regularizer", "autocast"}
"""Arguments of every `keras.Model`."""
OTHER_ARGUMENTS = {"num_labels": "num_classes", "id2label": "class_names"}
"""Names that other libraries have for an argument."""


class AlbertTask(RawTextTraining, PresetMixin, SharingSummaryMixin, StepsMixin, keras.Model):
    """An `AlbertBackbone`, a head, and optionally a preprocessor that turns raw text into its inputs.

    With a preprocessor, `fit`, `evaluate`, `predict`, `train_on_batch` and its kin, and the model itself when called,
    take raw text: any flat sequence of `str` (a list, an array, a column of a table), a tuple `(texts, pairs)`, or
    rows `[text, pair]`; and a batched `tf.data.Dataset` of texts (see `parts_of`). Texts of similar
    length share a batch, which is padded to its longest text only; `predict` returns the answers in the order of the
    texts. A dict of `token_ids`, `padding_mask` and optionally `segment_ids` (0 where left out) is passed on.

    Targets are checked before they reach the loss, in memory and in datasets: see `target_rule`.

    The model comes compiled with `default_optimizer`, `default_loss` and `default_metrics`; `compile` replaces
    any of them.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: a preprocessor of `albert_tf.preprocessing`, or None for models that take token ids.
        **kwargs: `name`, `dtype`, as for any `keras.Model`.

    Attributes:
        training_record: what the model was trained on and how well it did, a JSON-able dict that travels with presets
            and into the cards of exported files; `albert-tf finetune` fills it. None when nothing was recorded.
        loss_weights: those that the model is compiled with, or None.
    """

    head: str
    preprocessor_cls: type[AlbertPreprocessor] | None = None
    """The preprocessor that `from_preset` makes for the model; None for a head that takes token ids only."""
    input_names: tuple[str, ...] = BACKBONE_INPUTS
    """The names of the model's inputs."""
    input_rank = 2
    """How many axes they have."""

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertPreprocessor | None = None,
        **kwargs: Any,
    ):
        if not isinstance(backbone, AlbertBackbone):
            raise ConfigError(
                f"{type(self).__name__} got a backbone of type {type(backbone).__name__}; "
                "expected an AlbertBackbone"
            )
        _refuse_unknown(type(self), kwargs)
        kwargs.setdefault("dtype", backbone.encoder.dtype_policy)
        super().__init__(**kwargs)
        if preprocessor is not None:
            _check_preprocessor(type(self), preprocessor, backbone.config)
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.training_record: dict | None = None

    @property
    def config(self) -> AlbertConfig:
        """The backbone's `AlbertConfig`."""
        return self.backbone.config

    @property
    def about_the_weights(self) -> Mapping[str, Any]:
        """What the backbone's preset said of them; see `PresetMixin`."""
        return self.backbone.about_the_weights

    @about_the_weights.setter
    def about_the_weights(self, said: Mapping[str, Any]) -> None:
        self.backbone.about_the_weights = said

    def encode(self, inputs: dict, training: bool | None = None) -> dict:
        """Runs the backbone on its three inputs, leaving aside what only the head reads."""
        inputs = complete_inputs(inputs, self.input_names)
        return self.backbone({name: inputs[name] for name in BACKBONE_INPUTS}, training=training)

    def head_dense(
        self, units: int, name: str, input_size: int | None = None
    ) -> keras.layers.Dense:
        """Returns a built float32 `Dense`: logits keep full precision under any dtype policy."""
        initializer = keras.initializers.TruncatedNormal(stddev=self.config.initializer_range)
        dense = keras.layers.Dense(
            units, kernel_initializer=initializer, dtype="float32", name=name
        )
        # Built here, so that variables are named after the head alone and exist before the first call.
        dense.build((None, input_size or self.config.hidden_size))
        return dense

    # === Training defaults ===

    def default_optimizer(self) -> keras.optimizers.Optimizer:
        """Returns the optimizer of an uncompiled model: Adam at 5e-5."""
        return keras.optimizers.Adam(5e-5)

    def default_loss(self) -> Any:
        """Returns the loss for this head's outputs."""
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def default_loss_weights(self) -> dict[str, float] | None:
        """Returns the weights of this head's losses by output; None adds them up."""
        return None

    def default_metrics(self) -> Any:
        """Returns the metrics for this head's outputs."""
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """Returns what this head's targets must be for its own loss, a rule of `albert_tf.preprocessing.targets`.

        Args:
            inputs: the model's inputs or their specifications, whose length bounds some targets; None for raw text.
        """
        return AnyNumbers()

    def active_target_rule(self, inputs: dict | None = None) -> TargetRule:
        """Returns what the targets must be for the loss that the model is compiled with.

        Args:
            inputs: as for `target_rule`.
        """
        is_own = is_same_kind(self.loss, self.default_loss())
        return self.target_rule(inputs) if is_own else AnyNumbers()

    def compile(
        self,
        optimizer: Any = "auto",
        loss: Any = "auto",
        loss_weights: Any = None,
        metrics: Any = "auto",
        weighted_metrics: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Compiles the model; `"auto"` stands for this head's default, as in keras-hub.

        The order of the arguments is that of `keras.Model.compile`.

        Args:
            optimizer: a Keras optimizer, its name, or `"auto"`.
            loss: a loss, its name, or `"auto"`. A cross-entropy by name is that of logits, which the heads give.
            loss_weights: as for `keras.Model.compile`; None beside the loss `"auto"` stands for this head's default.
            metrics: a list of metrics, or `"auto"`.
            weighted_metrics: as for `keras.Model.compile`.
            *args: as for `keras.Model.compile`: `run_eagerly`, `steps_per_execution`, `jit_compile`, `auto_scale_loss`.
            **kwargs: the same by name.
        """
        loss, metrics, weighted_metrics = self.compile_arguments(loss, metrics, weighted_metrics)
        if isinstance(metrics, (str, keras.metrics.Metric)) and not _is_auto(metrics):
            metrics = [metrics]
        if _is_auto(loss) and loss_weights is None:
            loss_weights = self.default_loss_weights()
        self.loss_weights = loss_weights
        if metrics is None and weighted_metrics is None:
            metrics = []  # Keras would keep those that the model came with
        super().compile(
            self.default_optimizer() if _is_auto(optimizer) else optimizer,
            self.default_loss() if _is_auto(loss) else loss_of_logits(loss),
            loss_weights,
            self.default_metrics() if _is_auto(metrics) else metrics,
            weighted_metrics,
            *args,
            **kwargs,
        )

    def compile_arguments(self, loss: Any, metrics: Any, weighted_metrics: Any) -> tuple:
        """Returns loss, metrics and weighted metrics as `compile` is to take them: what a head makes of those given."""
        return loss, metrics, weighted_metrics

    def compile_from_config(self, config: dict) -> None:
        """Compiles a loaded model as it was saved, with its optimizer's state ready to be loaded."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    # A head that does not read the pooler leaves it untrained: no gradient reaches it, and a decay should not.

    @property
    def trainable_variables(self) -> list:
        """What training changes, dropout's seeds included; without a pooler that the head does not use."""
        return [v for v in super().trainable_variables if not self._is_idle(v)]

    @property
    def trainable_weights(self) -> list:
        """What training changes; without a pooler that the head does not use."""
        return [v for v in super().trainable_weights if not self._is_idle(v)]

    @property
    def non_trainable_variables(self) -> list:
        """What training leaves as it is, dropout's seeds included."""
        idle = [v for v in super().trainable_variables if self._is_idle(v)]
        return super().non_trainable_variables + idle

    @property
    def non_trainable_weights(self) -> list:
        """What training leaves as it is."""
        return super().non_trainable_weights + [
            v for v in super().trainable_weights if self._is_idle(v)
        ]

    def _is_idle(self, variable) -> bool:
        return not self.uses_pooler() and variable.path.startswith(POOLER_PREFIX)

    # === Saving ===

    def export(
        self,
        filepath: str | Path,
        format: str = "tf_saved_model",
        verbose: Any = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Exports as `keras.Model.export` does, also a model that was never called: its inputs are known.

        `albert_tf.export` writes files that take raw text (`export_saved_model`), or answer on a device
        (`export_tflite`).

        Args:
            filepath: where to.
            format: as in Keras.
            verbose: as in Keras.
            input_signature: default: a dict of the int32 inputs, of any batch and length.
            **kwargs: as in Keras.
        """
        if input_signature is None:
            shape = (None,) * self.input_rank
            spec = {n: keras.InputSpec(shape=shape, dtype="int32", name=n) for n in BACKBONE_INPUTS}
            input_signature = [spec]
        super().export(filepath, format, verbose, input_signature, **kwargs)

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        return {
            "backbone": keras.saving.serialize_keras_object(self.backbone),
            "preprocessor": keras.saving.serialize_keras_object(self.preprocessor),
            "name": self.name,
            "trainable": self.trainable,
            **self.head_config(),
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Self:
        """Builds a model from what `get_config` returned."""
        config = renamed_class_names(config)
        for name in ("backbone", "preprocessor"):
            config[name] = keras.saving.deserialize_keras_object(
                config[name], custom_objects=custom_objects
            )
        return cls(**config)

    def to_checkpoint(self) -> Checkpoint:
        """Returns the model as a `Checkpoint`, with the tokenizer of its preprocessor."""
        checkpoint = super().to_checkpoint()
        if self.training_record is not None:
            checkpoint.extra["training"] = dict(self.training_record)
        if self.preprocessor is not None:
            self.preprocessor.describe(checkpoint)
        return checkpoint

    @classmethod
    def class_for(cls, checkpoint: Checkpoint) -> type:
        """Returns the class of the model that `from_preset` builds: this one, or of a base class that of the head.

        Raises:
            CheckpointError: when a base class cannot tell, since the checkpoint has no head, or another kind of head.
        """
        # They import this module; and nothing is registered by importing something.
        from albert_tf.models.by_head import class_within

        return cls if hasattr(cls, "head") else class_within(cls, checkpoint)

    @classmethod
    def _build_for(cls, checkpoint, config, kwargs):
        kwargs = dict(kwargs)
        backbone_arguments = {
            k: kwargs.pop(k) for k in ("remat", "dtype", "return_all_layers") if k in kwargs
        }
        known = constructor_arguments(cls)
        if "class_names" in known and OLD_NAME in kwargs:
            names = with_old_name(kwargs.get("class_names"), kwargs, stacklevel=5)
            kwargs["class_names"] = names
        carried = checkpoint.head_config if checkpoint.head == cls.head else {}
        arguments = {**{k: v for k, v in carried.items() if k in known}, **kwargs}
        if kwargs.get("class_names") is not None and kwargs.get("num_classes") is None:
            arguments["num_classes"] = len(listed_names(kwargs["class_names"]))
        if "pooling" in known and "pooling" in checkpoint.extra:
            arguments.setdefault("pooling", checkpoint.extra["pooling"])
        unless_given = constructor_defaults(cls)
        same_head = checkpoint.head == cls.head and all(
            arguments.get(k, unless_given[k]) == carried.get(k, unless_given[k])
            for k in cls.shape_arguments()
        )
        if not same_head and "class_names" not in kwargs:
            arguments.pop("class_names", None)
        reader = cls.preprocessor_cls
        names = ("sequence_length", "truncate") if reader is None else reader.setting_names()
        settings = {k: arguments.pop(k) for k in names if k in arguments}
        if "preprocessor" not in arguments and reader is not None:
            arguments["preprocessor"] = reader.from_checkpoint(checkpoint, **settings)
        elif settings:
            _refuse_settings(cls, settings)
        if arguments.get("early_exit"):
            backbone_arguments["return_all_layers"] = True
        backbone = AlbertBackbone(config, **backbone_arguments)
        model = cls(backbone, **arguments)
        if same_head:
            model.training_record = checkpoint.extra.get("training")
        return model, same_head

    @classmethod
    def shape_arguments(cls) -> tuple[str, ...]:
        """Names of the head arguments that decide the shapes of its weights."""
        return ()


def _refuse_unknown(cls, arguments):
    known = constructor_arguments(cls)
    for name in sorted(arguments.keys() - KERAS_ARGUMENTS):
        near = difflib.get_close_matches(OTHER_ARGUMENTS.get(name, name), known, 1)
        mend = f": did you mean {near[0]}?" if near else f"; it takes {', '.join(sorted(known))}"
        raise ConfigError(f"{cls.__name__} takes no argument {name!r}{mend}")


def _check_preprocessor(cls, preprocessor, config):
    expected = cls.preprocessor_cls
    if expected is not None and not isinstance(preprocessor, expected):
        raise ConfigError(
            f"{cls.__name__} got a preprocessor of type {type(preprocessor).__name__}; expected an {expected.__name__}"
        )
    length, positions = preprocessor.sequence_length, config.max_position_embeddings
    if length > positions:
        raise ConfigError(
            f"the preprocessor's sequence_length is {length}, the model has {positions} positions "
            f"(max_position_embeddings); set sequence_length to at most {positions}"
        )
    pieces = preprocessor.tokenizer.vocab_size
    if pieces > config.vocab_size:
        raise ConfigError(
            f"the tokenizer has {pieces} pieces, the model's vocab_size is {config.vocab_size}; "
            "they do not belong together"
        )


def _refuse_settings(cls, settings):
    name = next(iter(settings))
    reason = (
        f"{cls.__name__} takes token ids: pack the texts with max_length"
        if cls.preprocessor_cls is None
        else f"a preprocessor was given: set its {name}"
    )
    raise ConfigError(f"{name} is {settings[name]!r}, but {reason}")


def _is_auto(value) -> bool:
    return isinstance(value, str) and value == "auto"
