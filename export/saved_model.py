"""`export_saved_model`: raw strings in, answers out, for TensorFlow Serving and `tf.saved_model.load`."""

from pathlib import Path
from typing import Any

from albert_tf.errors import ExportError
from albert_tf.export.lowering import check_backend
from albert_tf.runtime.quiet import quiet

SERVED_HEADS = ("text_classifier", "text_regressor", "text_embedder")


def export_saved_model(model: Any, folder: str | Path) -> Path:
    """Writes a SavedModel that tokenizes, runs the model, and names its answers.

    The tokenizer is in the graph, so a client sends texts. The signature `serving_default` takes `texts`, strings
    `(batch,)`; `pairs` takes `texts` and `pairs`. Outputs, by head:

    - classifier: `label` and `probability` of the best class, strings and float32 `(batch,)`; `classes` and `scores`,
      every class and its probability, `(batch, classes)`, in the order of the model's `class_names`;
    - regressor: `value`, float32 `(batch,)`;
    - embedder: `vectors`, float32 `(batch, hidden_size)`.

    The process that loads it needs TensorFlow Text's operators (`import tensorflow_text`; TensorFlow Serving has them
    built in), and nothing of this package.

    Args:
        model: an `AlbertTextClassifier`, `AlbertTextRegressor` or `AlbertTextEmbedder` with a preprocessor.
        folder: to write, such as `models/spam/1`: TensorFlow Serving wants a number for the version. It must not exist,
            or be empty.

    Returns:
        The folder.

    Raises:
        ExportError: when the model has no preprocessor or another head, the backend is not TensorFlow, or the folder
            cannot be written.

    Example:
    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
    from albert_tf.export import export_saved_model
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    model = AlbertTextClassifier(
        AlbertBackbone(AlbertConfig.named("tiny", num_hidden_layers=2)),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=64),
        class_names=["ham", "spam"],
    )
    export_saved_model(model, "served/spam/1")
    ```
    """
    import tensorflow as tf

    folder = Path(folder)
    _check(model, folder)
    server = _server(model)
    texts, pairs = (tf.TensorSpec((None,), tf.string, name) for name in ("texts", "pairs"))
    signatures = {
        "serving_default": server.answer.get_concrete_function(texts),
        "pairs": server.answer_pairs.get_concrete_function(texts, pairs),
    }
    try:
        with quiet():
            tf.saved_model.save(server, str(folder), signatures)
    except (OSError, tf.errors.OpError) as error:
        raise ExportError(f"cannot write {folder}: {error}; choose another folder") from error
    return folder


def _check(model, folder):
    check_backend("a SavedModel")
    if getattr(model, "head", None) not in SERVED_HEADS:
        raise ExportError(
            f"cannot serve a {type(model).__name__}; expected an AlbertTextClassifier, AlbertTextRegressor or "
            "AlbertTextEmbedder"
        )
    if model.preprocessor is None:
        raise ExportError(
            "the model has no preprocessor, so its SavedModel could not read texts; build it with one"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(f"{folder} is there already; choose another folder, or delete it")


def _server(model):
    """A `tf.Module` around the model; TensorFlow keeps its variables and the tokenizer's tables with it."""
    import tensorflow as tf

    from albert_tf.preprocessing.in_graph import pack_in_graph

    class Server(tf.Module):
        def __init__(self):
            super().__init__(name="albert_server")
            self.model_variables = [variable.value for variable in model.variables]
            self.tokenizer = model.preprocessor.tokenizer.in_graph()

        @tf.function(autograph=False)
        def answer(self, texts):
            return self._answer(texts)

        @tf.function(autograph=False)
        def answer_pairs(self, texts, pairs):
            return self._answer((texts, pairs))

        def _answer(self, x):
            inputs = pack_in_graph(self.tokenizer, x, model.preprocessor)
            return _named(model, model(inputs, training=False))

    return Server()


def _named(model, outputs):
    import tensorflow as tf

    if model.head == "text_embedder":
        return {"vectors": outputs}
    if model.head == "text_regressor":
        return {"value": outputs[:, 0]}
    scores = tf.sigmoid(outputs) if model.multi_label else tf.nn.softmax(outputs)
    names = tf.constant(model.class_names or [str(i) for i in range(model.num_classes)])
    best = tf.argmax(scores, axis=-1)
    return {
        "label": tf.gather(names, best),
        "probability": tf.reduce_max(scores, axis=-1),
        "classes": tf.broadcast_to(names[None], tf.shape(scores)),
        "scores": scores,
    }
