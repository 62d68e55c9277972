"""The `albert-tf` command: prepares the process, then runs the command line."""

import logging
import os
import signal
import sys


def main() -> int:
    """Runs `albert-tf` and returns its exit status."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # its hints are for programmers
    # `kill` stops a training as Ctrl-C does: with a checkpoint, and a line that names it.
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    from albert_tf.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
