"""`read_checkpoint`: finds out which format a folder holds, and reads it."""

import dataclasses
import re
import warnings
from pathlib import Path

from albert_tf.errors import AlbertWarning, CheckpointError
from albert_tf.tokenizer.engines import parse_vocabulary
from albert_tf.weights import huggingface, keras_hub, preset, sentence_transformers
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.google_tf1 import read_google_tf1
from albert_tf.weights.hub import SCHEME, download
from albert_tf.weights.model_garden import read_model_garden
from albert_tf.weights.tf_checkpoint import (
    OBJECT_GRAPH,
    TensorFlowCheckpoint,
    find_prefix,
    holds_checkpoint,
    is_prefix,
)
from albert_tf.weights.tokenizer_folder import read_tokenizer_file

READERS = {
    "preset": preset.read_preset,
    "keras_hub": keras_hub.read_keras_hub,
    "sentence_transformers": sentence_transformers.read_sentence_transformers,
    "huggingface": huggingface.read_huggingface,
    "model_garden": read_model_garden,
    "google_tf1": read_google_tf1,
}
"""The reader of each format. A new format is one new module and its line here."""

FOLDER_FORMATS = {
    "preset": preset.matches,
    "keras_hub": keras_hub.matches,
    "sentence_transformers": sentence_transformers.matches,
    "huggingface": huggingface.matches,
}
"""How the formats without TensorFlow checkpoints are told apart, in the order in which they are
tried."""

PRESETS = Path(__file__).parents[1] / "presets"
"""The folder of the presets that come with the package."""

LOOKED_FOR = (
    "albert_tf.json (this package's own preset), config.json with model.safetensors or "
    "pytorch_model.bin (Hugging Face), config.json with model.weights.h5 (keras-hub), *.index with "
    "*.data-* (google-research/albert, Model Garden), saved_model.pb with variables/ (TensorFlow Hub), "
    "modules.json (sentence-transformers)"
)

ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")

SUBFOLDERS_TRIED = 50


def bundled_presets() -> tuple[str, ...]:
    """Names of the presets that come with the package."""
    return tuple(sorted(path.name for path in PRESETS.iterdir()))


def detect_format(folder: str | Path) -> str:
    """Returns the format of a checkpoint, found out from the files of its folder.

    Args:
        folder: the folder, or the prefix of a TensorFlow checkpoint in it.

    Returns:
        `"preset"`, `"keras_hub"`, `"sentence_transformers"`, `"huggingface"`, `"model_garden"` or
        `"google_tf1"`.

    Raises:
        CheckpointError: when there is no such folder, or nothing known in it; the message lists
            what was looked for.
    """
    try:
        return _detect_format(Path(folder))
    except OSError as error:
        raise CheckpointError(
            f"cannot look into {folder}: {error}; check its permissions"
        ) from error


def _detect_format(location: Path) -> str:
    if not location.is_dir() and not is_prefix(location):
        found = "does not exist"
        if location.exists():
            is_archive = location.suffix.lower() in ARCHIVES
            found = f"is {'an archive; unpack it and' if is_archive else 'a file;'} pass its folder"
        raise CheckpointError(
            f"{location} {found}{_hub_hint(str(location))}; expected a folder with {LOOKED_FOR}; "
            f"{SCHEME}owner/name; or a bundled preset: {', '.join(bundled_presets()) or 'none'}"
        )
    found = _format_of(location)
    if found is not None:
        return found
    files = sorted(path.name for path in location.iterdir())
    shown = ", ".join(files[:6]) + (", ..." if len(files) > 6 else "") if files else "nothing"
    inside = [location / name for name in files[:SUBFOLDERS_TRIED] if (location / name).is_dir()]
    nested = next((str(folder) for folder in inside if _format_of(folder) is not None), None)
    hint = f"; but {nested} holds one: pass that folder" if nested else ""
    raise CheckpointError(
        f"{location} holds no checkpoint: looked for {LOOKED_FOR}; found {shown}{hint}"
    )


