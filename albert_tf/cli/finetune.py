"""Fine-tune an ALBERT on a table of labelled texts, and report how good it is.

DATA is a csv, tsv, jsonl or json file (also .gz), or an export of Prodigy, Label Studio or doccano. Columns, encoding
and header are found out, and said. Labels are words or numbers, or a column of 0 and 1 for each (--label repeated).
Without --validation, a stratified tenth of DATA is held out. The run's folder receives training.jsonl, checkpoints, the
model (model/), and a report (report.md, with plots) that sets the model beside two baselines on the same texts: the
majority class, and TF-IDF with logistic regression.

Training starts from albert_small_en, a small English ALBERT that comes with the package; --preset names another
checkpoint, --size random weights.

  albert-tf finetune reviews.csv
  albert-tf finetune train.tsv --validation dev.tsv --text sentence --label label --preset presets/albert_base
  albert-tf finetune --resume runs/reviews
"""

import argparse
from pathlib import Path

from albert_tf.cli import recipe_arguments, run_folder
from albert_tf.cli.console import command_line, note, progress_style, say
from albert_tf.cli.data_arguments import add_table_arguments, read_labelled
from albert_tf.cli.quality import report_quality, training_record
from albert_tf.cli.recipe_arguments import add_recipe_arguments
from albert_tf.cli.run_folder import check_folder, restore_arguments, save_arguments
from albert_tf.cli.streams import progress_on_stdout
from albert_tf.errors import CheckpointError, ConfigError, DataError

