"""ONNX Runtime and Hugging Face's tokenizers: the lightest Python that people write for an ONNX file."""

import sys

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

model, tokenizer, text = sys.argv[1:]
encoding = Tokenizer.from_file(tokenizer).encode(text)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
arrays = (encoding.ids, encoding.type_ids, encoding.attention_mask)
names = ("token_ids", "segment_ids", "padding_mask")
inputs = {name: np.array([row], "int32") for name, row in zip(names, arrays, strict=True)}
print(session.run(None, inputs)[0])
