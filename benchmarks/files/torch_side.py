"""Writes the files of one peer that needs PyTorch, in PyTorch's environment.

Prints a line of JSON with the files' descriptions and the versions of the packages that made them.

    python -m benchmarks.files.torch_side executorch_int8 CHECKPOINT FOLDER 128
"""

import importlib
import json
import sys
from importlib import metadata
from pathlib import Path


def main():
    """Writes the files."""
    name, checkpoint, folder, length = sys.argv[1:]
    module = importlib.import_module(f"benchmarks.files.{name}")
    made = module.make(Path(checkpoint).resolve(), Path(folder).resolve(), int(length))
    versions = {package: metadata.version(package) for package in module.PACKAGES}
    print("\n" + json.dumps({"files": made, "versions": versions}), flush=True)


if __name__ == "__main__":
    main()
