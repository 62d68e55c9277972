"""Folders of sentence-transformers: a Hugging Face ALBERT, a pooling, and a length.

`modules.json` lists the steps from a text to its vector and the folder of each. Here they become an
`AlbertTextEmbedder`: the mean of the token states, scaled to length 1. A step that it does not have
is refused by name.
Source: `sentence_transformers/models/Transformer.py` and `Pooling.py`.
"""

import dataclasses
import json
import re
import warnings
from pathlib import Path
from typing import NamedTuple

from albert_tf.errors import AlbertWarning, CheckpointError, ConfigError
from albert_tf.weights.added_tokens import TOKENIZER_CONFIG_FILE
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import read_json
from albert_tf.weights.huggingface import read_huggingface

MODULES_FILE = "modules.json"
PROMPTS_FILE = "config_sentence_transformers.json"
SETTINGS_FILES = "sentence_*_config.json"
"""`sentence_bert_config.json`, or in old folders `sentence_albert_config.json`."""

TRANSFORMERS = ("Transformer", "ALBERT")
"""The class of the first step, today and in releases before 0.4."""

NUMBERED_FOLDER = re.compile(r"(\d+)_([A-Za-z]+)")
"""`0_Transformer`, `1_Pooling`: a step's place and class."""

MEAN = "mean_tokens"
SAME_DIRECTION = (MEAN, "mean_sqrt_len_tokens")
"""Poolings whose vectors, scaled to length 1, are those of the mean."""

ENCODER_PARTS = ("embeddings/", "encoder/", "pooler/")
SHORTEST = 4


class Step(NamedTuple):
    """A step from a text to its vector: the name of its class, and its folder."""

    kind: str
    folder: Path


def matches(folder: Path) -> bool:
    """Whether the folder is one of sentence-transformers."""
    return (folder / MODULES_FILE).is_file() or any(
        (step.folder / "config.json").is_file() for step in _numbered(folder)[:1]
    )


def read_sentence_transformers(folder: Path, *, with_tokenizer: bool = True) -> Checkpoint:
    """Reads a folder that `SentenceTransformer.save` wrote, as a text embedder.

    Args:
        folder: holds `modules.json`, or numbered folders.
        with_tokenizer: whether to read its tokenizer too.

    Raises:
        CheckpointError: when a step cannot be had here (another pooling than the mean, a dense layer), or
            a file is missing or damaged.
        ConfigError: when the model is no ALBERT, or its length is impossible.
    """
    steps = _steps(folder)
    if not steps or steps[0].kind not in TRANSFORMERS:
        kind = steps[0].kind if steps else "nothing"
        raise CheckpointError(
            f"{folder / MODULES_FILE} begins with {kind}; expected a Transformer, an ALBERT of Hugging Face"
        )
    _check_steps(folder, steps[1:])
    _check_prompt(folder / PROMPTS_FILE)
    checkpoint = read_huggingface(steps[0].folder, with_tokenizer=with_tokenizer)
    if checkpoint.head is not None:
        warnings.warn(
            f"{checkpoint.source}: its head ({checkpoint.head}) is left out, as sentence-transformers leaves it",
            AlbertWarning,
            stacklevel=2,
        )
    length, lowercase = _read_settings(steps[0].folder, checkpoint.config.max_position_embeddings)
    return dataclasses.replace(
        checkpoint,
        arrays={k: v for k, v in checkpoint.arrays.items() if k.startswith(ENCODER_PARTS)},
        head="text_embedder",
        head_config={"pooling": "mean"},
        lowercase=checkpoint.lowercase or lowercase,
        source=str(folder),
        extra={"pooling": "mean", "preprocessor": {"sequence_length": length}},
    )


