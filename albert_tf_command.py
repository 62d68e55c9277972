"""The `albert-tf` command: prepares the process, then runs the command line."""

import faulthandler
import os
import sys


def main() -> int:
    """Runs `albert-tf` and returns its exit status."""
    from albert_tf.cli import streams

    streams.prepare()
    # To a copy of standard error: a crash of native code is told also while its log lines are not.
    faulthandler.enable(os.dup(2))
    if "--debug" not in sys.argv:
        from albert_tf.cli.silence import silence_libraries

        silence_libraries()
    from albert_tf.cli.console import show_warnings_as_notes
    from albert_tf.operating_system import interrupt_when_told_to_stop

    show_warnings_as_notes()
    interrupt_when_told_to_stop()  # a training too: with a checkpoint, and a line that names it
    from albert_tf.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
