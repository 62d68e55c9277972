"""`hf://owner/name[@revision]`: checkpoints of the Hugging Face Hub.

They are downloaded through huggingface_hub, whose settings hold: `HF_HOME` (the cache), `HF_TOKEN`,
`HF_ENDPOINT` (a mirror), `HF_HUB_OFFLINE` (cache only).
"""

import re
from pathlib import Path

from albert_tf.errors import CheckpointError, MissingExtraError
from albert_tf.weights.foreign import one_line

SCHEME = "hf://"
NAME = re.compile(r"hf://(?!.*\.\.)([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")

DESCRIPTIONS = (
    "albert_tf.json",
    "config.json",
    "albert_config.json",
    "task.json",
    "metadata.json",
    "tokenizer_config.json",
    "tokenizer.json",
    "added_tokens.json",
    "vocab.txt",
    "spiece.model",
    "tokenizer.model",
    "30k-clean.model",
    "assets/tokenizer/vocabulary.spm",
    "modules.json",
    "config_sentence_transformers.json",
    "sentence_*_config.json",
    "[0-9]_*/*.json",
    "[0-9]_*/spiece.model",
)
"""Small files that every format may need."""

WEIGHTS = (
    (
        "model.safetensors",
        "model.safetensors.index.json",
        "model-*.safetensors",
        "0_*/model.safetensors",
    ),
    ("model.weights.h5", "task.weights.h5"),
    (
        "pytorch_model.bin",
        "pytorch_model.bin.index.json",
        "pytorch_model-*.bin",
        "0_*/pytorch_model.bin",
    ),
    ("checkpoint", "*.index", "*.data-?????-of-?????"),
)
"""Files of weights, best first: repositories often hold the same weights several times over."""


def download(source: str) -> Path:
    """Returns the local folder of a model of the Hugging Face Hub, downloading what is not cached.

    Only the files that a checkpoint needs are fetched, and of the weights only one format.

    Args:
        source: `hf://owner/name`, optionally followed by `@` and a branch, tag or commit.

    Raises:
        MissingExtraError: when huggingface_hub is not installed.
        CheckpointError: when the name is malformed, there is no such model, or the network fails
            and the cache does not have it.
    """
    match = NAME.fullmatch(source)
    if match is None:
        raise CheckpointError(
            f"{source!r} is not the name of a model; expected hf://owner/name or "
            "hf://owner/name@revision"
        )
    name, revision = match.groups()
    for weights in WEIGHTS:
        folder = _snapshot(source, name, revision, [*DESCRIPTIONS, *weights])
        if any(any(folder.glob(pattern)) for pattern in weights):
            return folder
    wanted = ", ".join(pattern for weights in WEIGHTS for pattern in weights)
    raise CheckpointError(f"{source} has no weights that can be read; looked for {wanted}")


def _snapshot(source: str, name: str, revision: str | None, patterns: list[str]) -> Path:
    """Downloads the files that match, and explains in one line what went wrong."""
    try:
        from huggingface_hub import constants, errors, snapshot_download
    except ImportError as error:
        raise MissingExtraError("huggingface_hub", "hub", source) from error
    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=patterns))
    except errors.GatedRepoError as error:
        problem, mend, cause = "is gated", "accept its terms on its page and set HF_TOKEN", error
    except errors.RevisionNotFoundError as error:
        problem, mend, cause = f"has no revision {revision!r}", "check the branch or tag", error
    except errors.RepositoryNotFoundError as error:
        problem, mend, cause = "does not exist or is private", "check it, or set HF_TOKEN", error
    except errors.LocalEntryNotFoundError as error:
        cause = error.__cause__ or error
        status = getattr(getattr(cause, "response", None), "status_code", None)
        reason = type(cause).__name__ if status is None else f"HTTP status {status}"
        problem = f"cannot be reached ({reason} at {constants.ENDPOINT}) and is not in the cache"
        mend = "check the network, HF_ENDPOINT and HF_HUB_OFFLINE"
    except (OSError, ValueError) as error:
        problem, mend, cause = f"failed to download ({one_line(error)})", "try again", error
    raise CheckpointError(f"the model {name} of the Hugging Face Hub {problem}; {mend}") from cause
