"""A pipeline of transformers, on PyTorch."""

import sys

from transformers import pipeline

folder, text = sys.argv[1:]
print(pipeline("text-classification", model=folder)(text))