NAME = "finetune"
HELP = "fine-tune on a table of labelled texts"
BUNDLED = "albert_small_en"
RECIPE_FIELDS = {
    "epochs": (int, "passes over the training texts"),
    "batch_size": (int, "texts in a step"),
    "learning_rate": (float, "peak learning rate"),
    "optimizer": (str, "adamw, lamb (ALBERT's own) or sgd"),
    "layer_decay_rate": (float, "multiplies the learning rate once for each group below the top"),
    "scale_embedding": (float, "multiplies the learning rate of the embeddings once more"),
    "application_decay_rate": (
        float,
        "weight of the shared block's gradient, by depth of application",
    ),
    "weight_decay": (float, "decoupled weight decay"),
    "warmup_ratio": (float, "share of the steps in which the learning rate rises"),
    "decay": (str, "how it falls afterwards: linear, cosine or constant"),
    "head_start": (str, "'linear' fits the output layer first, 'random' does not"),
    "weight_bits": (int, "train for weights of so many bits: 4 before an export to int4"),
    "early_stopping_patience": (int, "stop after so many epochs without improvement"),
    "monitor": (
        str,
        "which number of the validation texts decides which epoch is kept, such as loss or macro_f1; of equal epochs "
        "the lower loss (default: accuracy, or macro F1 where the classes are very unequal; Pearson correlation for "
        "values, micro F1 for several labels)",
    ),
    "class_weights": (str, "'balanced' weighs rare classes up"),
    "accumulation_steps": (int, "batches that make one update"),
    "seed": (int, "of everything that is random"),
}


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf finetune`."""
    parser.add_argument("data", nargs="?", metavar="DATA", help="csv, tsv, jsonl or json, also .gz")
    parser.add_argument("--validation", metavar="FILE", help="texts to validate on")
    parser.add_argument(
        "--validation-share",
        type=float,
        default=0.1,
        metavar="X",
        help="share of DATA to hold out when there is no --validation (default: %(default)s)",
    )
    parser.add_argument(
        "--output", metavar="DIR", help="the run's folder (default: runs/<DATA's name>)"
    )
    parser.add_argument("--resume", metavar="DIR", help="continue the interrupted run in DIR")
    add_table_arguments(parser)
    parser.add_argument(
        "--task",
        choices=("classification", "regression", "multi_label"),
        help="default: classification, or multi_label where labels are lists or --label is repeated",
    )
    add_model_arguments(parser.add_argument_group("model"))
    group = parser.add_argument_group("recipe, and what to change in it")
    group.add_argument(
        "--recipe",
        metavar="NAME",
        help="albert_small_en, default, from-scratch, small-data or demo, or a JSON file (default: albert_small_en for "
        "that preset, default for any other, from-scratch for random weights)",
    )
    add_recipe_arguments(group, RECIPE_FIELDS)
    group.add_argument(
        "--tensorboard", action="store_true", default=None, help="write TensorBoard logs too"
    )
    parser.add_argument("--no-baselines", action="store_true", help="leave the two baselines out")


def default_arguments(*given: str) -> argparse.Namespace:
    """Returns the arguments of `albert-tf finetune` followed by those given."""
    return run_folder.default_arguments(add_arguments, *given)


def add_model_arguments(group) -> None:
    """Adds the arguments that say which model to start from."""
    start = group.add_mutually_exclusive_group()
    start.add_argument(
        "--preset",
        metavar="P",
        help=f"a preset or checkpoint folder, or hf://owner/name (default: {BUNDLED}, which comes with the package; "
        "random weights with --tokenizer or --cased)",
    )
    start.add_argument(
        "--size",
        help="start from random weights of a size: tiny, small, base, large, xlarge or xxlarge",
    )
    group.add_argument(
        "--tokenizer", metavar="FILE", help="SentencePiece model, where the preset has none"
    )
    group.add_argument(
        "--cased", action="store_true", help="the tokenizer keeps capitals and accents"
    )
    group.add_argument(
        "--sequence-length",
        type=int,
        default=128,
        metavar="N",
        help="longest text in tokens; longer ones are cut (default: %(default)s)",
    )
    group.add_argument("--mixed-bfloat16", action="store_true", help="compute in bfloat16")
    group.add_argument(
        "--remat", action="store_true", help="less memory for long texts, a third more compute"
    )
    group.add_argument(
        "--attention-bias", action="store_true", help="add the learned attention bias"
    )
    group.add_argument(
        "--early-exit",
        action="store_true",
        help="train an output layer after every layer, so that easy texts need only the first few once exported",
    )


def run(args) -> None:
    """Runs `albert-tf finetune`."""
    if args.resume:
        args = restore_arguments(args, default_arguments())
    elif args.data is None:
        raise DataError(
            "there is no DATA; expected a csv, tsv, jsonl or json file of labelled texts"
        )
    run_dir = Path(args.output or Path("runs") / Path(args.data).name.split(".")[0])
    if not args.resume:
        check_folder(run_dir)
        choose_start(args)
    recipe = build_recipe(args)
    train, validation = load_tables(args)
    fine_tune_tables(args, train, validation, recipe, run_dir)
    say(f"\nnext:  {command_line('export', run_dir / 'model', f'{run_dir.name}.tflite')}")


def choose_start(args) -> None:
    """Sets the preset to the bundled one, unless the arguments name a start or a tokenizer of their own."""
    if not (args.preset or args.size or args.tokenizer or args.cased):
        args.preset = BUNDLED


def fine_tune_tables(args, train, validation, recipe, run_dir: Path):
    """Fine-tunes, saves and reports; returns `(model, metrics)` of the validation texts.

    Args:
        args: the arguments of `add_arguments`, which are kept in the run's folder for `--resume`.
        train: a `TextTable`.
        validation: a `TextTable`.
        recipe: a `FineTuningRecipe`.
        run_dir: the run's folder.
    """
    from albert_tf.random_state import seeded
    from albert_tf.tasks import LabelSet, encode_targets
    from albert_tf.training import TrainingInterrupted, fine_tune

    labels = None if train.task == "regression" else LabelSet.from_table(train)
    targets = [encode_targets(part, labels) for part in (train, validation)]
    with seeded(recipe.seed):
        model = build_model(args, train.task, labels)
    _describe(model, train, validation)
    if not args.resume:
        save_arguments(args, run_dir)
    try:
        with progress_on_stdout():
            result = fine_tune(
                model,
                (train.inputs, targets[0]),
                (validation.inputs, targets[1]),
                recipe=recipe,
                run_dir=run_dir,
                resume=bool(args.resume),
                verbose=progress_style(),
            )
    except TrainingInterrupted as stop:
        raise KeyboardInterrupt(
            f"{stop}; continue with: {command_line('finetune', '--resume', run_dir)}"
        ) from stop
    except ConfigError as error:
        raise ConfigError(_in_options(str(error))) from error
    result.notes = [_in_options(line) for line in result.notes]
    for line in result.notes:
        note(line)
    say(result.kept)
    try:
        model.save_to_preset(run_dir / "model")
        metrics, baselines = report_quality(
            args, model, labels, train, validation, targets[1], recipe, result, run_dir
        )
        model.training_record = training_record(
            args, train, validation, result, {"this model": metrics, **baselines}
        )
        model.save_to_preset(run_dir / "model")
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "stopped after the training, before the report was written; checkpoint: "
            f"{result.last_checkpoint}; finish with: {command_line('finetune', '--resume', run_dir)}"
        ) from None
    return model, metrics


def _in_options(message):
    from albert_tf.training import FineTuningRecipe

    return recipe_arguments.in_options(message, FineTuningRecipe, RECIPE_FIELDS)


def load_tables(args):
    """Returns the training and the validation table that the arguments name."""
    from albert_tf.tasks import check_labels, check_overlap, split_table

    train = read_labelled(args, args.data, task=args.task)
    checks = check_labels(train)
    if args.validation:
        validation = read_labelled(args, args.validation, task=train.task)
        notes = [*train.notes, *checks, *validation.notes]
    else:
        split = split_table(train, args.validation_share, seed=args.seed or 0)
        notes = [*train.notes, *checks, *split.notes]
        train, validation = split.train, split.validation
    overlap = check_overlap(train, validation)
    for line in dict.fromkeys([*notes, *([overlap] if overlap else [])]):
        note(line)
    return train, validation


def build_recipe(args):
    """Returns the recipe with what the arguments override."""
    from albert_tf.training import FineTuningRecipe

    default = {None: "from-scratch", BUNDLED: BUNDLED}.get(args.preset, "default")
    return recipe_arguments.build_recipe(
        FineTuningRecipe, args, (*RECIPE_FIELDS, "tensorboard"), default
    )


def build_model(args, task, labels):
    """Returns the model to fine-tune: from a preset, or of a named size with random weights."""
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTextRegressor
    from albert_tf.weights import Checkpoint, read_checkpoint

    if args.preset:
        checkpoint = read_checkpoint(args.preset)
    else:
        size = args.size or "tiny"
        config = AlbertConfig.named(size)
        checkpoint = AlbertBackbone(config).to_checkpoint()
        checkpoint = Checkpoint(config, checkpoint.arrays, source=f"a new ALBERT {size}")
    config = checkpoint.config
    if args.attention_bias:
        config = config.replace(use_relative_attention_bias=True)
    options = {
        "preprocessor": _build_preprocessor(args, checkpoint),
        "dtype": "mixed_bfloat16" if args.mixed_bfloat16 else None,
        "remat": args.remat,
        "early_exit": args.early_exit,
    }
    if labels is None:
        return AlbertTextRegressor.from_checkpoint(checkpoint, config, **options)
    return AlbertTextClassifier.from_checkpoint(
        checkpoint,
        config,
        num_classes=len(labels),
        class_names=list(labels.names),
        multi_label=task == "multi_label",
        **options,
    )


def _build_preprocessor(args, checkpoint):
    from albert_tf import AlbertTokenizer
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    cased = {"lowercase": not args.cased, "strip_accents": not args.cased}
    if args.tokenizer:
        tokenizer = AlbertTokenizer(args.tokenizer, **cased)
    elif args.preset:
        found = AlbertTextClassifierPreprocessor.from_checkpoint(checkpoint)
        if found is None:
            raise CheckpointError(
                f"{args.preset} carries no tokenizer; name its SentencePiece model with --tokenizer FILE"
            )
        tokenizer = found.tokenizer
    else:
        tokenizer = AlbertTokenizer(**cased)
    return AlbertTextClassifierPreprocessor(tokenizer, sequence_length=args.sequence_length)


def _describe(model, train, validation):
    config = model.config
    say(
        f"{len(train):,} training and {len(validation):,} validation texts; {type(model).__name__}, "
        f"{model.count_params():,} parameters, {config.num_hidden_layers} layers of "
        f"{config.num_hidden_groups} group{'s' * (config.num_hidden_groups > 1)}"
    )
