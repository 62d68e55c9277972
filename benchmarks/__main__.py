"""Runs every comparison, one after another, in processes of their own; then writes tables and plots.

    python -m benchmarks

Let nothing else run meanwhile: the figures are this machine's.
"""

import subprocess
import sys

BENCHMARKS = (
    *("startup", "on_device", "browser", "profile_ops", "fine_tuning", "tokenizers"),
    "report",
)


def main():
    """Runs the benchmarks and stops at the first that fails."""
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
