"""One face for what answers texts: a preset run by Keras, or a TFLite file run by LiteRT."""

import numpy as np

from albert_tf.cli.console import note
from albert_tf.cli.data_arguments import is_tflite, load_text_model, read_labelled
from albert_tf.errors import ExportError


def load_answerer(model: str):
    """Loads what a MODEL argument names.

    Args:
        model: a preset folder, or a `.tflite` file that this package exported.

    Returns:
        An object with `task` (`"classification"`, `"multi_label"` or `"regression"`), `labels`, and
        `scores(inputs)`, which gives probabilities `(texts, classes)` or values `(texts,)` of texts or
        `(texts, pairs)`.

    Raises:
        AlbertError: when it cannot be loaded, or gives no answer to a text.
    """
    return load_runner(model) if is_tflite(model) else KerasAnswerer(load_text_model(model))


def load_runner(path: str):
    """Loads the `TFLiteRunner` of a file, ready for raw text.

    Raises:
        ExportError: when the file cannot be loaded, or gives no answer to a text.
    """
    from albert_tf.export import TFLiteRunner

    runner = TFLiteRunner(path)
    if runner.task is None:
        raise ExportError(
            f"{path} holds a {runner.head or 'backbone without a head'}; expected a text "
            "classifier or regressor: export one (albert-tf export MODEL FILE)"
        )
    return runner


class KerasAnswerer:
    """A text classifier or regressor in Keras; see `load_answerer`."""

    def __init__(self, model):
        self.model = model
        if self.model.head == "text_regressor":
            self.task, self.labels = "regression", []
        else:
            self.task = "multi_label" if self.model.multi_label else "classification"
            self.labels = self.model.labels or [str(i) for i in range(self.model.num_classes)]

    def scores(self, inputs):
        """Returns probabilities `(texts, classes)`, or values `(texts,)`."""
        return answer_scores(self.model, inputs)


def answer_scores(model, inputs):
    """Returns probabilities `(texts, classes)` of a classifier, or values `(texts,)` of a regressor."""
    import keras

    outputs = model.predict(inputs, batch_size=64, verbose=0)
    if model.head == "text_regressor":
        return outputs[:, 0]
    activate = keras.ops.sigmoid if model.multi_label else keras.ops.softmax
    return keras.ops.convert_to_numpy(activate(outputs))


def read_targets(args, path, answerer):
    """Reads labelled texts of an answerer's task, and says what was found out about the table.

    Args:
        args: of `add_table_arguments`.
        path: of the table.
        answerer: of `load_answerer`, or a `KerasAnswerer`.

    Returns:
        The table, the `LabelSet` (None for regression), and the targets.
    """
    from albert_tf.tasks import LabelSet, encode_targets

    data = read_labelled(args, path, task=answerer.task)
    for line in data.notes:
        note(line)
    labels = None if answerer.task == "regression" else LabelSet(answerer.labels)
    return data, labels, encode_targets(data, labels)


def scores_of(predictions, runner) -> np.ndarray:
    """Returns the probabilities `(texts, classes)` of a `TFLiteRunner`'s predictions, or the values `(texts,)`."""
    if runner.task == "regression":
        return np.array([prediction.value for prediction in predictions])
    return np.array([[p.scores[name] for name in runner.labels] for p in predictions])
