"""The folder of records: every file under a name of its own, and all of them in place at once or not at all."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.operating_system import move_folder
from albert_tf.pretraining.examples import ExampleRecipe
from albert_tf.pretraining.exclusion import ExcludedTexts
from albert_tf.pretraining.manifest import (
    MANIFEST,
    Manifest,
    ShardEntry,
    file_sha256,
)
from albert_tf.pretraining.masking import MaskingVocabulary
from albert_tf.pretraining.words import words_name
from albert_tf.tokenizer.engines import file_name
from albert_tf.version import __version__

COUNTS = (
    "documents",
    "documents_without_examples",
    "paragraphs",
    "sentences",
    "excluded_paragraphs",
    "excluded_sentences",
    "text_tokens",
    "examples",
    "swapped",
    "dropped_single_words",
    "example_tokens",
    "masked_tokens",
)
"""What a manifest counts, in this order; `docs/pretraining.md` explains each."""


def shard_name(number: int, shards: int) -> str:
    """Returns the name of a file of records."""
    return f"part-{number:05d}-of-{shards:05d}.tfrecord"


class OutputFolder:
    """A folder that is written under a temporary name beside it, and renamed when it is complete.

    Used as a context manager: when the block ends with an error, the temporary folder is removed, so that never half of
    the records stand under the final name. What a killed process left behind is removed by the next one.

    Args:
        path: the final name.
        shards: number of record files.

    Raises:
        DataError: the folder holds something already, or cannot be made; in the block, what cannot be written.

    Attributes:
        temporary: where the files are written.
    """

    def __init__(self, path: str | Path, shards: int):
        if not isinstance(shards, int) or not 1 <= shards <= 99_999:
            raise DataError(f"shards is {shards!r}; expected a whole number, 1 to 99999")
        self.path = Path(path)
        self.shards = shards
        self.temporary = self.path.absolute().parent / f".{self.path.absolute().name}.tmp"

    def __enter__(self) -> "OutputFolder":
        try:
            if self.path.is_file() or (self.path.is_dir() and any(self.path.iterdir())):
                raise DataError(
                    f"{self.path}: exists and is not empty; name another folder, or remove it first"
                )
            shutil.rmtree(self.temporary, ignore_errors=True)
            self.temporary.mkdir(parents=True)
        except OSError as error:
            raise DataError(f"{self.path}: cannot be made ({error.strerror})") from None
        return self

    def __exit__(self, kind, error, traceback):
        if error is None:
            return
        shutil.rmtree(self.temporary, ignore_errors=True)
        if isinstance(error, tf.errors.OpError):
            raise DataError(f"{self.path}: cannot be written ({error.message})") from error
        if isinstance(error, OSError) and not isinstance(error, DataError):
            raise DataError(f"{self.path}: cannot be written ({error.strerror})") from error

    def shard_path(self, number: int) -> Path:
        """Returns where the records of a shard are written."""
        return self.temporary / shard_name(number, self.shards)

    def complete(self, manifest: Manifest, tokenizer) -> None:
        """Adds the manifest and the tokenizer's file, and gives the folder its final name."""
        content = tokenizer.model_bytes
        (self.temporary / file_name(content)).write_bytes(content)
        (self.temporary / MANIFEST).write_text(manifest.to_json(), "utf-8", newline="\n")
        for path in self.temporary.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        move_folder(self.temporary, self.path)


def shard_entry(path: Path, records: int) -> ShardEntry:
    """Returns the manifest's line of a finished file."""
    return ShardEntry(path.name, records, path.stat().st_size, file_sha256(path))


def write_shard(path: Path, records: Iterable[bytes]) -> ShardEntry:
    """Writes a file of records and returns the manifest's line of it."""
    count = 0
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
            count += 1
    return shard_entry(path, count)


def make_manifest(
    recipe: ExampleRecipe,
    tokenizer,
    excluded: ExcludedTexts,
    files: Sequence[str | Path],
    counts: Counter,
    shards: Sequence[ShardEntry],
) -> Manifest:
    """Returns the manifest of finished records.

    Raises:
        DataError: there was no text, or too little for one example.
    """
    if not counts["documents"]:
        raise DataError(f"{files[0]}: no text; expected one paragraph a line")
    if not counts["examples"]:
        raise DataError(
            f"{files[0]}: {counts['documents']} documents with {counts['text_tokens']} tokens make no example; "
            "expected documents of at least two words"
        )
    settings = {
        "version": __version__,
        "inputs": [Path(file).name for file in files],
        "seed": recipe.seed,
        "duplicates": recipe.duplicates,
        "short_share": recipe.short_share,
        "words": words_name(recipe.words),
        "excluded_texts": len(excluded),
    }
    return Manifest(
        sequence_length=recipe.sequence_length,
        masking=recipe.masking,
        recipe=recipe.mask,
        vocabulary=MaskingVocabulary.of(tokenizer),
        tokenizer=tokenizer.get_config(),
        settings=settings,
        counts={name: counts[name] for name in COUNTS},
        shards=tuple(shards),
    )
