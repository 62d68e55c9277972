"""Hugging Face's ALBERT, read and written: `config.json`, weights, `spiece.model` or `vocab.txt`."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from albert_tf.atomic_files import write_files
from albert_tf.config import AlbertConfig
from albert_tf.errors import CheckpointError
from albert_tf.heads import head_of
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import as_float32, read_json, torch_parameters
from albert_tf.weights.huggingface_config import (
    read_config,
    read_head,
    read_head_config,
    write_config,
)
from albert_tf.weights.safetensors_file import read_safetensors, read_sharded
from albert_tf.weights.shapes import POOLER_ARRAYS, check_arrays
from albert_tf.weights.state_dict import own_names
from albert_tf.weights.tokenizer_file import FoundTokenizer
from albert_tf.weights.tokenizer_folder import read_folder_tokenizer, tokenizer_files
from albert_tf.weights.torch_pickle import read_torch_pickle

WEIGHT_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""Where the weights may be, best first."""

OTHER_FRAMEWORKS = ("tf_model.h5", "flax_model.msgpack", "rust_model.ot", "model.onnx")

KNOWN_BY_SUFFIX = {
    ".safetensors": "model.safetensors",
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin"), "pytorch_model.bin"),
}
"""The name that weights of one's own naming must have, by the ending that their writers give them."""

NOT_A_WHOLE_MODEL = re.compile(
    r"-\d+-of-\d+\.|^(adapter_model|optimizer|scheduler|training_args|rng_state)"
)
"""Shards, and what trainers write beside a model."""

OLD_ENDINGS = {".gamma": ".weight", ".beta": ".bias"}


def matches(folder: Path) -> bool:
    """Whether the folder looks like one of Hugging Face's."""
    if any((folder / name).is_file() for name in (*WEIGHT_FILES, *OTHER_FRAMEWORKS)):
        return True
    config = folder / "config.json"
    has_other_weights = any(folder.glob("*.index"))
    return config.is_file() and not has_other_weights and "model_type" in read_json(config)


def tensor_names(config: AlbertConfig) -> dict[str, str]:
    """Returns Hugging Face's name of every array, of all heads too, by this package's name.

    Names of the encoder stand without the prefix `albert.` that all models but the bare one carry.
    """
    names = {
        "embeddings/word_embeddings": "embeddings.word_embeddings.weight",
        "embeddings/position_embeddings": "embeddings.position_embeddings.weight",
        "embeddings/token_type_embeddings": "embeddings.token_type_embeddings.weight",
        "mlm_head/bias": "predictions.bias",
    }
    pairs = {
        "embeddings/layer_norm": "embeddings.LayerNorm",
        "embeddings/projection": "encoder.embedding_hidden_mapping_in",
        "pooler": "pooler",
        "classifier": "classifier",
        "qa_outputs": "qa_outputs",
        "mlm_head/dense": "predictions.dense",
        "mlm_head/layer_norm": "predictions.LayerNorm",
        "sop_classifier": "sop_classifier.classifier",
    }
    for group in range(config.num_hidden_groups):
        for inner in range(config.inner_group_num):
            ours = f"encoder/group_{group}_inner_{inner}"
            theirs = f"encoder.albert_layer_groups.{group}.albert_layers.{inner}"
            pairs |= {
                f"{ours}/attention/{p}": f"{theirs}.attention.{p}"
                for p in ("query", "key", "value")
            }
            pairs |= {
                f"{ours}/attention/output": f"{theirs}.attention.dense",
                f"{ours}/attention_layer_norm": f"{theirs}.attention.LayerNorm",
                f"{ours}/intermediate": f"{theirs}.ffn",
                f"{ours}/output": f"{theirs}.ffn_output",
                f"{ours}/output_layer_norm": f"{theirs}.full_layer_layer_norm",
            }
    return names | torch_parameters(pairs)


def read_huggingface(folder: Path, *, with_tokenizer: bool = True) -> Checkpoint:
    """Reads a folder that `save_pretrained` wrote, of any ALBERT class.

    Args:
        folder: holds `config.json` and the weights.
        with_tokenizer: whether to read its tokenizer too.

    Raises:
        ConfigError: when `config.json` asks for what this package does not compute.
        CheckpointError: when a file is missing or damaged, or a tensor is missing, extra or
            misshapen.
    """
    source = str(folder)
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f"{folder} holds weights but no config.json, and they do not tell the number of layers and heads; "
            "copy the config.json of the model that they were trained from there"
        )
    values = read_json(folder / "config.json")
    config = read_config(values, str(folder / "config.json"))
    tensors = _plain_names(_read_tensors(folder), source)
    head = read_head(values, tensors, str(folder / "config.json"))
    arrays = _to_arrays(tensors, config, source)
    num_classes = arrays["classifier/bias"].size if "classifier/bias" in arrays else None
    head_config = read_head_config(head, values, num_classes, str(folder / "config.json"))
    check_arrays(arrays, config, head, head_config, source)
    tokenizer = read_folder_tokenizer(folder) if with_tokenizer else FoundTokenizer()
    return Checkpoint(
        config=config,
        arrays=arrays,
        head=head,
        head_config=head_config,
        source=source,
        **tokenizer._asdict(),
    )


