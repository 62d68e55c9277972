"""A LiteRT file of a transformers ALBERT by litert-torch, int8 weights, activations quantized as they come."""

from pathlib import Path

from benchmarks.files.transformers_model import Classifier, example_inputs, load_model

PACKAGES = ("litert-torch", "torch", "transformers")


def make(checkpoint: Path, folder: Path, length: int) -> list[dict]:
    """Writes the file; returns its description."""
    import litert_torch
    from ai_edge_quantizer import quantizer, recipe

    path = folder / f"litert_torch_{length}.tflite"
    whole = path.with_suffix(".float.tflite")
    model = Classifier(load_model(checkpoint)).eval()
    litert_torch.convert(model, example_inputs(length)).export(str(whole))
    quantized = quantizer.Quantizer(str(whole), recipe.dynamic_wi8_afp32()).quantize()
    quantized.export_model(str(path), overwrite=True)
    whole.unlink()
    return [{"name": "litert-torch int8", "engine": "litert", "path": str(path), "fixed": length}]
