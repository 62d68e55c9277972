"""ONNX Runtime on the CPU, all its optimizations on."""

from benchmarks.engines.inputs import TRANSFORMERS

LIBRARIES = ("onnxruntime",)


class Engine:
    """An ONNX file; arguments as in `litert.Engine`."""

    def __init__(self, path: str, length: int, threads: int, controls: dict | None = None):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self.inputs = {
            i.name: (TRANSFORMERS.get(i.name, i.name), i.type.removeprefix("tensor(").rstrip(")"))
            for i in self.session.get_inputs()
        }

    def run(self, inputs: dict):
        """Returns the logits."""
        feed = {
            name: inputs[ours].astype(dtype, copy=False)
            for name, (ours, dtype) in self.inputs.items()
        }
        return self.session.run(None, feed)[0]
