"""ExecuTorch's runtime for Python, with XNNPACK and its operators on int8 tables."""

from benchmarks.engines.inputs import TRANSFORMERS

LIBRARIES = (
    "torch",
    "executorch.extension.pybindings.portable_lib",
    "executorch.kernels.quantized",
)


class Engine:
    """An ExecuTorch program; arguments as in `litert.Engine`."""

    def __init__(self, path: str, length: int, threads: int, controls: dict | None = None):
        import torch
        from executorch.extension.pybindings import portable_lib

        self.torch = torch
        portable_lib._unsafe_reset_threadpool(threads)
        # Both are kept: a method is prepared when it is loaded, and reads its program's memory.
        self.program = portable_lib._load_program(path)
        self.method = self.program.load_method("forward")

    def run(self, inputs: dict):
        """Returns the logits."""
        arrays = (inputs[name] for name in TRANSFORMERS.values())
        return self.method([self.torch.from_numpy(a).long() for a in arrays])[0].numpy()
