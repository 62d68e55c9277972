"""From the shell to the answer: what one process that answers one text costs, and how large its environment is.

The contestants are started one after another, in rounds, each as a process of its own; what is measured goes from its
start to its end, and the most resident memory that it had. All answer the same text with the same random weights,
except LiteRT alone, which runs the same file on eight tokens and reads no text: what nothing that answers from this
file can undercut. `albert-tf predict` is also measured as it was before the runtime had a room of its own.

The environments are made by pip in `--environments`, where they are not there yet: the base install of this checkout,
the commit `BEFORE`, ONNX Runtime, PyTorch (with its libraries for GPUs, some 6 GB).

    python -m benchmarks.startup --environments ../startup_environments
    python -m benchmarks.startup --environments ../startup_environments --without transformers
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.environments import QUIET, last_line
from benchmarks.machine import ROOT, describe_machine, write_result

BEFORE = "3c0a89c"
"""The last commit at which `albert-tf predict FILE.tflite` imported TensorFlow."""

TEXT = "what a lovely week"
SIZE = "small"
SCRIPTS = ROOT / "benchmarks" / "startup_children"
REQUIREMENTS = {
    "onnx": ("onnxruntime==1.32.0", "tokenizers==0.22.2"),
    "transformers": ("torch==2.13.0", "transformers==4.57.6", "sentencepiece==0.2.1"),
}
"""Environments that hold nothing of this package."""


# === Environments ===


def make_environments(folder: Path, names: list[str]) -> dict[str, Path]:
    """Returns the folder of each environment, made by pip where it is not there.

    Args:
        folder: of all.
        names: `"albert_tf"`, `"before"`, or of `REQUIREMENTS`.
    """
    made = {}
    for name in names:
        made[name] = environment = folder / name
        python = environment / "bin" / "python"
        is_new = not python.exists()
        if is_new:
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip = [python, "-m", "pip", "install", "-q"]
        if name == "albert_tf":
            subprocess.run([*pip, ROOT], check=True)
            if not is_new:  # this checkout may have changed since, under the same version
                subprocess.run([*pip, "--force-reinstall", "--no-deps", ROOT], check=True)
        elif is_new and name == "before":
            _install_commit(pip)
        elif is_new:
            subprocess.run([*pip, *REQUIREMENTS[name]], check=True)
    return made


def _install_commit(pip: list) -> None:
    """Installs the package as it was at `BEFORE`."""
    with tempfile.TemporaryDirectory() as folder:
        # Through a file: what this process holds in memory would count as its children's.
        tar = Path(folder) / "commit.tar"
        subprocess.run(["git", "archive", "--output", tar, BEFORE], cwd=ROOT, check=True)
        subprocess.run(["tar", "-x", "-f", tar, "-C", folder], check=True)
        tar.unlink()
        subprocess.run([*pip, folder], check=True)


def size_mb(folder: Path) -> float:
    """Returns what the files of a folder take, in 10^6 bytes; links to elsewhere count nothing."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


# === Files ===


def write_files(folder: Path) -> None:
    """Writes one random classifier as `model.tflite`, `model.onnx`, `tokenizer.json` and a transformers folder."""
    from transformers import AlbertTokenizerFast

    from albert_tf import AlbertTokenizer
    from albert_tf.export import export_tflite
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
    from albert_tf.weights import write_huggingface
    from benchmarks.files.model import make_model
    from benchmarks.files.onnx_fused import write_onnx

    model = make_model(SIZE)
    model.preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=512)
    export_tflite(model, folder / "model.tflite")
    checkpoint = model.to_checkpoint()
    write_onnx(checkpoint, folder / "model.onnx")
    hub = folder / "transformers"
    write_huggingface(checkpoint, hub)
    vocabulary = folder / "spiece.model"
    vocabulary.write_bytes(AlbertTokenizer().model_bytes)
    fast = AlbertTokenizerFast(vocab_file=str(vocabulary), do_lower_case=True, keep_accents=False)
    fast.save_pretrained(hub)
    (hub / "tokenizer.json").replace(folder / "tokenizer.json")
    fast.save_pretrained(hub)