def _format_of(location: Path) -> str | None:
    for name, matches in FOLDER_FORMATS.items():
        if location.is_dir() and matches(location):
            return name
    if is_prefix(location) or holds_checkpoint(location):
        is_object = OBJECT_GRAPH in TensorFlowCheckpoint(find_prefix(location)).shapes
        return "model_garden" if is_object else "google_tf1"
    return None


def _hub_hint(name: str) -> str:
    """How to say a name that may be one of the Hugging Face Hub."""
    if re.fullmatch(r"albert-x{0,2}(base|large)-v[12]", name):
        name = f"albert/{name}"  # published there before names had owners
    if (Path(name).parent.is_dir() and "/" in name) or not re.fullmatch(
        r"[\w-][\w.-]*/[\w.-]+", name
    ):
        return ""
    return f", and the model of this name on the Hugging Face Hub is {SCHEME}{name}"


def read_checkpoint(
    source: str | Path, *, tokenizer: str | Path | bool | None = None
) -> Checkpoint:
    """Reads a checkpoint of any known format and checks that its arrays are complete.

    Args:
        source: the name of a bundled preset (`albert_small_en`); a folder; the prefix of a
            TensorFlow checkpoint (`runs/model.ckpt-best`); or `hf://owner/name`, optionally with
            `@revision`, which is downloaded (and cached) through huggingface_hub.
        tokenizer: None or True for the one that lies beside the weights; or the file of another, a
            SentencePiece model, a `vocab.txt` or a `tokenizer.json`; or False for none.

    Returns:
        The configuration, float32 arrays under this package's names, the head, and the tokenizer if
        there is one.

    Raises:
        CheckpointError: when nothing known is there, or a file is damaged, or an array is missing,
            extra or misshapen, or a tokenizer would give other ids than its own library.
        ConfigError: when the configuration asks for what this package does not compute.
        MissingExtraError: when a package that reads the format is not installed.

    Example:
    ```python
    from albert_tf.weights import read_checkpoint

    checkpoint = read_checkpoint("hf://albert/albert-base-v2")
    print(checkpoint.config.hidden_size, checkpoint.head)
    ```
    """
    location = _locate(str(source))
    tokenizer = None if tokenizer is True else tokenizer
    try:
        kind = detect_format(location)
        checkpoint = READERS[kind](location, with_tokenizer=tokenizer is None)
        if tokenizer is not None:
            checkpoint = _with_tokenizer(checkpoint, tokenizer)
    except OSError as error:
        raise CheckpointError(f"cannot read {location}: {error}; check its permissions") from error
    if kind != "preset" or tokenizer is not None:
        _compare_sizes(checkpoint)
    return checkpoint


def _with_tokenizer(checkpoint: Checkpoint, tokenizer: str | Path | bool) -> Checkpoint:
    """Returns the checkpoint with the tokenizer of a file, or with none."""
    # What the preset's own was told, such as the names of special tokens, does not hold for another.
    extra = dict(checkpoint.extra)
    if "preprocessor" in extra:
        extra["preprocessor"] = {k: v for k, v in extra["preprocessor"].items() if k != "tokenizer"}
    found = {} if tokenizer is False else read_tokenizer_file(tokenizer)._asdict()
    return dataclasses.replace(checkpoint, extra=extra, **found)


def _compare_sizes(checkpoint: Checkpoint) -> None:
    """Warns of rows of the word table that no piece has, since nobody can say what they were."""
    if checkpoint.tokenizer_model is None:
        return
    pieces = len(parse_vocabulary(checkpoint.tokenizer_model, checkpoint.source).pieces)
    rows = checkpoint.config.vocab_size
    if rows > pieces:
        warnings.warn(
            f"{checkpoint.source}: the word table has {rows} rows and the tokenizer {pieces} pieces, so the last "
            f"{rows - pieces} rows are never used; if they belong to added tokens, the file that lists them is missing",
            AlbertWarning,
            stacklevel=3,
        )


def _locate(source: str) -> Path:
    if source.startswith(SCHEME):
        return download(source)
    if source in bundled_presets():  # also when a folder of that name lies here; ./NAME means that
        return PRESETS / source
    return Path(source)