def _steps(folder: Path) -> list[Step]:
    path = folder / MODULES_FILE
    if not path.is_file():
        return _numbered(folder)
    try:
        modules = json.loads(path.read_text("utf-8"))
        steps = [(m["type"].rsplit(".")[-1], m["path"]) for m in sorted(modules, key=_place)]
        parts = [Path(place).parts for _, place in steps]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"{path} is malformed ({error!r}); expected a list of modules, each with its path and type"
        ) from error
    if any(len(part) > 1 or ".." in part for part in parts):
        raise CheckpointError(f"{path} points outside its folder; do not trust this checkpoint")
    return [Step(kind, folder / place) for kind, place in steps]


def _place(module: dict) -> int:
    return int(module.get("idx", 0))


def _numbered(folder: Path) -> list[Step]:
    """Returns the steps of a folder without `modules.json`, by the names of its folders."""
    found = [
        (int(match[1]), match[2], path)
        for path in folder.iterdir()
        if (match := NUMBERED_FOLDER.fullmatch(path.name)) and path.is_dir()
    ]
    steps = [Step(kind, path) for _, kind, path in sorted(found)]
    return steps if steps and steps[0].kind in TRANSFORMERS else []


def _check_steps(folder: Path, steps: list[Step]) -> None:
    """Refuses every step but a mean of the tokens and a scaling to length 1."""
    kinds = [step.kind for step in steps]
    for step in steps:
        if step.kind == "Pooling":
            _check_pooling(step.folder / "config.json")
        elif step.kind not in ("Normalize", "Dropout"):
            raise CheckpointError(
                f"{folder} goes on with a step {step.kind}, which albert_tf does not have; expected Pooling and "
                "Normalize only. To use the encoder alone, pass the folder that holds its config.json, without "
                f"{MODULES_FILE}"
            )
    if kinds.count("Pooling") != 1:
        raise CheckpointError(f"{folder} has {kinds.count('Pooling')} Pooling steps; expected one")
    if "Normalize" not in kinds:
        warnings.warn(
            f"{folder} does not scale its vectors; those of albert_tf have length 1, so dot products are cosines",
            AlbertWarning,
            stacklevel=3,
        )


def _check_pooling(path: Path) -> None:
    values = read_json(path)
    chosen = [
        name.removeprefix("pooling_mode_")
        for name, value in values.items()
        if name.startswith("pooling_mode_") and value is True
    ]
    named = values.get("pooling_mode")  # of newer releases, one name or several
    if named is not None:
        names = [named] if isinstance(named, str) else list(named)
        chosen += [
            f"{name}_tokens" if name in ("mean", "mean_sqrt_len") else name for name in names
        ]
    if len(chosen) == 1 and chosen[0] in SAME_DIRECTION:
        return
    raise CheckpointError(
        f"{path}: the pooling is {' and '.join(map(str, chosen)) or 'missing'}; albert_tf has {MEAN} here (its "
        "'pooler' is a trained layer above the first token, and not cls_token)"
    )


def _check_prompt(path: Path) -> None:
    name = read_json(path).get("default_prompt_name") if path.is_file() else None
    if name is not None:
        raise CheckpointError(
            f"{path}: the prompt {name!r} is put before each text (default_prompt_name), which albert_tf does not do; "
            "set it to null, and put the prompt into the texts"
        )


def _read_settings(folder: Path, positions: int) -> tuple[int, bool]:
    """Returns the longest input in tokens, and whether texts are lower-cased."""
    paths = sorted(folder.glob(SETTINGS_FILES))
    values = read_json(paths[0]) if paths else {}
    length = values.get("max_seq_length")
    if length is None:  # what sentence-transformers takes then
        tokenizer = folder / TOKENIZER_CONFIG_FILE
        length = read_json(tokenizer).get("model_max_length") if tokenizer.is_file() else None
        length = positions if length is None else length
    if isinstance(length, bool) or not isinstance(length, int | float) or length < SHORTEST:
        raise ConfigError(
            f"{paths[0] if paths else folder}: max_seq_length is {length!r}; expected a number of at least {SHORTEST}"
        )
    return int(min(length, positions)), values.get("do_lower_case") is True
