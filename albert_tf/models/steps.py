"""The steps of Keras's trainer, for models of which one process trains many."""

from typing import Any

from albert_tf.graph_lifetime import gradients_that_go_with_their_graph
from albert_tf.type_names import ModelMixin


class StepsMixin(ModelMixin):
    """Lets go of what TensorFlow traced for a model when the model goes; the steps are Keras's own."""

    def train_step(self, *args: Any, **kwargs: Any) -> Any:
        """As `keras.Model.train_step`."""
        with gradients_that_go_with_their_graph():
            return super().train_step(*args, **kwargs)

    def test_step(self, *args: Any, **kwargs: Any) -> Any:
        """As `keras.Model.test_step`."""
        with gradients_that_go_with_their_graph():
            return super().test_step(*args, **kwargs)

    def predict_step(self, *args: Any, **kwargs: Any) -> Any:
        """As `keras.Model.predict_step`."""
        with gradients_that_go_with_their_graph():
            return super().predict_step(*args, **kwargs)
