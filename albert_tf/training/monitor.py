"""Which number decides which epoch is kept: the main metric of the model's task."""

import dataclasses

import keras
import numpy as np

from albert_tf.models.metrics import MacroF1, MicroF1
from albert_tf.models.task import AlbertTask
from albert_tf.training.best import check_monitor
from albert_tf.training.recipe import FineTuningRecipe

VERY_UNEQUAL = 4.0
"""How many times as many texts the largest class has as the others on average, for macro F1 to decide."""


@dataclasses.dataclass
class Monitor:
    """What is watched in a run.

    Args:
        name: of the number in the logs that decides which epoch is kept.
        metrics: what the model counts for that, beside its head's metrics.
        note: why it is that number, where people would expect another; or None.
    """

    name: str
    metrics: list[keras.metrics.Metric] = dataclasses.field(default_factory=list)
    note: str | None = None


def choose_monitor(model: AlbertTask, validation, recipe: FineTuningRecipe) -> Monitor:
    """Returns what the recipe names as `monitor`, or else the main metric of the model's task.

    That is accuracy for a text classifier, or macro F1 where the classes of the validation texts are
    very unequal: where the largest has more than 4 times as many texts as the others have on average,
    accuracy says little of the others. For a multi-label classifier it is micro F1, for a regressor
    the Pearson correlation, for a token classifier F1 of the entities, or accuracy where its classes
    are no tags, for any other model the loss. Where there are validation data, a bare
    name such as `"accuracy"` means the number of these, `"val_accuracy"`: that of the training texts
    rises with every epoch.

    Args:
        model: a task model.
        validation: the batches of the validation data, with targets `y`; or None.
        recipe: its `monitor` has precedence.

    Raises:
        ConfigError: when the logs of this model will not hold the recipe's `monitor`.
    """
    monitor = Monitor(f"val_{_main_metric(model)}")
    if monitor.name == "val_micro_f1":
        monitor.metrics = [MicroF1()]
    elif _counts_classes(model, recipe):
        monitor.note = None if recipe.monitor else _unequal_classes(model, validation)
        if recipe.monitor or monitor.note:
            monitor = Monitor("val_macro_f1", [MacroF1(model.num_classes)], monitor.note)
    if recipe.monitor is not None:
        monitor.name = recipe.monitor
        _check(model, monitor)
        if validation is not None and not monitor.name.startswith("val_"):
            monitor.name = f"val_{monitor.name}"
    return monitor


def _main_metric(model):
    if model.head == "text_classifier":
        return "micro_f1" if model.multi_label else "accuracy"
    if model.head == "token_classifier":
        return model.default_metrics()[-1].name
    return "pearson" if model.head == "text_regressor" else "loss"


def _counts_classes(model, recipe) -> bool:
    """Whether macro F1 decides, or may decide if the classes are unequal."""
    has_one_class = model.head == "text_classifier" and not model.multi_label
    return has_one_class and recipe.monitor in (None, "val_macro_f1", "macro_f1")


def _unequal_classes(model, validation) -> str | None:
    """Says that accuracy would say little of most classes; None where it does not."""
    targets = None if validation is None else validation.y
    if targets is None or np.size(targets) != len(targets):
        return None
    classes, counts = np.unique(np.reshape(targets, -1), return_counts=True)
    if len(classes) < 2:
        return None
    largest, share = classes[counts.argmax()], counts.max() / counts.sum()
    times = counts.max() / np.mean(np.delete(counts, counts.argmax()))
    if times <= VERY_UNEQUAL:
        return None
    name = model.class_names[int(largest)] if model.class_names else int(largest)
    return (
        f"The classes are very unequal: {name!r} has {100 * share:.0f} % of the validation texts, {times:.1f} times as "
        "many as the others on average. So macro F1, in which every class counts alike, decides which epoch is kept; "
        "FineTuningRecipe.monitor 'val_accuracy' has accuracy decide."
    )


def _check(model, monitor):
    """Says now what would else be found out at the end of the first epoch."""
    metrics = model.default_metrics()
    if isinstance(metrics, list):  # else they are by output, and Keras names them
        names = ["loss", *(metric.name for metric in [*metrics, *monitor.metrics])]
        check_monitor(monitor.name, [*names, *(f"val_{name}" for name in names)])