def contestants(environments: dict[str, Path], files: Path) -> dict[str, list[str]]:
    """Returns the command of each contestant."""
    predict = ["predict", str(files / "model.tflite"), TEXT]
    commands = {
        "albert_tf": ["albert_tf", "albert-tf", *predict],
        f"albert_tf at {BEFORE}": ["before", "albert-tf", *predict],
        "LiteRT alone": ["albert_tf", "python", str(SCRIPTS / "litert_alone.py"), predict[1]],
        "ONNX Runtime, tokenizers": [
            *("onnx", "python", str(SCRIPTS / "onnx_runtime.py"), str(files / "model.onnx")),
            *(str(files / "tokenizer.json"), TEXT),
        ],
        "transformers pipeline": [
            *("transformers", "python", str(SCRIPTS / "pipeline.py")),
            *(str(files / "transformers"), TEXT),
        ],
    }
    return {
        name: [str(environments[environment] / "bin" / program), *arguments]
        for name, (environment, program, *arguments) in commands.items()
        if environment in environments
    }


# === Measuring ===


def measure(command: list[str], folder: Path) -> tuple[float, float]:
    """Runs a command in a folder that is not the checkout; returns its seconds, and its most memory in 10^6 bytes.

    Raises:
        SystemExit: when it fails, with its last line.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | QUIET
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.stdout.close()
    if status:
        raise SystemExit(f"{command[0]} failed: {last_line(output.decode('utf-8', 'replace'))}")
    return seconds, usage.ru_maxrss * 1024 / 1e6  # Linux counts in KiB


def main():
    """Measures, and writes docs/benchmarks/startup.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--environments", type=Path, help="folder of environments")
    where.add_argument("--write", type=Path, metavar="FOLDER", help="only write the files there")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument(
        "--without", nargs="+", default=[], choices=("before", *REQUIREMENTS), help="leave out"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs/benchmarks/startup.json")
    args = parser.parse_args()
    if args.write:
        write_files(args.write)
        return
    names = [n for n in ("albert_tf", "before", *REQUIREMENTS) if n not in args.without]
    environments = make_environments(args.environments.resolve(), names)
    with tempfile.TemporaryDirectory() as files:
        # In a process of its own: Linux counts the memory of whoever starts a process as that process's, too.
        subprocess.run([sys.executable, "-m", "benchmarks.startup", "--write", files], check=True)
        commands = contestants(environments, Path(files))
        rows = {name: {"seconds": [], "memory_mb": []} for name in commands}
        for number in range(args.rounds + 1):
            for name, command in commands.items():
                seconds, memory = measure(command, Path(files))
                if number:  # the first round reads the disk
                    rows[name]["seconds"].append(seconds)
                    rows[name]["memory_mb"].append(memory)
            print(f"round {number} of {args.rounds}", flush=True)
        file_mb = (Path(files) / "model.tflite").stat().st_size / 1e6
    for name, row in rows.items():
        environment = Path(commands[name][0]).parents[1]
        row["environment_mb"] = size_mb(environment)
        print(
            f"{name}: {statistics.median(row['seconds']):.2f} s, {statistics.median(row['memory_mb']):.0f} MB, "
            f"environment {row['environment_mb']:,.0f} MB"
        )
    write_result(
        args.output,
        {
            "settings": {"size": SIZE, "text": TEXT, "rounds": args.rounds, "file_mb": file_mb},
            "machine": describe_machine(),
            "requirements": {name: REQUIREMENTS[name] for name in names if name in REQUIREMENTS},
            "skipped": dict.fromkeys(args.without, "it was not asked for"),
            "rows": rows,
        },
    )


if __name__ == "__main__":
    main()
