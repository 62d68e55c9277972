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


def processor(field: str) -> str:
    """Returns a field of /proc/cpuinfo, such as `"model name"` or `"flags"`; empty where it has none."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return next((value.strip() for name, value in pairs if name.strip() == field), "")


def computes_in_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 numbers itself; elsewhere they are slower than float32."""
    return bool({"avx512_bf16", "amx_bf16"} & set(processor("flags").split()))


def instruction_sets() -> list[str]:
    """Returns those of the processor's vector instruction sets that decide how fast it multiplies."""
    known = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16")
    flags = processor("flags").split()
    return [name for name in known if name in flags]


def describe_machine() -> dict:
    """Returns processor, cores, memory, system and the versions of the packages that are compared."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "cpu": processor("model name") or platform.processor(),
        "instruction_sets": instruction_sets(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
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
