"""ONNX Runtime on the CPU, all its optimizations on."""

LIBRARIES = ("onnxruntime",)
OTHER_NAMES = {
    "input_ids": "token_ids",
    "attention_mask": "padding_mask",
    "token_type_ids": "segment_ids",
}


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
            i.name: (OTHER_NAMES.get(i.name, i.name), i.type.removeprefix("tensor(").rstrip(")"))
            for i in self.session.get_inputs()
        }

    def run(self, inputs: dict):
        """Returns the logits."""
        feed = {
            name: inputs[ours].astype(dtype, copy=False)
            for name, (ours, dtype) in self.inputs.items()
        }
        return self.session.run(None, feed)[0]
