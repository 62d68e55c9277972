"""LiteRT itself: opens a file and runs it once on eight tokens; no text, no tokenizer."""

import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter(model_path=sys.argv[1], num_threads=1)
for tensor in interpreter.get_input_details():
    interpreter.resize_tensor_input(tensor["index"], (1, 8))
interpreter.allocate_tensors()
for tensor in interpreter.get_input_details():
    interpreter.set_tensor(tensor["index"], np.ones((1, 8), "int32"))
interpreter.invoke()
print(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
