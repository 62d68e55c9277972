"""A transformers ALBERT with PyTorch's dynamic quantization: int8 linear layers, the rest in float32."""

from pathlib import Path

from benchmarks.files.transformers_model import Classifier, load_model

PACKAGES = ("torch", "transformers")


def make(checkpoint: Path, folder: Path, length: int) -> list[dict]:
    """Saves the quantized model as a whole; returns its description."""
    import torch

    model = Classifier(load_model(checkpoint)).eval()
    quantized = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)
    path = folder / "pytorch_int8.pt"
    torch.save(quantized, path)
    return [{"name": "PyTorch int8", "engine": "pytorch", "path": str(path), "fixed": None}]
