"""PyTorch state dicts as people save them: nested, under a wrapper's prefix, with counters and a loss.

Everything here leaves names that it does not know alone, so that the check of the arrays refuses them
by name.
"""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from albert_tf.errors import CheckpointError

WORD_TABLE = "embeddings.word_embeddings.weight"
"""The one tensor that every ALBERT has; what stands before it is the wrapper's prefix."""

MODEL_PREFIX = "albert."
"""What transformers' own models with a head put before the names of the encoder."""

INNER_WRAPPERS = re.compile(r"\b(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")
"""What torch.compile, FSDP and activation checkpointing put in the middle of names too."""

COUNTERS = {"embeddings.position_ids": np.arange, "embeddings.token_type_ids": np.zeros}
"""Tensors of old releases that are no weights: the positions 0, 1, ... and zeros, by what makes them."""

OF_A_LOSS = re.compile(
    r"(^|[._])(loss|losses|criterion)(es)?(_\w+|\d+)?\.|[a-z0-9](Loss|Criterion)\.|"
    r"(^|[._])(class|label|loss|pos|sample)_?weights?$"
)
"""Names such as `loss_fct.weight`, `criterion.pos_weight`, `ce_loss.weight`, `class_weights`."""

NAMES_SHOWN, LONGEST_NAME = 3, 200


def find_state_dict(value: dict, is_tensor: Callable[[object], bool], path: Path) -> dict:
    """Returns the state dict of what `torch.save` wrote: itself, or the one entry that is one.

    Trainers save a dict of their own, as `{"epoch": 3, "state_dict": {...}, "optimizer_states": [...]}`.

    Args:
        value: the unpickled dict.
        is_tensor: whether an entry is a tensor.
        path: named in errors.

    Raises:
        CheckpointError: when several entries are state dicts of a model.
    """
    nested = {
        name: entry
        for name, entry in value.items()
        if isinstance(entry, dict) and entry and all(map(_is_entry(is_tensor), entry.items()))
    }
    models = [name for name, entry in nested.items() if any(map(_is_word_table, entry))]
    if len(models) > 1:
        raise CheckpointError(
            f"{path} holds several state dicts of a model ({_shown(models)}); save the one "
            "that is wanted alone, as torch.save(checkpoint[NAME], 'pytorch_model.bin')"
        )
    if models and not any(is_tensor(entry) and _is_word_table(n) for n, entry in value.items()):
        return nested[models[0]]
    return value


def _is_entry(is_tensor):
    return lambda item: isinstance(item[0], str) and is_tensor(item[1])


def _is_word_table(name) -> bool:
    return isinstance(name, str) and f".{name}".endswith(f".{WORD_TABLE}")


def own_names(tensors: dict[str, np.ndarray], source: str) -> dict[str, np.ndarray]:
    """Returns the tensors under the names that transformers' own classes give them.

    Dropped are: a prefix that all names share (`module.`, `model.`, `_orig_mod.`, any other), the prefix
    `albert.`, counters, and the buffers of a loss, none of which the outputs depend on.

    Args:
        tensors: tensor by the name that it was saved under.
        source: where they come from, for messages.

    Raises:
        CheckpointError: when only some names have a prefix, when there are several encoders, or when a
            counter does not count as ALBERT does.
    """
    plain = {}
    for name, tensor in tensors.items():
        short = INNER_WRAPPERS.sub("", name)
        if short in plain:
            raise CheckpointError(f"{source} holds {_shown([short])} twice; save it again")
        if not (OF_A_LOSS.search(short) and tensor.ndim <= 1):
            plain[short] = tensor
    prefix = _shared_prefix(plain, source)
    own = {}
    for name, tensor in plain.items():
        short = name.removeprefix(prefix).removeprefix(MODEL_PREFIX)
        if short in own:
            raise CheckpointError(f"{source} holds {_shown([short])} twice; save it again")
        if short in COUNTERS:
            _check_counter(short, tensor, source)
        else:
            own[short] = tensor
    return own


def _shared_prefix(names, source: str) -> str:
    tables = [name for name in names if _is_word_table(name)]
    if len(tables) > 1:
        raise CheckpointError(
            f"{source} holds {len(tables)} encoders ({_shown(tables)}); save the state dict "
            "of one alone"
        )
    if not tables:
        return ""
    prefix = tables[0].removesuffix(WORD_TABLE)
    if f".{prefix}".endswith(f".{MODEL_PREFIX}"):
        prefix = prefix.removesuffix(MODEL_PREFIX)
    without = [name for name in names if not name.startswith(prefix)]
    if without:
        raise CheckpointError(
            f"{source}: the encoder's names start with {_shown([prefix])}, as a wrapper's do, but {len(without)} of "
            f"{len(names)} do not: {_shown(without)}; they belong to a model of its own, so "
            "save the state dict of the model of transformers inside it"
        )
    return prefix


def _check_counter(name: str, tensor: np.ndarray, source: str) -> None:
    expected = COUNTERS[name](tensor.shape[-1] if tensor.ndim else 0).astype(tensor.dtype)
    if tensor.ndim == 0 or not (tensor == expected).all():
        raise CheckpointError(
            f"{source}: {name} does not hold what every ALBERT has there ({expected[:3].tolist()} ...), which "
            "changes the outputs and is not supported"
        )


def _shown(names) -> str:
    """Returns the first few names such that they cannot break or flood the message's line."""
    shown = [" ".join(str(name)[:LONGEST_NAME].split()) for name in names[:NAMES_SHOWN]]
    return ", ".join([*shown, *(["..."] if len(names) > NAMES_SHOWN else [])])
