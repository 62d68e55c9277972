"""Runs transformers in a process of its own: `run_transformers.py torch|tensorflow FOLDER`.

Every subfolder of FOLDER holds a written checkpoint and `inputs.npz`; `outputs.npz` and
`report.json` are added. A process of its own, because torch and TensorFlow in one process can crash
each other (both bring LLVM).
"""

import json
import sys
from pathlib import Path

import numpy as np


def run_torch(folder, inputs, architecture):
    import torch
    import transformers

    model, report = getattr(transformers, architecture).from_pretrained(
        folder, output_loading_info=True
    )
    with torch.no_grad():
        outputs = model.eval()(**{name: torch.tensor(array) for name, array in inputs.items()})
    return {name: value.numpy() for name, value in outputs.items()}, report


def run_tensorflow(folder, inputs, architecture):
    import transformers
    from safetensors.numpy import load_file
    from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model

    model = getattr(transformers, f"TF{architecture}")(
        transformers.AutoConfig.from_pretrained(folder)
    )
    # The loader behind from_pretrained: the way to it fails in 4.57.6, which iterates over an open
    # safetensors file.
    model, report = load_pytorch_state_dict_in_tf2_model(
        model,
        load_file(folder / "model.safetensors"),
        allow_missing_keys=True,
        output_loading_info=True,
    )
    return {name: value.numpy() for name, value in model(inputs).items()}, report


def main(framework, root):
    run = {"torch": run_torch, "tensorflow": run_tensorflow}[framework]
    for folder in sorted(path.parent for path in Path(root).glob("*/inputs.npz")):
        inputs = dict(np.load(folder / "inputs.npz"))
        architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
        outputs, report = run(folder, inputs, architecture)
        np.savez(folder / "outputs.npz", **outputs)
        report = {name: [str(key) for key in keys] for name, keys in report.items()}
        (folder / "report.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
