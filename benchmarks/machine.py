"""What every benchmark shares: the machine's name, the data folder, the raw output."""

import datetime
import json
import os
import platform
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "tensorflow",
    "keras",
    "tensorflow-text",
    "ai-edge-litert",
    "keras-hub",
    "transformers",
    "onnxruntime",
)


def shared_folder() -> Path:
    """Returns the folder with the public data that the benchmarks read.

    Raises:
        SystemExit: when it is absent, saying how to name it.
    """
    folder = Path(os.environ.get("ALBERT_TF_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        raise SystemExit(
            f"benchmark data not found at {folder}; set ALBERT_TF_SHARED to their folder"
        )
    return folder


def describe_machine() -> dict:
    """Returns processor, cores, memory, system and the versions of the packages that are compared."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
        "date": datetime.date.today().isoformat(),
        "load_before": os.getloadavg()[0],
    }


def write_result(path: Path, result: dict) -> None:
    """Writes the raw figures of a benchmark as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(f"raw figures: {path}")
