"""The random ALBERT classifier that all files hold.

Every weight is random, biases and LayerNorm included: with the zeros and ones of a fresh model, converters leave out
additions and multiplications that a trained model needs.
"""

import numpy as np


def make_model(size: str, layers: int | None = None, early_exit: bool = False):
    """Returns a classifier of two classes with random weights, the same for the same arguments."""
    import keras

    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier

    changes = {} if layers is None else {"num_hidden_layers": layers}
    keras.utils.set_random_seed(0)
    backbone = AlbertBackbone(AlbertConfig.named(size, **changes), return_all_layers=early_exit)
    model = AlbertTextClassifier(backbone, early_exit=early_exit)
    random = np.random.default_rng(0)
    for variable in model.weights:
        if variable.path.endswith("gamma"):
            variable.assign(1.0 + 0.1 * random.standard_normal(variable.shape))
        elif variable.path.endswith(("bias", "beta")):
            variable.assign(0.02 * random.standard_normal(variable.shape))
    return model
