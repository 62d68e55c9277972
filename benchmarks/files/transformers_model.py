"""The ALBERT classifier of transformers, on PyTorch, from a checkpoint in Hugging Face's layout."""

from pathlib import Path

import torch
import transformers

from benchmarks.engines.inputs import TRANSFORMERS, make_inputs

LONGEST = 512


class Classifier(torch.nn.Module):
    """Three arrays in, logits out: the form that exporters take."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        """Returns logits `(batch, classes)`."""
        return self.model(input_ids, attention_mask, token_type_ids).logits


def load_model(checkpoint: Path, **changes):
    """Returns the model, with changes to its config."""
    config = transformers.AutoConfig.from_pretrained(checkpoint)
    attention = changes.pop("attn_implementation", None)
    for name, value in changes.items():
        setattr(config, name, value)
    return transformers.AlbertForSequenceClassification.from_pretrained(
        checkpoint, config=config, attn_implementation=attention
    ).eval()


def example_inputs(length: int) -> tuple:
    """Returns the inputs in transformers' order and type."""
    arrays = make_inputs(length)
    return tuple(torch.from_numpy(arrays[n].astype("int64")) for n in TRANSFORMERS.values())
