"""ExecuTorch programs of a transformers ALBERT, int8, for its XNNPACK backend.

Once as the model comes: scaled-dot-product attention, `gelu_new` spelled out in eight operators, a float32 word table.
Once with what its user can change by hand: attention and GELU in forms that the backend takes whole, an int8 word
table, and the length fixed or open. Linear layers have int8 weights, one scale for each output, and activations
quantized as they come, in all of them.
"""

from pathlib import Path

from benchmarks.files.transformers_model import LONGEST, Classifier, example_inputs, load_model

PACKAGES = ("executorch", "torch", "torchao", "transformers")
FILES = {  # name -> tuned, length open
    "ExecuTorch int8, as it comes": (False, False),
    "ExecuTorch int8, tuned": (True, False),
    "ExecuTorch int8, tuned, any length": (True, True),
}


def make(checkpoint: Path, folder: Path, length: int) -> list[dict]:
    """Writes the programs; returns their descriptions."""
    made = []
    for name, (tuned, is_open) in FILES.items():
        fixed = None if is_open else length
        path = program_path(folder, tuned, fixed)
        path.write_bytes(program(checkpoint, length, tuned, is_open))
        made.append(
            {
                "name": name,
                "engine": "executorch",
                "path": str(path),
                "fixed": fixed,
            }
        )
    return made


def program_path(folder: Path, tuned: bool, length: int | None) -> Path:
    """Returns where a program is written; a length of None is open."""
    return folder / f"executorch_{'tuned' if tuned else 'plain'}_{length or 'any'}.pte"


def program(checkpoint: Path, length: int, tuned: bool, is_open: bool) -> bytes:
    """Returns a serialized program."""
    import torch
    from executorch.backends.xnnpack.partition.config.xnnpack_config import ConfigPrecisionType
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import ExecutorchBackendConfig, to_edge_transform_and_lower

    changes = {"attn_implementation": "eager", "hidden_act": "gelu_pytorch_tanh"} if tuned else {}
    model = Classifier(load_model(checkpoint, **changes)).eval()
    quantize(model, tables=tuned)
    inputs = example_inputs(length)
    shapes = None
    if is_open:
        dimension = torch.export.Dim("length", min=2, max=LONGEST)
        shapes = tuple({1: dimension} for _ in inputs)
    with torch.no_grad():
        exported = torch.export.export(model, inputs, dynamic_shapes=shapes)
    # Dynamically quantized operators go to XNNPACK one by one, the rest in pieces as large as can be.
    partitioners = [
        XnnpackPartitioner(config_precisions=ConfigPrecisionType.DYNAMIC_QUANT, per_op_mode=True),
        XnnpackPartitioner(),
    ]
    lowered = to_edge_transform_and_lower(exported, partitioner=partitioners)
    # What is left of int8 tables becomes ExecuTorch's own operator on them.
    config = ExecutorchBackendConfig(do_quant_fusion_and_const_prop=tuned)
    return lowered.to_executorch(config).buffer


def quantize(model, tables: bool) -> None:
    """Gives linear layers int8 weights, and with `tables` embeddings too: each module once, however often it runs."""
    import torch
    from torchao.quantization import quantize_
    from torchao.quantization.granularity import PerAxis
    from torchao.quantization.quant_api import (
        Int8DynamicActivationIntxWeightConfig,
        IntxWeightOnlyConfig,
    )

    if tables:
        for module in model.modules():
            if isinstance(module, torch.nn.Embedding):
                module.padding_idx = (
                    None  # of use in training only, and in the way of the int8 operator
                )
        quantize_(
            model,
            IntxWeightOnlyConfig(weight_dtype=torch.int8, granularity=PerAxis(0)),
            lambda module, name: isinstance(module, torch.nn.Embedding),
        )
    quantize_(
        model,
        Int8DynamicActivationIntxWeightConfig(
            weight_dtype=torch.int8, weight_granularity=PerAxis(0)
        ),
    )
