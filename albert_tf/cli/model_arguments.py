"""The MODEL argument of several commands: a preset, with other names for its classes, or a TFLite file."""

import shlex
from pathlib import Path

from albert_tf.errors import CheckpointError, ConfigError

SHOWN_NAMES = 5
FILLS_MASKS = "masked_lm"
"""A head with a command of its own, `albert-tf fill-mask`."""

TEXT_HEADS = ("text_classifier", "text_regressor")


def is_tflite(model: str) -> bool:
    """Whether a MODEL argument names a TFLite file."""
    return Path(model).suffix == ".tflite"


def add_class_names(parser) -> None:
    """Adds the argument that names the classes of a model that calls them LABEL_0, LABEL_1, ..."""
    parser.add_argument(
        "--class-names",
        nargs="+",
        metavar="NAME",
        help="names for the classes of MODEL, in the order of its outputs, as for published classifiers that call "
        "them LABEL_0, LABEL_1, ... (default: the model's own)",
    )


def load_model(preset: str, class_names: list[str] | None = None):
    """Loads the model of a preset, of whatever head it carries, with its preprocessor if it has a tokenizer.

    Args:
        preset: as for `read_checkpoint`.
        class_names: the classes' names instead of the preset's own, or None.

    Raises:
        CheckpointError: when it cannot be read, or there are names for a model without classes.
        ConfigError: when there is not one name for each class.
    """
    from albert_tf.weights import read_checkpoint

    return model_of(read_checkpoint(preset), class_names)


def model_of(checkpoint, class_names: list[str] | None = None):
    """Builds the model of a `Checkpoint`; see `load_model`."""
    from albert_tf.models import model_class

    cls = model_class(checkpoint.head)
    if class_names is None:
        return cls.from_checkpoint(checkpoint)
    number = checkpoint.head_config.get("num_classes")
    if number is None:
        raise CheckpointError(
            f"--class-names are given, but {checkpoint.source} holds a {checkpoint.head or 'backbone'}, which has no "
            "classes; leave them out"
        )
    check_number_of_names(class_names, number)
    return cls.from_checkpoint(checkpoint, class_names=class_names)


def check_number_of_names(class_names: list[str], number: int) -> None:
    """Refuses --class-names of another number than the model has classes."""
    if len(class_names) != number:
        raise ConfigError(
            f"--class-names names {len(class_names)} classes ({', '.join(class_names[:SHOWN_NAMES])}), the model has "
            f"{number}; give one name for each, behind all other arguments"
        )


def no_tokenizer(preset: str) -> str:
    """Says that a preset cannot read text, and what to type."""
    return (
        f"{preset} carries no tokenizer, so it cannot read text; give it one: albert-tf import "
        f"{shlex.quote(str(preset))} NEW_FOLDER --tokenizer FILE, with its .model, vocab.txt or tokenizer.json"
    )


def load_answering_model(preset: str, class_names: list[str] | None = None):
    """Loads the model of a preset, of whatever head that answers raw text.

    Args:
        preset: as for `read_checkpoint`.
        class_names: as for `load_model`.

    Raises:
        CheckpointError: when the preset carries a head that gives no answers, or no tokenizer.
    """
    model = load_model(preset, class_names)
    if not hasattr(model, "answer") or model.head == FILLS_MASKS:
        raise CheckpointError(no_answers(preset, model.head))
    if model.preprocessor is None:
        raise CheckpointError(no_tokenizer(preset))
    return model


def no_answers(model: str, head: str | None) -> str:
    """Says that a model gives no answers, and what to do."""
    if head == FILLS_MASKS:
        return f"{model} fills in masks; use albert-tf fill-mask --model {shlex.quote(model)} TEXT"
    return (
        f"{model} holds a {head or 'backbone without a head'}, which gives no answers; fine-tune it first "
        "(albert-tf finetune DATA --preset ...)"
    )
