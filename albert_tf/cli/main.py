"""Entry point of the `albert-tf` command: the parser, and errors that people can read."""

import argparse
import sys
import traceback

from albert_tf.cli import commands, streams
from albert_tf.cli.console import BOLD_RED, flush_answers, say
from albert_tf.dependencies import require
from albert_tf.errors import AlbertError
from albert_tf.version import __version__

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
DESCRIPTION = "ALBERT, from a table of texts to a TFLite file that answers."
EPILOG = """\
the usual way:
  albert-tf finetune reviews.csv --output runs/reviews     train, with a report
  albert-tf export runs/reviews/model reviews.tflite       one small file for a phone
  albert-tf predict reviews.tflite "well worth the money"  and its answer
"""


class OneLineParser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others, instead of a page of usage."""

    def error(self, message):
        """Prints the line and exits with status 2."""
        show_error(f"{message}; see {self.prog} --help", name=self.prog)
        self.exit(EXIT_BAD_INPUT)

    def exit(self, status=0, message=None):
        """Ends the process once its reader has what was printed, such as a --help."""
        flush_answers()
        super().exit(status, message)


def show_error(message: str, name: str = "albert-tf") -> None:
    """Prints the one line of an error; blanks stay as they are, since a path may have several."""
    line = " ".join(part.strip() for part in message.splitlines())
    say(f"{name}: error: {line}", BOLD_RED)


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser with all subcommands."""
    parser = OneLineParser(
        prog="albert-tf",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"albert-tf {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands.ALL:
        subparser = subparsers.add_parser(
            command.NAME,
            parents=[common],
            help=command.HELP,
            description=command.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run, command=command)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs the command and returns its exit status.

    0; 2 for bad input; 130 when interrupted; 141 when whoever reads the output has gone away.

    Args:
        argv: the arguments; default those of the process.
    """
    is_debugging = "--debug" in (sys.argv if argv is None else argv)
    try:
        args = _parse(argv)
        if args.command in commands.TRAINING:
            require("keras", f"albert-tf {args.command.NAME}")
        args.run(args)
        flush_answers()
    except BrokenPipeError:  # `| head` has read enough
        streams.drop(sys.stdout)
        return EXIT_BROKEN_PIPE
    except (AlbertError, OSError) as error:
        if is_debugging:
            traceback.print_exc()
        show_error(_message(error))
        return EXIT_BAD_INPUT
    except KeyboardInterrupt as interrupt:
        if is_debugging:
            traceback.print_exc()
        say(f"albert-tf: {str(interrupt) or 'interrupted'}")
        return EXIT_INTERRUPTED
    return 0


def _parse(argv):
    parser = build_parser()
    args, rest = parser.parse_known_args(argv)
    # argparse ends a list of texts at the first option; texts behind it belong to the list too.
    if isinstance(getattr(args, "texts", None), list) and not any(map(_is_option, rest)):
        args.texts += rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return args


def _is_option(word):
    return word.startswith("-") and word != "-"  # which stands for standard input


def _message(error: BaseException) -> str:
    if isinstance(error, OSError) and not isinstance(error, AlbertError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
