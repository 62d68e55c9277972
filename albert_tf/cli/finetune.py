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
import dataclasses
from pathlib import Path

from albert_tf.cli import run_folder
from albert_tf.cli.console import command_line, progress_style, say
from albert_tf.cli.data_arguments import add_table_arguments, check_files, given_table_options
from albert_tf.cli.fine_tuning_arguments import (
    RECIPE_FIELDS,
    RECIPES,
    TASKS,
    add_model_arguments,
    choose_start,
    model_start,
    recipe_options,
)
from albert_tf.cli.quality import show_metrics
from albert_tf.cli.recipe_arguments import add_recipe_arguments
from albert_tf.cli.run_folder import check_folder, restore_arguments
from albert_tf.cli.streams import progress_on_stdout
from albert_tf.errors import DataError

NAME = "finetune"
HELP = "fine-tune on a table of labelled texts"


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
        metavar="TASK",
        choices=(*TASKS, "multi_label"),
        help=f"one of {', '.join(TASKS)} (default: found out; of a table of texts classification, or multi-label where "
        "labels are lists or --label is repeated)",
    )
    group = parser.add_argument_group("model")
    add_model_arguments(group)
    group.add_argument(
        "--end-conditioned-on-start",
        action="store_true",
        help="for question-answering: ALBERT's own head for SQuAD v2.0, which scores the end of an answer for a given "
        "start, and classifies whether there is one",
    )
    group = parser.add_argument_group("recipe, and what to change in it")
    group.add_argument(
        "--recipe",
        metavar="NAME",
        help=f"a JSON file, or one of {', '.join(RECIPES)} (default: albert_small_en for that preset "
        "and what was fine-tuned from it, default for any other, from-scratch for random weights)",
    )
    add_recipe_arguments(group, RECIPE_FIELDS)
    group.add_argument(
        "--tensorboard", action="store_true", default=None, help="write TensorBoard logs too"
    )
    parser.add_argument("--no-baselines", action="store_true", help="leave the two baselines out")


def default_arguments(*given: str) -> argparse.Namespace:
    """Returns the arguments of `albert-tf finetune` followed by those given."""
    return run_folder.default_arguments(add_arguments, *given)


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
        check_files(args.data, args.validation)
        check_folder(run_dir)
        choose_start(args)
    fine_tune(args, run_dir)
    say(f"\nnext:  {command_line('export', run_dir / 'model', f'{run_dir.name}.tflite')}")


def fine_tune(args, run_dir: Path):
    """Fine-tunes, saves and reports, and shows the main figures; returns what `albert_tf.finetune` does.

    Args:
        args: the arguments of `add_arguments`, which are kept in the run's folder for `--resume`.
        run_dir: the run's folder.
    """
    from albert_tf import finetune
    from albert_tf.cli.fine_tuning_watcher import RunWatcher, in_words_of_options
    from albert_tf.training import TrainingInterrupted

    conditioned = {"end_conditioned_on_start": args.end_conditioned_on_start}
    try:
        with in_words_of_options(), progress_on_stdout():
            finetuned = finetune(
                args.data,
                task=args.task,
                validation_data=args.validation,
                validation_split=args.validation_share,
                preset=dataclasses.replace(model_start(args), **conditioned),
                run_dir=run_dir,
                resume=bool(args.resume),
                baselines=not args.no_baselines,
                verbose=progress_style(),
                watcher=RunWatcher(args),
                **recipe_options(args),
                **given_table_options(args),
            )
    except TrainingInterrupted as stop:
        raise KeyboardInterrupt(
            f"{stop}; continue with: {command_line('finetune', '--resume', run_dir)}"
        ) from stop
    _show(finetuned)
    return finetuned


def _show(finetuned) -> None:
    training = finetuned.training
    rows = [(f"this model (epoch {training.best_epoch})", finetuned.metrics)]
    rows += [(baseline.name, baseline.metrics) for baseline in finetuned.baselines]
    show_metrics(f"On {len(finetuned.validation):,} validation {finetuned.unit}", rows)
    say(
        f"{training.seconds:.0f} s, {training.tokens_per_second:,.0f} tokens/s; report: {finetuned.report.path}"
    )
