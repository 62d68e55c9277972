"""The arguments that name a table's columns, and the loading of models, for several commands."""

from pathlib import Path

from albert_tf.errors import CheckpointError


def add_column_arguments(parser) -> None:
    """Adds the arguments that say which column holds what."""
    group = parser.add_argument_group(
        "columns (a header's name, or a number from 1; default: guessed)"
    )
    group.add_argument("--text", metavar="COLUMN", help="the text")
    group.add_argument("--pair", metavar="COLUMN", help="the second text of a pair")
    group.add_argument("--label", metavar="COLUMN", help="the label, a word or a number")


def read_columns(args, path, **options):
    """Reads a table with the columns that the arguments name."""
    from albert_tf.tasks import read_table

    return read_table(
        path, text_column=args.text, pair_column=args.pair, label_column=args.label, **options
    )


def is_tflite(model: str) -> bool:
    """Whether a MODEL argument names a TFLite file."""
    return Path(model).suffix == ".tflite"


def load_model(preset: str):
    """Loads the model of a preset, of whatever head it carries, with its preprocessor if it has a tokenizer."""
    import albert_tf
    from albert_tf.models import AlbertTask
    from albert_tf.weights import read_checkpoint

    checkpoint = read_checkpoint(preset)
    classes = {
        c.head: c
        for c in vars(albert_tf).values()
        if isinstance(c, type) and issubclass(c, AlbertTask)
    }
    model_class = classes.get(checkpoint.head, albert_tf.AlbertBackbone)
    return model_class.from_checkpoint(checkpoint)


def load_text_model(preset: str):
    """Loads the classifier or regressor of a preset, ready for raw text.

    Raises:
        CheckpointError: when the preset carries another head, or no tokenizer.
    """
    model = load_model(preset)
    if model.head not in ("text_classifier", "text_regressor"):
        raise CheckpointError(
            f"{preset} holds a {model.head or 'backbone without a head'}; expected a text classifier or "
            "regressor: fine-tune it first (albert-tf finetune DATA --preset ...)"
        )
    if model.preprocessor is None:
        raise CheckpointError(
            f"{preset} carries no tokenizer, so it cannot read text; put its SentencePiece model beside it"
        )
    return model
