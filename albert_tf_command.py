"""The `albert-tf` command: quiets TensorFlow's log before anything imports it, then runs the command line.

A module of its own, because importing anything inside the package imports TensorFlow first.
"""

import os
import sys


def main() -> int:
    """Runs `albert-tf` and returns its exit status."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from albert_tf.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
