"""The `albert-tf` command: prepares the process, then runs the command line."""

import logging
import os
import sys
import warnings


def main() -> int:
    """Runs `albert-tf` and returns its exit status."""
    from albert_tf.cli import streams

    streams.prepare()
    if "--debug" not in sys.argv:
        _silence_libraries()
    from albert_tf.cli.console import show_warnings_as_notes
    from albert_tf.operating_system import interrupt_when_told_to_stop

    show_warnings_as_notes()
    interrupt_when_told_to_stop()  # a training too: with a checkpoint, and a line that names it
    from albert_tf.cli.main import main as run

    return run()


def _silence_libraries() -> None:
    """Keeps from people what libraries tell programmers; with --debug, they say what they want."""
    # Whatever it was: JAX sets it to 1 in every process that imports it, and children inherit that.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    for name in ("tensorflow", "jax"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if not sys.warnoptions:  # those of `python -W` and PYTHONWARNINGS
        warnings.simplefilter("ignore")


if __name__ == "__main__":
    sys.exit(main())
