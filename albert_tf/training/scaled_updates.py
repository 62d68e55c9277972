"""Learning rates that differ by variable, in any Keras optimizer, while a block lasts."""

import contextlib
from collections.abc import Callable


@contextlib.contextmanager
def scaled_updates(optimizer, multiplier_of: Callable):
    """Multiplies the learning rate of each variable, in its update and in decoupled weight decay.

    Scaling gradients instead would nearly cancel under Adam and LAMB, whose updates do not depend
    on the size of the gradients. Outside the block the optimizer is untouched.

    Args:
        optimizer: a `keras.optimizers.Optimizer`; of a `LossScaleOptimizer`, the inner one is
            scaled.
        multiplier_of: takes the optimizer's key of a variable (`optimizer._var_key`) and returns
            its multiplier.
    """
    while hasattr(optimizer, "inner_optimizer"):
        optimizer = optimizer.inner_optimizer
    update_step = optimizer.update_step
    apply_weight_decay = optimizer._apply_weight_decay
    current_learning_rate = optimizer._get_current_learning_rate

    def scaled_update_step(gradient, variable, learning_rate):
        multiplier = multiplier_of(optimizer._var_key(variable))
        # A multiplier of 1 leaves the graph as it would be without this block.
        rate = learning_rate if multiplier == 1.0 else learning_rate * multiplier
        return update_step(gradient, variable, rate)

    def scaled_weight_decay(variables):
        by_multiplier = {}
        for variable in variables:
            multiplier = multiplier_of(optimizer._var_key(variable))
            by_multiplier.setdefault(multiplier, []).append(variable)
        for multiplier, group in by_multiplier.items():
            # Optimizers decay in their own ways, but all of them by their learning rate.
            scaled_rate = _scaled(current_learning_rate, multiplier)
            with replaced(optimizer, _get_current_learning_rate=scaled_rate):
                apply_weight_decay(group)

    with replaced(
        optimizer, update_step=scaled_update_step, _apply_weight_decay=scaled_weight_decay
    ):
        yield


def _scaled(learning_rate, multiplier):
    return learning_rate if multiplier == 1.0 else lambda: learning_rate() * multiplier


@contextlib.contextmanager
def replaced(instance, **methods):
    """Replaces methods of one instance for as long as the block lasts."""
    attributes = vars(
        instance
    )  # written to directly: Keras would track what is set as an attribute
    earlier = {name: attributes[name] for name in methods if name in attributes}
    attributes.update(methods)
    try:
        yield
    finally:
        for name in methods:
            attributes.pop(name, None)
        attributes.update(earlier)
