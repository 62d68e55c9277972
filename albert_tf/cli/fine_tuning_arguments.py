"""The arguments of commands that fine-tune: what the model starts from, and the recipe."""

BUNDLED = "albert_small_en"
# As in albert_tf.finetuning and albert_tf.training, for which a parser does not wait; a test holds them equal.
TASKS = (
    "classification",
    "multi-label",
    "regression",
    "question-answering",
    "token-classification",
    "multiple-choice",
)
RECIPES = (
    "albert_small_en",
    "default",
    "from-scratch",
    "small-data",
    "demo",
    *(f"glue/{task}" for task in "cola mnli mrpc qnli qqp rte sst2 stsb wnli".split()),
    *(f"glue/albert_small_en/{task}" for task in "cola mrpc qnli rte stsb".split()),
)
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
        "--tokenizer",
        metavar="FILE",
        help="SentencePiece model, vocab.txt or tokenizer.json, where the preset has none",
    )
    group.add_argument(
        "--cased", action="store_true", help="the tokenizer keeps capitals and accents"
    )
    group.add_argument(
        "--sequence-length",
        type=int,
        metavar="N",
        help="longest text in tokens; longer ones are cut, or read in windows that overlap (default: 128; 384 for "
        "questions on contexts, 256 for questions with choices; windows no longer than the preset has learned to read)",
    )
    group.add_argument("--mixed-bfloat16", action="store_true", help="compute in bfloat16")
    group.add_argument(
        "--remat", action="store_true", help="less memory for long texts, a third more compute"
    )
    group.add_argument(
        "--hidden-dropout-prob",
        type=float,
        metavar="X",
        help="dropout of embeddings and blocks in the training, such as 0.1 where its texts are learned by heart "
        "(default: the preset's own; 0 for albert_small_en)",
    )
    group.add_argument(
        "--attention-bias", action="store_true", help="add the learned attention bias"
    )
    group.add_argument(
        "--early-exit",
        action="store_true",
        help="train an output layer after every layer, so that easy texts need only the first few once exported",
    )


def choose_start(args) -> None:
    """Sets the preset to the bundled one, unless the arguments name a start or a tokenizer of their own."""
    if not (args.preset or args.size or args.tokenizer or args.cased):
        args.preset = BUNDLED


def recipe_options(args) -> dict:
    """Returns what the arguments say of the recipe, as arguments of `albert_tf.finetune`."""
    fields = (*RECIPE_FIELDS, "tensorboard")
    given = {name: getattr(args, name) for name in fields if getattr(args, name) is not None}
    return {"recipe": args.recipe, **given}


def model_start(args):
    """Returns the `ModelStart` of the arguments of `add_model_arguments`."""
    from albert_tf.finetuning import ModelStart

    return ModelStart(
        preset=args.preset,
        size=args.size,
        tokenizer=args.tokenizer,
        cased=args.cased,
        sequence_length=args.sequence_length,
        dtype="mixed_bfloat16" if args.mixed_bfloat16 else None,
        remat=args.remat,
        hidden_dropout_prob=args.hidden_dropout_prob,
        attention_bias=args.attention_bias,
        early_exit=args.early_exit,
    )
