"""Names for what comes in many forms, in annotations; neither Keras nor TensorFlow say what type their objects are."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

Tensor: TypeAlias = Any
"""A tensor of the Keras backend, or an array."""

Texts: TypeAlias = Iterable[Any]
"""A flat sequence of `str`, a tuple `(texts, pairs)` of two, or rows `[text, pair]`; see `texts_and_pairs`."""

Data: TypeAlias = Any
"""What `fit` takes for `x`: `Texts`, a dict of inputs, or batches of either."""

Targets: TypeAlias = Any
"""What `fit` takes for `y`: an array or a sequence, one row for each text."""

if TYPE_CHECKING:
    ModelMixin: Any
else:
    ModelMixin = object
"""Base of what is mixed into a `keras.Model`: it calls methods of that model, which a type checker cannot see."""
