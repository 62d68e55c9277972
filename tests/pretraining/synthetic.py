"""Record files of made-up examples, each with a number of its own at its second token."""

import numpy as np
import tensorflow as tf

from albert_tf.pretraining import Manifest, MaskingRecipe, MaskingVocabulary, serialize_example
from albert_tf.pretraining.manifest import ShardEntry, file_sha256

LENGTH = 32
VOCABULARY = MaskingVocabulary(2000, 4, 0, (2, 3, 0), (0, 1, 2, 3, 4))
FIRST = 100


def example(number, masking):
    """`[CLS] number 10 11 ... [SEP] ... [SEP]` of different lengths, the second token its number + FIRST."""
    tokens = 8 + number % (LENGTH - 8)
    ids = np.arange(tokens) % 50 + 10
    ids[[0, tokens // 2, -1]] = 2, 3, 3
    ids[1] = FIRST + number
    segments = (np.arange(tokens) > tokens // 2).astype(int)
    masked = None
    if masking == "static":
        masked = np.array([3]), ids[[3]]
        ids = ids.copy()
        ids[3] = VOCABULARY.mask_id
    return serialize_example(
        ids,
        segments,
        np.ones(tokens, bool),
        number % 2 == 1,
        sequence_length=LENGTH,
        masked=masked,
        max_masked=5,
    )


def write_records(folder, examples=50, shards=3, masking="static", manifest=True):
    """Writes the examples 0, 1, ... to shards, example i to shard i mod shards."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for shard in range(shards):
        path = folder / f"part-{shard}.tfrecord"
        numbers = range(shard, examples, shards)
        with tf.io.TFRecordWriter(str(path)) as writer:
            for number in numbers:
                writer.write(example(number, masking))
        entries.append(ShardEntry(path.name, len(numbers), path.stat().st_size, file_sha256(path)))
    if manifest:
        recipe = MaskingRecipe(masked_share=0.3, max_masked=5)
        values = (LENGTH, masking, recipe, VOCABULARY, {}, {}, {}, tuple(entries))
        (folder / "manifest.json").write_text(Manifest(*values).to_json())
    return folder


def numbers(batch):
    """The numbers of the examples of a batch, whether they are masked or not."""
    inputs, targets, weights = batch
    found = inputs["token_ids"][:, 1].numpy()
    hidden = (inputs["masked_positions"].numpy() == 1) & (weights["mlm_logits"].numpy() == 1)
    labels = np.where(hidden, targets["mlm_logits"].numpy(), 0).sum(axis=1)
    return (np.where(hidden.any(axis=1), labels, found) - FIRST).tolist()
