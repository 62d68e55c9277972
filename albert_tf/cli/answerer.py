"""One face for what answers texts: a preset run by Keras, or a TFLite file run by LiteRT."""

import dataclasses
from collections.abc import Callable

import numpy as np

from albert_tf.answers.by_head import decoder_for
from albert_tf.cli.console import note
from albert_tf.cli.data_arguments import read_labelled
from albert_tf.cli.model_arguments import (
    FILLS_MASKS,
    TEXT_HEADS,
    check_number_of_names,
    is_tflite,
    load_answering_model,
    no_answers,
)
from albert_tf.errors import ExportError

SHOWN_CLASSES = 5


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


@dataclasses.dataclass(frozen=True)
class Answerer:
    """A model of any head that answers, in Keras or from a file.

    Args:
        head: its name.
        answer: takes a list for each role of a text, such as questions and contexts, and returns an answer for each.
        task: of a text classifier or regressor `"classification"`, `"multi_label"` or `"regression"`; else None.
        class_names: names of the classes, in the order of the outputs; empty where there are none.
        scores: of a text classifier or regressor gives probabilities `(texts, classes)` or values `(texts,)` of texts
            or `(texts, pairs)`; else None.
    """

    head: str
    answer: Callable[..., list]
    task: str | None
    class_names: list[str]
    scores: Callable[..., np.ndarray] | None


def load_answerer(model: str, class_names: list[str] | None = None) -> Answerer:
    """Loads what a MODEL argument names, of whatever head that gives answers.

    Args:
        model: a preset folder, or a `.tflite` file that this package exported.
        class_names: names for its classes, in the order of its outputs, instead of its own; or None.

    Raises:
        AlbertError: when it cannot be loaded, or gives no answers; or when there is not one name for each class.
    """
    if is_tflite(model):
        return _of_file(model, class_names)
    loaded = load_answering_model(model, class_names)
    if loaded.head not in TEXT_HEADS:
        names = list(getattr(loaded, "class_names", None) or ())
        return Answerer(loaded.head, loaded.answer, None, names, None)
    texts = KerasAnswerer(loaded)
    return Answerer(loaded.head, loaded.answer, texts.task, texts.class_names, texts.scores)


def _of_file(path, class_names) -> Answerer:
    from albert_tf.export import TFLiteRunner

    runner = TFLiteRunner(path)
    if runner.decoder is None or runner.head == FILLS_MASKS:
        raise ExportError(no_answers(path, runner.head))
    names = runner.class_names
    if class_names is not None:
        check_number_of_names(class_names, len(names))
        names = class_names
        runner.decoder = decoder_for(runner.head, {**runner.head_settings, "class_names": names})
    scores = None if runner.task is None else runner.scores
    return Answerer(runner.head, runner, runner.task, names, scores)


class KerasAnswerer:
    """A text classifier or regressor in Keras, as an `Answerer`."""

    def __init__(self, model):
        self.model = model
        if self.model.head == "text_regressor":
            self.task, self.class_names = "regression", []
        else:
            self.task = "multi_label" if self.model.multi_label else "classification"
            self.class_names = list(model.decoder().class_names)

    def scores(self, inputs):
        """Returns probabilities `(texts, classes)`, or values `(texts,)`."""
        from albert_tf.finetuning.text_tasks import answer_scores

        return answer_scores(self.model, inputs)


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
    if answerer.task == "regression":
        return data, None, encode_targets(data, None)
    is_named = getattr(args, "class_names", None) is not None
    known = _spelled_as_in(data, answerer.class_names, is_named)
    return data, LabelSet(answerer.class_names), encode_targets(data, LabelSet(known))


def _spelled_as_in(data, names, is_named):
    """Returns the names of the classes as a table spells them: also by number, as 0 or LABEL_0.

    Numbers count only where the model has nothing else to go by, LABEL_0 and so on, or where its classes were just
    named in their order.
    """
    labels = {
        each for label in data.labels for each in ([label] if isinstance(label, str) else label)
    }
    generic = tuple(f"LABEL_{i}" for i in range(len(names)))
    if labels <= set(names) or not (is_named or tuple(names) == generic):
        return tuple(names)
    for known in (tuple(map(str, range(len(names)))), generic):
        if labels <= set(known):
            pairs = zip(known[:SHOWN_CLASSES], names, strict=False)
            more = ", ..." if len(names) > SHOWN_CLASSES else ""
            note(
                "labels are matched by the number of the class: "
                + ", ".join(f"{number} is {name}" for number, name in pairs)
                + more
            )
            return known
    return tuple(names)


def scores_of(predictions, runner) -> np.ndarray:
    """Returns the probabilities `(texts, classes)` of a `TFLiteRunner`'s predictions, or the values `(texts,)`."""
    if runner.task == "regression":
        return np.array([prediction.value for prediction in predictions])
    return np.array([[p.scores[name] for name in runner.class_names] for p in predictions])
