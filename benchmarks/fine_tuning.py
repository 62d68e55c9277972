"""Texts a second in fine-tuning: this package's `fit` beside keras-hub's, and transformers' on PyTorch.

The same sentences of SST-2, labels, batch size, encoder size and optimizer; each package with its own preprocessing,
as its user would call it. keras-hub pads every batch to `sequence_length`, transformers to the longest text of a batch,
this package to the longest of a batch of similar texts. Each runs in a process of its own; the rounds go around all of
them. PyTorch and TensorFlow need not share an environment: `--torch-python` names the interpreter that has torch and
transformers.

    python -m benchmarks.fine_tuning --torch-python /path/to/python
"""

import argparse
import json
import os
import statistics
import sys
from importlib.resources import files
from pathlib import Path

from benchmarks.child import Child
from benchmarks.environments import PeerError
from benchmarks.machine import (
    computes_in_bfloat16,
    describe_machine,
    shared_folder,
    write_result,
)

SEQUENCE_LENGTH = 128
RUNS = {  # name -> engine, dtype
    "albert_tf": ("albert_tf", "float32"),
    "keras-hub": ("keras-hub", "float32"),
    "transformers (PyTorch)": ("transformers", "float32"),
    "albert_tf, mixed_bfloat16": ("albert_tf", "mixed_bfloat16"),
    "keras-hub, mixed_bfloat16": ("keras-hub", "mixed_bfloat16"),
}


def start_children(args, config: dict) -> tuple[dict, dict, dict]:
    """Returns processes after their first epoch, their packages' versions, and why the others were left out."""
    children, versions, skipped = {}, {}, {}
    for name, (engine, dtype) in RUNS.items():
        if dtype == "mixed_bfloat16" and not computes_in_bfloat16():
            skipped[name] = "this processor has no bfloat16 arithmetic"
            continue
        settings = {
            "engine": engine,
            "dtype": dtype,
            "config": config,
            "sequence_length": SEQUENCE_LENGTH,
            "batch_size": args.batch_size,
            "texts": args.texts,
            "texts_file": str(shared_folder() / "data" / "glue" / "SST-2" / "train.tsv"),
            "vocabulary": str(files("albert_tf.tokenizer") / "assets" / "30k-clean.model"),
            "cores": os.cpu_count(),
        }
        python = args.torch_python if engine == "transformers" else sys.executable
        try:
            command = [python, "-m", "benchmarks.fine_tuning_child", json.dumps(settings)]
            child = Child(name, command)
            children[name], versions[name] = child, child.answer()["versions"]
        except PeerError as error:
            skipped[name] = str(error)
            print(f"{name}: skipped, {error}", flush=True)
    return children, versions, skipped


def main():
    """Measures, prints a table, and writes the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="small")
    parser.add_argument("--texts", type=int, default=256)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument(
        "--torch-python",
        default=os.environ.get("ALBERT_TF_TORCH_PYTHON", sys.executable),
        help="interpreter with torch and transformers; default ALBERT_TF_TORCH_PYTHON, or this one",
    )
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks/fine_tuning.json"))
    args = parser.parse_args()

    from albert_tf import AlbertConfig

    machine = describe_machine()
    children, versions, skipped = start_children(args, AlbertConfig.named(args.size).to_dict())
    seconds = {name: [] for name in children}
    for _ in range(args.rounds):
        for name, child in children.items():
            seconds[name].append(child.ask({})["seconds"])
    for child in children.values():
        child.close()
    rates = {name: [args.texts / s for s in values] for name, values in seconds.items()}
    print(f"{'':28} texts/s (median, min to max)")
    for name, values in rates.items():
        low, middle, high = min(values), statistics.median(values), max(values)
        print(f"{name:28} {middle:7.1f}  ({low:.1f} to {high:.1f})")
    keys = ("size", "texts", "batch_size", "rounds")
    write_result(
        args.output,
        {
            "machine": machine,
            "versions": versions,
            "settings": {k: getattr(args, k) for k in keys} | {"sequence_length": SEQUENCE_LENGTH},
            "texts_per_second": rates,
            "skipped": skipped,
        },
    )


if __name__ == "__main__":
    main()
