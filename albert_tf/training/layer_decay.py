"""`LayerDecaySchedule`: learning rates by depth, and gradients weighted by application."""

import contextlib
import math
from typing import Any

import keras
from keras import ops

from albert_tf.errors import ConfigError
from albert_tf.training.depth import find_encoder, multipliers_by_depth, place_variables
from albert_tf.training.scaled_updates import replaced, scaled_updates


class LayerDecaySchedule(keras.callbacks.Callback):
    """Layer-wise learning-rate decay for shared layers: a learning rate for each depth.

    With `G` groups in the encoder, `r = layer_decay_rate` and `s = scale_embedding`, the learning
    rate is multiplied by

    - 1 for the head: everything above the encoder, the pooler included;
    - `r ** (G - 1 - g)` for group `g` of the encoder, so the top group has 1;
    - `s * r ** G` for the embeddings and their projection;
    - 1 for the table of the learned attention bias θ, whose parameters are new and read by every
      layer.

    The multiplier reaches the update of the optimizer and its decoupled weight decay, not the
    gradient: under Adam or LAMB a scaled gradient gives nearly the same update. It composes with
    any learning-rate schedule, any Keras optimizer (with `LossScaleOptimizer` and gradient
    accumulation too), and any Keras model around an `AlbertBackbone`, on the TensorFlow and the JAX
    backend. `fit` without the callback is not affected by an earlier one with it.

    ALBERT has one group (`G = 1`), so all its layers share one depth: the encoder has 1 and the
    embeddings `s * r`. For that case there is `application_decay_rate`, `a`: application
    `k = 1..L` of the encoder sends its gradient into the shared weights with weight `a ** (L - k)`.
    This changes the mixture of the applications in the gradient, which Adam does not cancel; the
    forward pass stays as it is. Both rules may be used together: the second shapes the gradient,
    the first the update.

    Args:
        layer_decay_rate: `r`, above 0 and at most 1; 1 treats all groups alike.
        scale_embedding: `s`, at least 0; 0 freezes the embeddings.
        application_decay_rate: `a`, above 0 and at most 1; 1 weights all applications alike.
        multipliers: own multipliers by the beginning of the variable's path (whole parts of it),
            e.g. `{"encoder/adapter": 1.0}`; they win over the rule, the longest first. A
            researcher's own layer inside the encoder, or below it, needs one.

    Attributes:
        multipliers: the multiplier at each depth, bottom to top, e.g. `{"embeddings": 0.8,
            "encoder/group_0": 1.0, "head": 1.0}`; empty before training begins.
        application_weights: the weight of each application's gradient, first to last; empty when
            all are 1.

    At the end of each epoch the logs gain `learning_rate`, and `learning_rate/<depth>` for each
    depth.

    Raises:
        ConfigError: when an argument is out of range; when training begins, for a variable whose
            depth is not known (naming it) and for a prefix that matches none.

    Example:
    ```python
    from albert_tf import LayerDecaySchedule

    schedule = LayerDecaySchedule(layer_decay_rate=0.8, scale_embedding=0.5)
    # classifier.fit(texts, labels, callbacks=[schedule])
    ```
    """

    def __init__(
        self,
        layer_decay_rate: float = 1.0,
        scale_embedding: float = 1.0,
        *,
        application_decay_rate: float = 1.0,
        multipliers: dict[str, float] | None = None,
    ):
        super().__init__()
        _check_rate("layer_decay_rate", layer_decay_rate)
        _check_rate("application_decay_rate", application_decay_rate)
        _check_multiplier("scale_embedding", scale_embedding)
        for prefix, multiplier in (multipliers or {}).items():
            _check_multiplier(f"multipliers[{prefix!r}]", multiplier)
        self.layer_decay_rate = layer_decay_rate
        self.scale_embedding = scale_embedding
        self.application_decay_rate = application_decay_rate
        self.own_multipliers = dict(multipliers or {})
        self.multipliers: dict[str, float] = {}
        self.application_weights: list[float] = []
        self._multiplier_of: dict[str, float] = {}
        self._restore = contextlib.ExitStack()

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Takes hold of the model's training step."""
        model = self.model
        if "make_train_function" in vars(model):
            raise ConfigError(
                "fit got two LayerDecaySchedules; give all rates to one of them, and pass only that"
            )
        self._multiplier_of = {}
        self._encoder = find_encoder(model)
        self._weigh_applications(self._encoder)
        if model.built:  # otherwise when the first step has built it
            self.place(model)
        self._take_hold(model)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Adds the learning rates to the logs."""
        if logs is not None:
            logs["learning_rate"] = current_learning_rate(self.model.optimizer)
            logs.update({f"learning_rate/{d}": rate for d, rate in self.learning_rates().items()})

    def on_train_end(self, logs: dict | None = None) -> None:
        """Leaves the model as it was."""
        self._restore.close()

    def learning_rates(self) -> dict[str, float]:
        """Returns the present learning rate at each depth, bottom to top."""
        rate = current_learning_rate(self.model.optimizer)
        return {depth: rate * multiplier for depth, multiplier in self.multipliers.items()}

    def place(self, model: Any) -> dict[str, float]:
        """Returns the multiplier at each depth of a compiled model, as training will have them.

        Raises:
            ConfigError: as when training begins.
        """
        self._weigh_applications(find_encoder(model))
        placed = place_variables(
            model, self.layer_decay_rate, self.scale_embedding, self.own_multipliers
        )
        self.multipliers = multipliers_by_depth(placed)
        key = model.optimizer._var_key
        self._multiplier_of = {key(p.variable): p.multiplier for p in placed}
        return self.multipliers

    def _weigh_applications(self, encoder):
        layers, rate = encoder.config.num_hidden_layers, self.application_decay_rate
        weights = [rate ** (layers - k) for k in range(1, layers + 1)]
        self.application_weights = [] if rate == 1.0 else weights

    # === How it reaches the update ===

    def _multiplier(self, key):
        if key not in self._multiplier_of:
            self.place(self._model)
        return self._multiplier_of[key]

    def _take_hold(self, model):
        """Scales updates and gradients in the model's training steps, and never outside of them.

        A training step is traced once and then runs as a graph, so it is made anew here, and again
        when this callback lets go. `fit` that was interrupted never comes to `on_train_end`; its
        successor asks for a training function first of all, and then this callback lets go.
        """
        train_step = model.train_step

        def own_train_step(*args):
            return train_step(*args)

        def make_train_function(force=False):
            self._restore.close()
            return model.make_train_function(force=force)

        # JAX would find the trace of an earlier `fit` again under the same bound method.
        self._restore.enter_context(replaced(model, train_step=own_train_step))
        model.make_train_function(force=True)
        train_function = model.train_function

        def scaled_train_function(*args):
            with scaled_updates(model.optimizer, self._multiplier), self._weighted_applications():
                return train_function(*args)

        model.train_function = scaled_train_function
        self._restore.callback(setattr, model, "train_function", None)
        self._restore.enter_context(replaced(model, make_train_function=make_train_function))

    @contextlib.contextmanager
    def _weighted_applications(self):
        encoder = self._encoder
        earlier = encoder.gradient_scales
        if self.application_weights:
            encoder.gradient_scales = self.application_weights
        try:
            yield
        finally:
            encoder.gradient_scales = earlier


def current_learning_rate(optimizer) -> float:
    """Returns the learning rate of an optimizer's next step, whatever schedule it has."""
    return float(ops.convert_to_numpy(optimizer.learning_rate))


def _check_rate(name, rate):
    if not 0.0 < rate <= 1.0:
        raise ConfigError(
            f"{name} is {rate}; expected above 0 and at most 1, e.g. 0.8 (1 switches it off)"
        )


def _check_multiplier(name, value):
    if not 0.0 <= value < math.inf:
        raise ConfigError(f"{name} is {value}; expected a number that is at least 0")
