"""An ONNX file of a transformers ALBERT as most people make it: PyTorch's exporter, then `quantize_dynamic`."""

from pathlib import Path

from benchmarks.engines.inputs import TRANSFORMERS
from benchmarks.files.transformers_model import (
    LONGEST,
    Classifier,
    example_inputs,
    load_model,
)

PACKAGES = ("onnx", "onnxscript", "onnxruntime", "torch", "transformers")


def make(checkpoint: Path, folder: Path, length: int) -> list[dict]:
    """Writes the file; returns its description."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path = folder / "onnx_plain_int8.onnx"
    whole = path.with_suffix(".float.onnx")
    dimension = torch.export.Dim("length", min=2, max=LONGEST)
    torch.onnx.export(
        Classifier(load_model(checkpoint)).eval(),
        example_inputs(length),
        str(whole),
        input_names=list(TRANSFORMERS),
        output_names=["logits"],
        dynamic_shapes=tuple({1: dimension} for _ in TRANSFORMERS),
        dynamo=True,
        external_data=False,
    )
    quantize_dynamic(whole, path, weight_type=QuantType.QInt8)
    whole.unlink()
    return [
        {
            "name": "ONNX Runtime int8, plain export",
            "engine": "onnx_runtime",
            "path": str(path),
            "fixed": None,
        }
    ]
