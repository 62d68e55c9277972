"""Rematerialization is for memory, so memory is what is measured: in processes of their own.

What is read is the peak of the process's own address space (VmHWM). `ru_maxrss` would not do: a
child begins with the peak of the process that started it, and a step hides below a large one.
"""

import subprocess
import sys

import pytest

TRAIN = """
import re, sys
from pathlib import Path

import numpy as np

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier


def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])


config = AlbertConfig(
    vocab_size=100, embedding_size=32, hidden_size=128, num_hidden_layers=12,
    num_attention_heads=4, intermediate_size=512,
)
model = AlbertTextClassifier(AlbertBackbone(config, remat=sys.argv[1] == "remat"))
ids = np.random.default_rng(0).integers(1, 100, (4, 512))
inputs = {"token_ids": ids, "segment_ids": 0 * ids, "padding_mask": 0 * ids + 1}
small = {name: array[:1, :8] for name, array in inputs.items()}
model.train_on_batch(small, np.array([0]))  # traces the step
before = peak()
model.train_on_batch(inputs, np.array([0, 1, 0, 1]))
print(peak() - before)
"""


def kilobytes_of_a_step(kind):
    output = subprocess.run(
        [sys.executable, "-c", TRAIN, kind], check=True, capture_output=True, text=True
    ).stdout
    return int(output.split()[-1])


@pytest.mark.slow
def test_a_step_takes_less_than_half_the_memory():
    plain, remat = (kilobytes_of_a_step(kind) for kind in ("plain", "remat"))
    assert plain > 100_000, "the activations of twelve layers are not what this step is made of"
    assert remat < 0.5 * plain
