"""Examples as `tf.Example` records, under the feature names of google-research/albert: written and read."""

import numpy as np
import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.pretraining.masking import MaskingRecipe
from albert_tf.pretraining.record_files import PretrainingRecords, RecordFiles

POOL = 16_384
"""Records that are shuffled together: some 15 MB of 128 tokens each."""
FILES_AT_ONCE = 16
INPUTS = ("input_ids", "segment_ids", "input_mask")
MASKED = ("masked_lm_positions", "masked_lm_ids")


def serialize_example(
    token_ids: np.ndarray,
    segment_ids: np.ndarray,
    word_starts: np.ndarray,
    is_swapped: bool,
    *,
    sequence_length: int,
    masked: tuple[np.ndarray, np.ndarray] | None = None,
    max_masked: int = 0,
) -> bytes:
    """Returns one example as a serialized `tf.Example`.

    The features are those that `run_pretraining.py` of google-research/albert reads: `input_ids`, `input_mask`,
    `segment_ids`, `token_boundary` (1 where a word begins, and at `[CLS]` and `[SEP]`), `next_sentence_labels` (0: the
    segments stand in their order, 1: swapped, there as here), and, for a masked example, `masked_lm_positions`,
    `masked_lm_ids` and `masked_lm_weights`.

    Args:
        token_ids: int `(tokens,)`, with `[CLS]` and `[SEP]`, masked or not, unpadded.
        segment_ids: 0 or 1 for each token, `(tokens,)`.
        word_starts: whether each token begins a word, `(tokens,)`.
        is_swapped: whether the second segment stood before the first one.
        sequence_length: what the tokens are padded to, with zeros.
        masked: positions and original ids of the masked tokens, `(masked,)` each; None leaves the features out.
        max_masked: what those are padded to.

    Raises:
        DataError: there are more tokens than `sequence_length`, or more masked ones than `max_masked`.
    """
    for name, length, limit in (
        ("token_ids", len(token_ids), sequence_length),
        ("masked", len(masked[0]) if masked else 0, max_masked),
    ):
        if length > limit:
            raise DataError(f"{name} has {length} entries; expected at most {limit}")
    padding = [0] * (sequence_length - len(token_ids))
    features = {
        "input_ids": _integers(token_ids.tolist() + padding),
        "input_mask": _integers([1] * len(token_ids) + padding),
        "segment_ids": _integers(segment_ids.tolist() + padding),
        "token_boundary": _integers(word_starts.astype(int).tolist() + padding),
        "next_sentence_labels": _integers([int(is_swapped)]),
    }
    if masked is not None:
        positions, labels = masked
        missing = max_masked - len(positions)
        weights = [1.0] * len(positions) + [0.0] * missing
        features["masked_lm_positions"] = _integers(positions.tolist() + [0] * missing)
        features["masked_lm_ids"] = _integers(labels.tolist() + [0] * missing)
        features["masked_lm_weights"] = tf.train.Feature(
            float_list=tf.train.FloatList(value=weights)
        )
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def _integers(values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def pretraining_dataset(
    files: RecordFiles,
    *,
    batch_size: int,
    seed: int,
    sequence_length: int | None = None,
    max_masked: int | None = None,
    masking: MaskingRecipe | None = None,
    shuffle: int = POOL,
    start_batch: int = 0,
    epochs: int | None = None,
    verify: bool = True,
) -> tf.data.Dataset:
    """Returns the batches of pretraining for `AlbertPretrainer`.

    Every epoch has another order, and with dynamic records other masks. Both are pure functions of the seed and
    the number of the example since the start, so a run that resumes at `start_batch` sees what it would have seen. The
    global seed of TensorFlow and Keras plays no part. Batches reach over the end of an epoch.

    Args:
        files: a folder, files, or `PretrainingRecords`; whether they are masked is read from them.
        batch_size: examples in a batch.
        seed: of order and masks.
        sequence_length: checked against the records when given.
        max_masked: checked against the records, or the recipe, when given.
        masking: masks dynamic records in place of the manifest's recipe.
        shuffle: records that are shuffled together, after the files have been shuffled, each begun at a random place,
            and interleaved; 0 keeps the order of files and records.
        start_batch: batches that are done already; they are skipped, unparsed.
        epochs: how often all examples are read; the last batch of the last one may be smaller. None: without end.
        verify: see `PretrainingRecords.find`.

    Returns:
        A dataset of `(inputs, targets, sample_weights)`. `inputs`: int32 `token_ids`, `segment_ids`, `padding_mask`
        `(batch, sequence_length)`, `masked_positions` `(batch, max_masked)`. `targets`: int32 `mlm_logits`
        `(batch, max_masked)`, `sop_logits` `(batch,)`, 0 for the right order and 1 for swapped. `sample_weights`:
        float32 of the shapes of the targets; 0 for the padding of masked positions, 1 for all else.

    Raises:
        DataError: a file is missing or damaged, records do not fit the arguments, or an argument is impossible.

    Example:

    ```python
    from albert_tf.pretraining import pretraining_dataset

    dataset = pretraining_dataset("data", batch_size=32, seed=1, start_batch=1000)
    inputs, targets, sample_weights = next(iter(dataset))
    ```
    """
    records = files
    if not isinstance(files, PretrainingRecords):
        records = PretrainingRecords.find(files, verify)
    _check_numbers(batch_size=(batch_size, 1), shuffle=(shuffle, 0), start_batch=(start_batch, 0))
    if epochs is not None:
        _check_numbers(epochs=(epochs, 1))
    masker = None
    if masking is not None or records.masking == "dynamic":
        masker = records.masker(masking)
    found = masker.recipe.max_masked if masker else records.max_masked
    _compare(records, "sequence_length", sequence_length, records.sequence_length)
    _compare(records, "max_masked", max_masked, found)

    start = start_batch * batch_size
    dataset = _raw_records(records, seed, shuffle, start, epochs)
    if masker is not None:
        dataset = dataset.enumerate(start).map(
            lambda index, record: (record, masker.draws(tf.stack([tf.cast(seed, tf.int64), index])))
        )
    dataset = dataset.batch(batch_size, drop_remainder=epochs is None)
    dataset = dataset.map(_Parser(records, masker))
    options = tf.data.Options()
    options.deterministic = True
    return dataset.with_options(options).prefetch(2)


def _check_numbers(**numbers):
    for name, (value, least) in numbers.items():
        if not isinstance(value, (int, np.integer)) or value < least:
            raise DataError(f"{name} is {value!r}; expected a whole number, at least {least}")


def _compare(records, name, asked, found):
    if asked is not None and asked != found:
        raise DataError(
            f"{records.files[0]}: its {name} is {found}, and {asked} was asked for; prepare the data again, or "
            f"train with {found}"
        )


def _raw_records(records, seed, pool, start, num_epochs):
    """Serialized records, epoch after epoch, from record number `start` on."""
    first_epoch, skipped = divmod(start, records.num_examples)

    def epoch_records(epoch):
        if pool:
            return _mixed(records, pool, tf.cast(seed, tf.int64), epoch)
        files = tf.data.Dataset.from_tensor_slices(list(records.files))
        return files.flat_map(tf.data.TFRecordDataset)

    epochs = tf.data.Dataset.range(first_epoch, num_epochs or np.iinfo("int64").max)
    return epochs.flat_map(epoch_records).skip(skipped)


def _mixed(records, pool, seed, epoch):
    """The records of an epoch, shuffled.

    Files keep the order of the corpus, in which neighbours are alike. So each is read from a random place on, and
    around its end, several in turn; then pools of what comes are shuffled.
    """
    order, place = _fold(seed, epoch, -1), _fold(seed, epoch, -2)
    counts = tf.constant(records.counts, tf.int64)
    share = tf.random.stateless_uniform(counts.shape, place)
    starts = tf.minimum(tf.cast(share * tf.cast(counts, tf.float32), tf.int64), counts)
    files = [_shuffled(values, order) for values in (tf.constant(records.files), starts)]

    def rotated(file, first):
        whole = tf.data.TFRecordDataset(file)
        return whole.skip(first).concatenate(whole.take(first))

    dataset = tf.data.Dataset.from_tensor_slices(tuple(files))
    dataset = dataset.interleave(rotated, cycle_length=min(FILES_AT_ONCE, len(records.files)))
    dataset = dataset.batch(pool).enumerate()
    dataset = dataset.map(lambda number, batch: _shuffled(batch, _fold(seed, epoch, number)))
    return dataset.unbatch()


def _fold(seed, epoch, number):
    """The seed of one shuffling, int32 `(2,)`."""
    folded = tf.random.experimental.stateless_fold_in(tf.stack([seed, 1]), epoch)
    return tf.random.experimental.stateless_fold_in(folded, tf.cast(number, tf.int64))


def _shuffled(values, seed):
    # `Dataset.shuffle` would mix in the global seed, if a script happens to set it.
    order = tf.argsort(tf.random.stateless_uniform(tf.shape(values), seed), stable=True)
    return tf.gather(values, order)


class _Parser:
    """A batch of serialized records, and random numbers where they are masked now, to what the model takes."""

    def __init__(self, records, masker):
        length, masked = records.sequence_length, records.max_masked
        self.masker = masker
        self.features = {name: tf.io.FixedLenFeature([length], tf.int64) for name in INPUTS}
        self.features["next_sentence_labels"] = tf.io.FixedLenFeature([1], tf.int64)
        if masker:
            self.features["token_boundary"] = tf.io.FixedLenFeature([length], tf.int64)
        else:
            for name in MASKED:
                self.features[name] = tf.io.FixedLenFeature([masked], tf.int64)
            self.features["masked_lm_weights"] = tf.io.FixedLenFeature([masked], tf.float32)

    def __call__(self, serialized, draws=None):
        parsed = tf.io.parse_example(serialized, self.features)
        parsed = {
            name: tf.cast(value, tf.int32) if value.dtype == tf.int64 else value
            for name, value in parsed.items()
        }
        token_ids = parsed["input_ids"]
        if self.masker:
            token_ids, positions, labels, weights = self.masker(
                token_ids, parsed["token_boundary"], draws
            )
        else:
            positions, labels = (parsed[name] for name in MASKED)
            weights = parsed["masked_lm_weights"]
        order = parsed["next_sentence_labels"][:, 0]
        inputs = {
            "token_ids": token_ids,
            "segment_ids": parsed["segment_ids"],
            "padding_mask": parsed["input_mask"],
            "masked_positions": positions,
        }
        targets = {"mlm_logits": labels, "sop_logits": order}
        sample_weights = {
            "mlm_logits": weights,
            "sop_logits": tf.ones_like(order, tf.float32),
        }
        return inputs, targets, sample_weights
