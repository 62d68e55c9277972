"""The files of records that training reads: found, checked and counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.pretraining.manifest import MANIFEST, Manifest, file_sha256
from albert_tf.pretraining.masking import MaskingRecipe
from albert_tf.pretraining.masking_in_graph import InGraphMasker
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.engines import FILE_NAMES, SENTENCEPIECE_NAME

SUFFIX = ".tfrecord"
REQUIRED = {"input_ids", "segment_ids", "input_mask", "next_sentence_labels"}


@dataclass(frozen=True)
class PretrainingRecords:
    """A set of record files, and what they hold.

    Args:
        files: the files, in the order in which they are read.
        counts: number of records of each file.
        sequence_length: tokens of an example.
        max_masked: most masked tokens of an example; None when they are masked as they are read.
        manifest: the `Manifest` beside the files, or None.
    """

    files: tuple[str, ...]
    counts: tuple[int, ...]
    sequence_length: int
    max_masked: int | None
    manifest: Manifest | None

    @classmethod
    def find(
        cls, source: str | Path | Sequence[str | Path], verify: bool = True
    ) -> "PretrainingRecords":
        """Finds the files, counts their records, and looks into the first one.

        Args:
            source: a folder that `albert-tf pretraining-data` wrote, or files of records, also those of
                google-research/albert.
            verify: read all of every file first, and compare it with the manifest's sha256 where there is one. Without
                it only sizes are compared, and damage inside a file shows in training, as TensorFlow's
                `DataLossError`.

        Raises:
            DataError: nothing is found, or a file is damaged, truncated, or not what the manifest says; the message
                names it.
        """
        files = _record_files(source)
        folder = files[0].parent
        manifest = Manifest.read(folder) if (folder / MANIFEST).is_file() else None
        entries = {entry.name: entry for entry in manifest.shards} if manifest else {}
        counts = [
            _checked_count(file, entries.get(file.name) if file.parent == folder else None, verify)
            for file in files
        ]
        if not sum(counts):
            raise DataError(f"{files[0]}: holds no examples; prepare the data again")
        first = next(file for file, count in zip(files, counts, strict=True) if count)
        sequence_length, max_masked = _look_into(first)
        return cls(tuple(map(str, files)), tuple(counts), sequence_length, max_masked, manifest)

    @property
    def num_examples(self) -> int:
        """Number of examples, those of an epoch."""
        return sum(self.counts)

    @property
    def masking(self) -> str:
        """`"static"` when the records hold masked tokens, else `"dynamic"`."""
        return "dynamic" if self.max_masked is None else "static"

    def tokenizer(self) -> AlbertTokenizer:
        """Returns the tokenizer that made the records, from its file beside them.

        Raises:
            DataError: there is no manifest.
            CheckpointError: the file is missing or damaged.
            ConfigError: it is not the one that the manifest names.
        """
        folder = Path(self.files[0]).parent
        if self.manifest is None:
            raise DataError(f"{folder / MANIFEST}: no such file; it tells which tokenizer to use")
        found = (folder / name for name in FILE_NAMES)
        path = next(filter(Path.is_file, found), folder / SENTENCEPIECE_NAME)
        return AlbertTokenizer.from_config(self.manifest.tokenizer, path)

    def masker(self, recipe: MaskingRecipe | None = None) -> InGraphMasker:
        """Returns what masks the examples of dynamic records.

        Args:
            recipe: default that of the manifest.

        Raises:
            DataError: the records are masked already, or there is no manifest to tell the ids of the vocabulary.
        """
        if self.masking == "static":
            raise DataError(
                f"{self.files[0]}: its tokens are masked already, so no other recipe can apply; prepare the data "
                "with --masking dynamic"
            )
        if self.manifest is None:
            raise DataError(
                f"{Path(self.files[0]).parent / MANIFEST}: no such file; records without masks need it to be masked"
            )
        return InGraphMasker(
            recipe or self.manifest.recipe, self.manifest.vocabulary, self.sequence_length
        )


def _record_files(source):
    if isinstance(source, (str, Path)):
        source = [source]
    if not isinstance(source, Iterable):
        raise DataError(f"files is {source!r}; expected a folder or files of records")
    files = []
    for path in map(Path, source):
        found = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not found:
            raise DataError(
                f"{path}: holds no {SUFFIX} files; prepare the data with albert-tf pretraining-data"
            )
        if path.is_dir() and (path / MANIFEST).is_file():
            found = [path / entry.name for entry in Manifest.read(path).shards]
        files += found
    if not files:
        raise DataError("files is empty; expected a folder or files of records")
    return files


def _checked_count(path, entry, verify):
    """Number of records of a file, after checking that it is whole."""
    try:
        size = path.stat().st_size
        if entry is None:
            return _read_through(path)
        if size != entry.bytes or (verify and file_sha256(path) != entry.sha256):
            what = "truncated" if size < entry.bytes else "damaged"
            raise DataError(
                f"{path}: {what}: it is not the file that {MANIFEST} lists ({size:,} of {entry.bytes:,} bytes); "
                "copy it again, or prepare the data again"
            )
        return entry.records
    except FileNotFoundError:
        raise DataError(
            f"{path}: no such file; check the path, or prepare the data again"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None


def _read_through(path):
    try:
        count = tf.data.TFRecordDataset(str(path)).reduce(np.int64(0), lambda n, _: n + 1)
        return int(count)
    except tf.errors.OpError as error:
        reason = "truncated" if "truncated" in error.message else "damaged, or no file of records"
        raise DataError(f"{path}: {reason}; copy it again, or prepare the data again") from None


def _look_into(path):
    """Sequence length and number of masked positions (None without them) of a file's first record."""
    (record,) = tf.data.TFRecordDataset(str(path)).take(1).as_numpy_iterator()
    try:
        features = tf.train.Example.FromString(record).features.feature
    except Exception:  # protobuf's DecodeError is not part of its public names
        features = {}
    lengths = {name: len(features[name].int64_list.value) for name in features}
    missing = REQUIRED - set(lengths)
    if missing:
        raise DataError(
            f"{path}: not a file of pretraining examples: no feature {', '.join(sorted(missing))}"
        )
    return lengths["input_ids"], lengths.get("masked_lm_positions")


RecordFiles = str | Path | Sequence[str | Path] | PretrainingRecords
"""Records in all forms that are taken: a folder, files, or what was found there before."""
