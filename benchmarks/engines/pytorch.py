"""PyTorch, eager, on a saved model."""

from benchmarks.engines.inputs import TRANSFORMERS

LIBRARIES = ("torch", "transformers.models.albert.modeling_albert")


class Engine:
    """A model that `torch.save` wrote as a whole; arguments as in `litert.Engine`."""

    def __init__(self, path: str, length: int, threads: int, controls: dict | None = None):
        import torch

        torch.set_num_threads(threads)
        self.torch = torch
        self.model = torch.load(path, weights_only=False)

    def run(self, inputs: dict):
        """Returns the logits."""
        arrays = (inputs[name] for name in TRANSFORMERS.values())
        with self.torch.inference_mode():
            return self.model(*map(self.torch.from_numpy, arrays)).numpy()