def _read_tensors(folder: Path) -> dict[str, np.ndarray]:
    for name in WEIGHT_FILES:
        path = folder / name
        if path.is_file():
            read_file = read_safetensors if "safetensors" in name else read_torch_pickle
            return read_sharded(path, read_file) if name.endswith(".json") else read_file(path)
    dangling = [name for name in WEIGHT_FILES if (folder / name).is_symlink()]
    if dangling:
        raise CheckpointError(
            f"{folder / dangling[0]} is a link to a file that is not there; download the model again, or copy the "
            "file itself (cp -L)"
        )
    others = [name for name in OTHER_FRAMEWORKS if (folder / name).is_file()]
    found = f" but {others[0]}, which is not read" if others else ""
    misnamed = sorted(
        path
        for path in folder.iterdir()
        if path.suffix in KNOWN_BY_SUFFIX
        and path.is_file()
        and not NOT_A_WHOLE_MODEL.search(path.name)
    )
    if misnamed and not others:
        name = KNOWN_BY_SUFFIX[misnamed[0].suffix]
        found = (
            f" by a name that is known, but {misnamed[0].name}: if it is the model, name it {name}"
        )
    raise CheckpointError(
        f"{folder} holds no weights{found}; expected one of {', '.join(WEIGHT_FILES)}, as "
        "save_pretrained of transformers' PyTorch class writes them"
    )


def _plain_names(tensors: dict[str, np.ndarray], source: str) -> dict[str, np.ndarray]:
    """Drops prefixes, old spellings, what is no weight, and copies of tied tensors."""
    plain = {}
    for name, tensor in own_names(tensors, source).items():
        if name.endswith(":0"):
            raise CheckpointError(
                f"{source} was written by a TensorFlow class of transformers ({name!r}); expected "
                "a PyTorch one: load it with that class and save it again"
            )
        for old, new in OLD_ENDINGS.items():
            if name.endswith(old):
                name = name.removesuffix(old) + new
        plain[name] = tensor
    for copy, original in (
        ("predictions.decoder.weight", "embeddings.word_embeddings.weight"),
        ("predictions.decoder.bias", "predictions.bias"),
    ):
        if copy not in plain:
            continue
        tensor = plain.pop(copy)
        if not np.array_equal(plain.setdefault(original, tensor), tensor):
            raise CheckpointError(
                f"{source}: {copy} differs from {original}; the two are one array in ALBERT, and "
                "an untied decoder is not supported"
            )
    return plain


def _to_arrays(
    tensors: dict[str, np.ndarray], config: AlbertConfig, source: str
) -> dict[str, np.ndarray]:
    """Renames and transposes; an unknown tensor keeps its name, for the message to come."""
    ours = {theirs: name for name, theirs in tensor_names(config).items()}
    arrays = {}
    for theirs in list(tensors):
        tensor = tensors.pop(theirs)  # popped, so that a large model is not held twice
        name = ours.get(theirs, theirs)
        if theirs in ours:
            tensor = as_float32(tensor.T if name.endswith("/kernel") else tensor, theirs, source)
        arrays[name] = tensor
    return arrays


def write_huggingface(checkpoint: Checkpoint, folder: str | Path) -> Path:
    """Writes a folder that `from_pretrained` of transformers loads, with the same outputs.

    Args:
        checkpoint: a model with any head; its tokenizer is written beside it when it is known. A
            pooler that its class of transformers does not have (masked language model, token
            classifier, question answerer) is left out.
        folder: created when missing. Files of the same names are replaced only after all are
            written.

    Returns:
        The folder.

    Raises:
        CheckpointError: when transformers cannot express the model (the learned attention bias, or a
            classifier on the mean of the tokens), an
            array does not fit, or the folder cannot be written; what stood in it is then intact.

    Example:
    ```python
    from albert_tf.weights import read_checkpoint, write_huggingface

    write_huggingface(read_checkpoint("runs/reviews/preset"), "for_transformers")
    ```
    """
    if checkpoint.head == "text_embedder":  # which has no weights of its own
        checkpoint = dataclasses.replace(checkpoint, head=None, head_config={})
    check_arrays(
        checkpoint.arrays,
        checkpoint.config,
        checkpoint.head,
        checkpoint.head_config,
        checkpoint.source,
    )
    config_text = json.dumps(write_config(checkpoint), indent=2) + "\n"
    files = {"model.safetensors": lambda path: _write_tensors(checkpoint, path)}
    if checkpoint.tokenizer_model is not None:
        files |= tokenizer_files(checkpoint)
    files["config.json"] = config_text
    return write_files(Path(folder), files)


def _write_tensors(checkpoint: Checkpoint, path: Path) -> None:
    names = tensor_names(checkpoint.config)
    # A class of transformers that does not read the pooler has none, and would call one unexpected.
    has_pooler = head_of(checkpoint.head).pooling is not None
    tensors = {}
    for name, array in checkpoint.arrays.items():
        if name in POOLER_ARRAYS and not has_pooler:
            continue
        is_encoder = name.startswith(("embeddings/", "encoder/", "pooler/"))
        prefix = "albert." if is_encoder and checkpoint.head is not None else ""
        tensor = array.T if name.endswith("/kernel") else array
        tensors[prefix + names[name]] = np.ascontiguousarray(tensor, dtype=np.float32)
    if "mlm_head/bias" in checkpoint.arrays:
        # The TensorFlow classes of transformers keep the tied bias a second time.
        tensors["predictions.decoder.bias"] = tensors["predictions.bias"]
    save_file(tensors, path, metadata={"format": "pt"})
