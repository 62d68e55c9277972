"""BERT read as the ALBERT that it is: one group a layer, word table as wide as the hidden states.

ALBERT with `num_hidden_groups = num_hidden_layers` and `embedding_size = hidden_size` computes BERT's
encoder when its embedding projection is the identity. So a BERT, such as the teacher of a
distillation, runs in this package's own backbone.
"""

from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import CheckpointError
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import (
    EXACT_GELU,
    TANH_GELU,
    as_float32,
    build_config,
    check_only_default,
    identity_projection,
    map_activation,
    read_json,
    torch_parameters,
)
from albert_tf.weights.safetensors_file import read_safetensors
from albert_tf.weights.shapes import check_arrays

ACTIVATIONS = {
    "gelu": EXACT_GELU,
    "gelu_new": TANH_GELU,
    "gelu_pytorch_tanh": TANH_GELU,
    "relu": "relu",
}
SAME_NAMES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
    "max_position_embeddings",
    "type_vocab_size",
    "initializer_range",
    "layer_norm_eps",
)
ONLY_DEFAULT = {"position_embedding_type": ("absolute", None), "is_decoder": (False, None)}


def read_bert(folder: Path) -> Checkpoint:
    """Reads the encoder of a BERT folder in Hugging Face's layout; heads are left aside.

    Args:
        folder: holds `config.json` with `model_type` `bert`, and `model.safetensors`.

    Returns:
        A `Checkpoint` without a head and without a tokenizer (BERT's is WordPiece).

    Raises:
        ConfigError: when `config.json` asks for what this package does not compute.
        CheckpointError: when a file is missing or damaged, it is not a BERT, or a tensor is
            missing or misshapen.
    """
    source = str(folder / "config.json")
    values = read_json(folder / "config.json")
    if values.get("model_type") != "bert":
        raise CheckpointError(
            f"{source}: model_type is {values.get('model_type')!r}; expected 'bert'"
        )
    check_only_default(values, ONLY_DEFAULT, source)
    config = _read_config(values, source)
    tensors = {
        name.removeprefix("bert."): array
        for name, array in read_safetensors(folder / "model.safetensors").items()
    }
    arrays = identity_projection(config)
    for ours, theirs in _tensor_names(config, tensors).items():
        array = _find(tensors, theirs, folder)
        array = array.T if ours.endswith("/kernel") else array  # PyTorch's are (outputs, inputs)
        arrays[ours] = as_float32(array, theirs, str(folder))
    check_arrays(arrays, config, None, {}, str(folder))
    return Checkpoint(config, arrays, source=str(folder))


def _read_config(values: dict, source: str) -> AlbertConfig:
    ours = {name: values[name] for name in SAME_NAMES if name in values}
    ours["hidden_act"] = map_activation(values.get("hidden_act", "gelu"), ACTIVATIONS, source)
    ours["embedding_size"] = values.get("hidden_size")
    ours["num_hidden_groups"] = values.get("num_hidden_layers")
    return build_config(ours, source)


def _tensor_names(config: AlbertConfig, tensors: dict) -> dict[str, str]:
    """BERT's name of every array, by this package's name."""
    names = {
        f"embeddings/{table}": f"embeddings.{table}.weight"
        for table in ("word_embeddings", "position_embeddings", "token_type_embeddings")
    }
    layers = {"embeddings/layer_norm": "embeddings.LayerNorm"}
    if "pooler.dense.weight" in tensors:
        layers["pooler"] = "pooler.dense"
    for i in range(config.num_hidden_layers):
        ours, theirs = f"encoder/group_{i}_inner_0", f"encoder.layer.{i}"
        layers |= {
            f"{ours}/attention/{p}": f"{theirs}.attention.self.{p}"
            for p in ("query", "key", "value")
        }
        layers |= {
            f"{ours}/attention/output": f"{theirs}.attention.output.dense",
            f"{ours}/attention_layer_norm": f"{theirs}.attention.output.LayerNorm",
            f"{ours}/intermediate": f"{theirs}.intermediate.dense",
            f"{ours}/output": f"{theirs}.output.dense",
            f"{ours}/output_layer_norm": f"{theirs}.output.LayerNorm",
        }
    return names | torch_parameters(layers)


def _find(tensors: dict, name: str, folder: Path) -> np.ndarray:
    if name not in tensors:
        raise CheckpointError(f"{folder} has no tensor {name}; expected a whole BERT encoder")
    return tensors[name]
