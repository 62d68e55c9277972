"""`AlbertTask`: what every model with a head shares."""

import keras
import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import ConfigError
from albert_tf.models.backbone import BACKBONE_INPUTS, AlbertBackbone
from albert_tf.models.preset import POOLER_PREFIX, PresetMixin, constructor_arguments
from albert_tf.models.steps import StepsMixin
from albert_tf.models.summary import SharingSummaryMixin


class AlbertTask(PresetMixin, SharingSummaryMixin, StepsMixin, keras.Model):
    """An `AlbertBackbone`, a head, and optionally a preprocessor that turns raw text into its inputs.

    With a preprocessor, `fit`, `evaluate` and `predict` take raw strings: a list or array of `str`, a tuple
    `(texts, pairs)` of two, or a batched `tf.data.Dataset` of either. Texts of similar length share a batch, which is
    padded to its longest text only; `predict` returns the answers in the order of the texts. A dict of
    `token_ids`, `segment_ids`, `padding_mask` is passed on untouched.

    The model comes compiled with `default_optimizer`, `default_loss` and `default_metrics`; `compile` replaces
    any of them.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: a preprocessor of `albert_tf.preprocessing`, or None for models that take token ids.
        **kwargs: `name`, `dtype`, as for any `keras.Model`.

    Attributes:
        training_record: what the model was trained on and how well it did, a JSON-able dict that travels with presets
            and into the cards of exported files; `albert-tf finetune` fills it. None when nothing was recorded.
    """

    head: str
    preprocessor_cls = None
    """The preprocessor that `from_preset` makes for the model; None for a head that takes token ids only."""

    def __init__(self, backbone: AlbertBackbone, preprocessor=None, **kwargs):
        if not isinstance(backbone, AlbertBackbone):
            raise ConfigError(
                f"{type(self).__name__} got a backbone of type {type(backbone).__name__}; "
                "expected an AlbertBackbone"
            )
        kwargs.setdefault("dtype", backbone.encoder.dtype_policy)
        super().__init__(**kwargs)
        if preprocessor is not None:
            _check_preprocessor(preprocessor, backbone.config)
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.training_record: dict | None = None

    @property
    def config(self) -> AlbertConfig:
        """The backbone's `AlbertConfig`."""
        return self.backbone.config

    def encode(self, inputs: dict, training=None) -> dict:
        """Runs the backbone on its three inputs, leaving aside what only the head reads."""
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

    def default_optimizer(self):
        """Returns the optimizer of an uncompiled model: Adam at 5e-5."""
        return keras.optimizers.Adam(5e-5)

    def default_loss(self):
        """Returns the loss for this head's outputs."""
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def default_metrics(self):
        """Returns the metrics for this head's outputs."""
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def compile(self, optimizer="auto", *, loss="auto", metrics="auto", **kwargs):
        """Compiles the model; `"auto"` stands for this head's default, as in keras-hub.

        Args:
            optimizer: a Keras optimizer, its name, or `"auto"`.
            loss: a loss, or `"auto"`.
            metrics: a list of metrics, or `"auto"`.
            **kwargs: as for `keras.Model.compile`.
        """
        super().compile(
            optimizer=self.default_optimizer() if optimizer == "auto" else optimizer,
            loss=self.default_loss() if _is_auto(loss) else loss,
            metrics=self.default_metrics() if _is_auto(metrics) else metrics,
            **kwargs,
        )

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

    # === Raw text ===

    def fit(
        self,
        x=None,
        y=None,
        batch_size=32,
        *,
        sample_weight=None,
        validation_data=None,
        validation_split=0.0,
        validation_batch_size=None,
        shuffle=True,
        callbacks=None,
        **kwargs,
    ):
        """Trains as `keras.Model.fit` does; `x` and the validation data may be raw text (see the class)."""
        validation = self._validation(validation_data, validation_batch_size, batch_size)
        if not self._takes_text(x):
            return super().fit(
                x,
                y,
                batch_size=None if _is_dataset(x) else batch_size,
                sample_weight=sample_weight,
                validation_split=validation_split,
                shuffle=shuffle,
                callbacks=callbacks,
                **validation,
                **kwargs,
            )
        if validation_split:
            raise ConfigError(
                "validation_split does not go with raw text; split the texts and pass validation_data"
            )
        if _is_dataset(x):
            data = x.map(self.preprocessor)
            return super().fit(data, callbacks=callbacks, shuffle=False, **validation, **kwargs)
        batches = self.preprocessor.batches(
            x,
            y,
            sample_weight,
            batch_size=batch_size,
            order="shuffled" if shuffle else "given",
            seed=int(np.random.randint(2**31)),  # follows keras.utils.set_random_seed
        )
        return super().fit(
            batches.dataset(),
            callbacks=[*(callbacks or ()), batches.callback()],
            shuffle=False,  # the batches are shuffled already
            **validation,
            **kwargs,
        )

    def evaluate(self, x=None, y=None, batch_size=32, *, sample_weight=None, **kwargs):
        """Evaluates as `keras.Model.evaluate` does; `x` may be raw text (see the class)."""
        if not self._takes_text(x):
            batch_size = None if _is_dataset(x) else batch_size
            return super().evaluate(
                x, y, batch_size=batch_size, sample_weight=sample_weight, **kwargs
            )
        data = self._text_dataset(x, y, sample_weight, batch_size=batch_size)
        return super().evaluate(data, **kwargs)

    def predict(self, x, batch_size=32, **kwargs):
        """Predicts as `keras.Model.predict` does; `x` may be raw text (see the class)."""
        if not self._takes_text(x):
            return super().predict(x, batch_size=None if _is_dataset(x) else batch_size, **kwargs)
        if _is_dataset(x):
            return super().predict(x.map(self.preprocessor), **kwargs)
        return self._predict_texts(super().predict, x, batch_size, **kwargs)

    def _predict_texts(self, predict, x, batch_size, **kwargs):
        """Returns the outputs of a `predict`, a Keras model's, for raw texts, in their order."""
        batches = self.preprocessor.batches(x, batch_size=batch_size)
        outputs = predict(batches.dataset(), **kwargs)
        # The batches are sorted by length; this puts the answers back in the order of the texts.
        restored = np.argsort(np.concatenate(batches.plan()))
        return keras.tree.map_structure(lambda rows: rows[restored], outputs)

    def _validation(self, data, own_batch_size, batch_size) -> dict:
        """The validation arguments of `keras.Model.fit`; raw text becomes batches."""
        parts = data if isinstance(data, (tuple, list)) else (data,)
        if data is None or not self._takes_text(parts[0]):
            return {"validation_data": data, "validation_batch_size": own_batch_size}
        batches = self._text_dataset(*parts, batch_size=own_batch_size or batch_size)
        return {"validation_data": batches}

    def _text_dataset(self, x, y=None, sample_weight=None, *, batch_size):
        if _is_dataset(x):
            return x.map(self.preprocessor)
        return self.preprocessor.batches(x, y, sample_weight, batch_size=batch_size).dataset()

    def _takes_text(self, x) -> bool:
        return self.preprocessor is not None and self.preprocessor.takes(x)

    # === Saving ===

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
    def from_config(cls, config: dict, custom_objects=None):
        """Builds a model from what `get_config` returned."""
        config = dict(config)
        for name in ("backbone", "preprocessor"):
            config[name] = keras.saving.deserialize_keras_object(
                config[name], custom_objects=custom_objects
            )
        return cls(**config)

    def to_checkpoint(self):
        """Returns the model as a `Checkpoint`, with the tokenizer of its preprocessor."""
        checkpoint = super().to_checkpoint()
        if self.training_record is not None:
            checkpoint.extra["training"] = dict(self.training_record)
        if self.preprocessor is not None:
            self.preprocessor.describe(checkpoint)
        return checkpoint

    @classmethod
    def _build_for(cls, checkpoint, config, kwargs):
        kwargs = dict(kwargs)
        backbone_arguments = {
            k: kwargs.pop(k) for k in ("remat", "dtype", "return_all_layers") if k in kwargs
        }
        known = constructor_arguments(cls)
        carried = checkpoint.head_config if checkpoint.head == cls.head else {}
        arguments = {**{k: v for k, v in carried.items() if k in known}, **kwargs}
        if "pooling" in known and "pooling" in checkpoint.extra:
            arguments.setdefault("pooling", checkpoint.extra["pooling"])
        same_head = checkpoint.head == cls.head and all(
            arguments.get(k) == carried.get(k) for k in cls.shape_arguments()
        )
        if not same_head and "labels" not in kwargs:
            arguments.pop("labels", None)
        if "preprocessor" not in arguments and cls.preprocessor_cls is not None:
            arguments["preprocessor"] = cls.preprocessor_cls.from_checkpoint(checkpoint)
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


def _check_preprocessor(preprocessor, config):
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


def _is_auto(value) -> bool:
    return isinstance(value, str) and value == "auto"


def _is_dataset(x) -> bool:
    return not isinstance(x, (str, dict, list, tuple, np.ndarray)) and not hasattr(x, "shape")
