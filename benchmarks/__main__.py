"""Runs every comparison, one after another, in processes of their own; then writes tables and plots.

    python -m benchmarks

Let nothing else run meanwhile: the figures are this machine's.
"""

import subprocess
import sys

from benchmarks.report import FIGURES


def main():
    """Runs the benchmarks and stops at the first that fails."""
    for command in (*FIGURES.values(), "report"):
        print(f"\n== {command}", flush=True)
        name, *arguments = command.split()
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], check=True)


if __name__ == "__main__":
    main()
