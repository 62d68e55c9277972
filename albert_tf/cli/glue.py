"""Fine-tune on GLUE's tasks one after another, and set the model beside baselines and published figures.

--data is the folder with GLUE's folders (CoLA, SST-2, MRPC, STS-B, QQP, MNLI, QNLI, RTE, WNLI) as they are
distributed; those with training and dev files are run, the smallest first. Each task and seed has a folder of its own
with checkpoints, a report and the model. An interrupted suite, even by kill -9, goes on where it stopped: what is
finished is read, what was begun is resumed. The table (glue.md, glue.json) is written after each run.

Each task has its recipe in configs/recipes/glue: the published one, or what suits albert_small_en.

  albert-tf glue --data glue_data
  albert-tf glue --data glue_data --tasks RTE MRPC --seeds 0 1 2 --output runs/pairs
  albert-tf glue --resume runs/pairs
"""

from pathlib import Path

from albert_tf.cli import run_folder
from albert_tf.cli.console import command_line, progress_style, say, table
from albert_tf.cli.fine_tuning_arguments import (
    RECIPE_FIELDS,
    add_model_arguments,
    choose_start,
    model_start,
)
from albert_tf.cli.recipe_arguments import add_recipe_arguments
from albert_tf.cli.run_folder import check_folder, restore_arguments, save_arguments
from albert_tf.cli.streams import progress_on_stdout
from albert_tf.errors import DataError

NAME = "glue"
HELP = "fine-tune on GLUE, task by task, and write a table"
FIELDS = {name: field for name, field in RECIPE_FIELDS.items() if name != "seed"}
DEFAULT_SEEDS = [0]


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf glue`."""
    parser.add_argument("--data", metavar="DIR", help="the folder with GLUE's folders")
    parser.add_argument(
        "--tasks",
        nargs="+",
        metavar="TASK",
        help="such as RTE MRPC (default: all whose training and dev files are there, the smallest first)",
    )
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=int,
        metavar="N",
        help="a run of each task for each of them (default: 0)",
    )
    parser.add_argument(
        "--output",
        default="runs/glue",
        metavar="DIR",
        help="the suite's folder (default: %(default)s)",
    )
    parser.add_argument(
        "--resume",
        metavar="DIR",
        help="go on with the suite in DIR, perhaps with other --tasks and --seeds",
    )
    add_model_arguments(parser.add_argument_group("model"))
    group = parser.add_argument_group("recipe, and what to change in it for all tasks")
    group.add_argument(
        "--recipe",
        metavar="NAME",
        help="one for all tasks, as for finetune (default: that of each task)",
    )
    add_recipe_arguments(group, FIELDS)
    parser.add_argument("--no-baselines", action="store_true", help="leave the two baselines out")


def run(args) -> None:
    """Runs `albert-tf glue`."""
    if args.resume:
        args = restore_arguments(args, run_folder.default_arguments(add_arguments))
    elif args.data is None:
        raise DataError("there is no --data; expected the folder with GLUE's folders")
    output = Path(args.output)
    if not args.resume:
        check_folder(output)
        choose_start(args)
        save_arguments(args, output)
    results = _run_suite(args, output)
    _show(results)
    say(f"table: {results.table}")


def _run_suite(args, output: Path):
    from albert_tf.cli.fine_tuning_watcher import ConsoleWatcher, in_words_of_options
    from albert_tf.finetuning import run_glue

    changes = {name: getattr(args, name) for name in FIELDS if getattr(args, name) is not None}
    try:
        with in_words_of_options(), progress_on_stdout():
            return run_glue(
                args.data,
                output,
                tasks=args.tasks,
                seeds=args.seeds or DEFAULT_SEEDS,
                preset=model_start(args),
                recipe=args.recipe,
                baselines=not args.no_baselines,
                verbose=progress_style(),
                watcher=ConsoleWatcher(),
                **changes,
            )
    except KeyboardInterrupt as stop:
        going_on = command_line("glue", "--resume", output)
        raise KeyboardInterrupt(f"{str(stop) or 'stopped'}; continue with: {going_on}") from stop


def _show(results) -> None:
    from albert_tf.finetuning.glue_table import (
        METRIC_NAMES,
        best_baseline,
        percent,
        summarized,
        with_spread,
    )

    rows = [
        [
            part,
            METRIC_NAMES[name],
            with_spread(spread),
            percent(best_baseline(results.runs, part, name)),
        ]
        for part, metrics in summarized(results.runs).items()
        for name, spread in metrics.items()
    ]
    table("GLUE, dev sets, in percent", ["task", "metric", "this model", "best baseline"], rows)
