"""The folder of a run: nothing in it is overwritten, and it holds the arguments to resume the run with."""

import argparse
import json
from pathlib import Path

from albert_tf.cli.console import quoted
from albert_tf.errors import CheckpointError

ARGUMENTS_FILE = "arguments.json"
# Arguments that are paths, and those that are where there is such a path, else names. A run may be
# resumed from another folder, so they are kept absolute.
PATHS = ("data", "files", "validation", "tokenizer", "config", "cache", "labelled", "output")
PATHS_OR_NAMES = ("preset", "teacher")
# What messages call the arguments that are no options.
POSITIONALS = {"data": "DATA", "files": "TEXTS"}
# What may be asked for anew when a run is resumed: it does not change the training, or names further ones.
FREE_ARGUMENTS = ("tensorboard", "no_baselines", "tasks", "seeds")
# What each process of a run is told anew, each time.
PROCESS_ARGUMENTS = ("num_processes", "process_id", "coordinator")


def is_recipe_file(recipe: str | None) -> bool:
    """Whether a --recipe argument names a file, not one of the bundled recipes."""
    return recipe is not None and Path(recipe).suffix == ".json"


def check_folder(run_dir: Path) -> None:
    """Raises unless the folder is free: nothing of an earlier run, or of anybody's, is overwritten."""
    if not run_dir.exists():
        return
    if not run_dir.is_dir():
        raise CheckpointError(f"{run_dir} is a file; name a folder with --output DIR")
    started_in_vain = {ARGUMENTS_FILE, "recipe.json"}
    taken = sorted(
        path.name
        for path in run_dir.iterdir()
        if path.name not in started_in_vain
        and not (path.name == "checkpoints" and path.is_dir() and not any(path.iterdir()))
    )
    if taken:
        is_run = (run_dir / ARGUMENTS_FILE).is_file()
        what = "a run already" if is_run else f"other things already, such as {taken[0]!r}"
        resume = f"continue it with --resume {quoted(run_dir)}, or " if is_run else ""
        raise CheckpointError(
            f"{run_dir} holds {what}; {resume}choose another folder with --output DIR"
        )


def save_arguments(args, run_dir: Path) -> None:
    """Keeps the arguments, for `restore_arguments`."""
    from albert_tf.atomic_files import write_files

    left_out = ("run", "command", "resume", "debug", *PROCESS_ARGUMENTS)
    kept = {k: _absolute(k, v) for k, v in vars(args).items() if k not in left_out}
    write_files(run_dir, {ARGUMENTS_FILE: json.dumps(kept, indent=2) + "\n"})


def _absolute(name: str, value):
    """Returns the value of an argument, where it is a path an absolute one."""
    if isinstance(value, list):
        return [_absolute(name, each) for each in value]
    return str(Path(value).resolve()) if value and _is_path(name, value) else value


def _is_path(name: str, value) -> bool:
    if name == "recipe":
        return is_recipe_file(value)
    return name in PATHS or (name in PATHS_OR_NAMES and Path(value).exists())


def default_arguments(add_arguments, *given: str) -> argparse.Namespace:
    """Returns the arguments of a command followed by those given; `add_arguments` is the command's."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(given)


def restore_arguments(args, defaults: argparse.Namespace) -> argparse.Namespace:
    """Returns the arguments that a run was started with.

    Args:
        args: those given now, with `resume`.
        defaults: what they are when they are not given.

    Raises:
        CheckpointError: when there is no run, or an argument given now differs.
    """
    path = Path(args.resume) / ARGUMENTS_FILE
    try:
        kept = dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "broken JSON"
        raise CheckpointError(
            f"{args.resume} holds no run to resume ({path.name}: {reason}); name the folder of an interrupted run"
        ) from error
    for name, default in vars(defaults).items():
        value = getattr(args, name)
        if value == default or name in ("resume", *FREE_ARGUMENTS, *PROCESS_ARGUMENTS):
            continue
        earlier = args.resume if name == "output" else kept.get(name)
        if _absolute(name, value) != _absolute(name, earlier):
            option = POSITIONALS.get(name, f"--{name.replace('_', '-')}")
            raise CheckpointError(
                f"{option} {_typed(value)} differs from the run in {args.resume}, which has "
                f"{_typed(earlier)}; resume it without, or start a new run with another --output"
            )
    free = {name: getattr(args, name) or kept.get(name) for name in FREE_ARGUMENTS if name in args}
    return argparse.Namespace(
        **{**vars(args), **kept, **free, "resume": args.resume, "output": args.resume}
    )


def _typed(value) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
