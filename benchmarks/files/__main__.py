"""Writes the files that `on_device` measures.

    python -m benchmarks.files FOLDER --size base

FOLDER then holds `files.json`: a description of each file, and why peers were left out.
"""

import argparse
import functools
import json
import os
import shutil
from pathlib import Path

from benchmarks.environments import PeerError, last_line, run_in
from benchmarks.files import keras_hub, ours
from benchmarks.files.model import make_model

LENGTH = 128
"""Of the files with a fixed length, and of load time and memory."""
DEPTHS = (12, 24, 48, 64)
TORCH_PEERS = {  # a module of this folder -> its name in the tables, when it is left out
    "pytorch_int8": "PyTorch int8",
    "onnx_plain": "ONNX Runtime int8, plain export",
    "litert_torch_int8": "litert-torch int8",
    "executorch_int8": "ExecuTorch int8",
    "executorch_cpp": "ExecuTorch int8, tuned, C++ weight cache",
}


def write_onnx(model, folder: Path) -> list[dict]:
    """Writes the same weights as an ONNX file at its best."""
    from benchmarks.files.onnx_fused import write_onnx as write

    path = folder / "onnx_fused_int8.onnx"
    write(model.to_checkpoint(), path)
    return [
        {"name": "ONNX Runtime int8", "engine": "onnx_runtime", "path": str(path), "fixed": None}
    ]


def torch_peer(module: str, checkpoint: Path, folder: Path, versions: dict) -> list[dict]:
    """Has a peer's files written in PyTorch's environment; notes the versions of its packages."""
    arguments = (module, str(checkpoint), str(folder), str(LENGTH))
    lines = run_in("torch", "benchmarks.files.torch_side", *arguments).splitlines()
    answer = json.loads(lines[-1])
    versions.update(answer["versions"])
    return [{**file, "environment": "torch"} for file in answer["files"]]


def main():
    """Writes all files and `files.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="base")
    parser.add_argument("--depths", type=int, nargs="*", default=DEPTHS)
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from albert_tf.weights import write_huggingface

    folder = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    model = make_model(args.size)
    files = ours.make(model, folder, LENGTH, args.size)
    files += ours.make_depths(folder, args.size, args.depths)
    checkpoint = write_huggingface(model.to_checkpoint(), folder / "checkpoint")
    skipped, versions = {}, {}
    makers = {
        "keras-hub int8": lambda: keras_hub.make(model, folder, LENGTH),
        "keras-hub int8, by layers": lambda: keras_hub.make_depths(folder, args.size, args.depths),
        "keras-hub export": lambda: keras_hub.make_own_export(model, folder),
        "ONNX Runtime int8": lambda: write_onnx(model, folder),
    }
    for module, name in TORCH_PEERS.items():
        makers[name] = functools.partial(torch_peer, module, checkpoint, folder, versions)
    for name, make in makers.items():
        print(f"writing {name}", flush=True)
        try:
            files += make()
        except (ImportError, PeerError) as error:
            skipped[name] = last_line(str(error))
            print(f"  left out: {skipped[name]}", flush=True)
    shutil.rmtree(checkpoint)
    description = {"files": files, "skipped": skipped, "versions": versions}
    (folder / "files.json").write_text(json.dumps(description, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
