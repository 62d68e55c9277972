"""What `albert_tf.finetune` says, in the words of the command: its options, and where the console prints."""

import contextlib
import re
from pathlib import Path

from albert_tf.cli import recipe_arguments
from albert_tf.cli.console import note, say
from albert_tf.cli.data_arguments import in_options
from albert_tf.cli.fine_tuning_arguments import RECIPE_FIELDS
from albert_tf.cli.run_folder import save_arguments
from albert_tf.errors import CheckpointError, ConfigError, DataError
from albert_tf.finetuning.watcher import Watcher


class ConsoleWatcher(Watcher):
    """A `Watcher` that prints notes and progress as all commands do."""

    def say(self, line: str) -> None:
        """Prints how far the work has come."""
        say(line)

    def note(self, line: str) -> None:
        """Prints what was chosen or noticed."""
        note(line)

    def in_words(self, line: str) -> str:
        """Has notes name options to type, in the report too."""
        return in_words(line)


class RunWatcher(ConsoleWatcher):
    """Keeps the arguments of a run for `--resume`, too.

    Args:
        args: of the command.
    """

    def __init__(self, args):
        super().__init__()
        self.args = args

    def begins(self, run_dir: Path) -> None:
        """Keeps the arguments in the folder of a new run."""
        if not self.args.resume:
            save_arguments(self.args, run_dir)


@contextlib.contextmanager
def in_words_of_options():
    """Has errors say which option to type, where the library says which argument to pass."""
    try:
        yield
    except (CheckpointError, ConfigError, DataError) as error:
        raise type(error)(in_words(str(error))) from error


def in_words(message: str) -> str:
    """Turns what a message tells a Python caller to pass into what to type."""
    from albert_tf.training import FineTuningRecipe

    message = re.sub(
        r"\bModelStart\.(\w+)", lambda found: recipe_arguments.option(found[1]), message
    )
    message = re.sub(r"\btakes no (\w+)(?=; leave)", _without, message)
    message = recipe_arguments.in_options(message, FineTuningRecipe, RECIPE_FIELDS)
    return in_options(message)


def _without(found: re.Match) -> str:
    """Turns `takes no text_column` into `takes no --text`."""
    return f"takes no {recipe_arguments.option(found[1].removesuffix('_column'))}"
