"""Where the training loop gets its batches: records on disk, seen by each process in part."""

import hashlib
from pathlib import Path

import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.pretraining.record_files import PretrainingRecords, RecordFiles
from albert_tf.pretraining.records import pretraining_dataset


def as_records(files: RecordFiles) -> PretrainingRecords:
    """Returns records as they are, and finds those of a folder or of files."""
    return files if isinstance(files, PretrainingRecords) else PretrainingRecords.find(files)


class RecordSource:
    """Batches of records, without end for training, or once in their order for evaluation.

    Args:
        files: a folder, files of records, or `PretrainingRecords`.
        batch_size: examples in a batch, over all processes.
        rows: of each batch that are this process's.
        seed: of order and masks.
    """

    def __init__(self, files: RecordFiles, *, batch_size: int, rows: slice, seed: int):
        self.records = as_records(files)
        self.batch_size = batch_size
        self.rows = rows
        self.seed = seed

    def training(self, start_batch: int = 0) -> tf.data.Dataset:
        """Returns the batches from one on, without end; see `pretraining_dataset`."""
        dataset = pretraining_dataset(
            self.records, batch_size=self.batch_size, seed=self.seed, start_batch=start_batch
        )
        return self._own(dataset)

    def evaluation(self, batches: int) -> tf.data.Dataset:
        """Returns so many first batches, in the order of the files, with the same masks each time."""
        dataset = pretraining_dataset(
            self.records, batch_size=self.batch_size, seed=self.seed, shuffle=0, epochs=1
        )
        # Keras must know their number: on TensorFlow the step that finds no batch left would still
        # count as one in the means of the two losses.
        counted = dataset.take(batches).apply(tf.data.experimental.assert_cardinality(batches))
        return self._own(counted).cache()

    def tokens_per_example(self) -> float:
        """Returns the mean number of tokens without padding, of a thousand examples at most."""
        dataset = pretraining_dataset(
            self.records, batch_size=min(1000, self.records.num_examples), seed=self.seed, epochs=1
        )
        inputs = next(iter(dataset))[0]
        return float(tf.reduce_mean(tf.reduce_sum(inputs["padding_mask"], axis=1)))

    def fingerprint(self) -> str:
        """Returns a mark that changes when the examples do."""
        digest = hashlib.sha256()
        if self.records.manifest:
            digest.update(self.records.manifest.to_json().encode())
        for file, count in zip(self.records.files, self.records.counts, strict=True):
            digest.update(f"{Path(file).name} {Path(file).stat().st_size} {count}\n".encode())
        return digest.hexdigest()

    def check(self, config) -> None:
        """Raises a `DataError` when a model of this `AlbertConfig` cannot read the records."""
        length, positions = self.records.sequence_length, config.max_position_embeddings
        if length > positions:
            raise DataError(
                f"{self.records.files[0]}: its examples have {length} tokens, the model has {positions} "
                "positions (max_position_embeddings); prepare shorter ones, or use a longer model"
            )

    def _own(self, dataset):
        rows = self.rows
        if rows == slice(0, self.batch_size):
            return dataset
        return dataset.map(lambda *batch: tf.nest.map_structure(lambda x: x[rows], batch))
