"""Records to batches: every example once an epoch, exact resumption, damage that is named."""

import itertools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.pretraining import (
    Manifest,
    MaskingRecipe,
    PretrainingRecords,
    pretraining_dataset,
    serialize_example,
)
from tests.pretraining.synthetic import LENGTH, VOCABULARY, numbers, write_records

OPTIONS = {"batch_size": 7, "seed": 3, "shuffle": 16}


@pytest.fixture(scope="module", params=["static", "dynamic"])
def folder(request, tmp_path_factory):
    return write_records(tmp_path_factory.mktemp(request.param), masking=request.param)


def batches(source, count, **options):
    return list(pretraining_dataset(source, **{**OPTIONS, **options}).take(count))


def assert_equal(first, second):
    assert len(first) == len(second)
    for a, b in zip(tf.nest.flatten(first), tf.nest.flatten(second), strict=True):
        np.testing.assert_array_equal(a, b)


def test_shapes_and_types(folder):
    inputs, targets, weights = batches(folder, 1)[0]
    ints = dict.fromkeys(("token_ids", "segment_ids", "padding_mask"), (7, LENGTH))
    ints["masked_positions"] = (7, 5)
    assert {name: tuple(value.shape) for name, value in inputs.items()} == ints
    assert {name: tuple(v.shape) for name, v in targets.items()} == {
        "mlm_logits": (7, 5),
        "sop_logits": (7,),
    }
    assert all(v.dtype == tf.int32 for v in (*inputs.values(), *targets.values()))
    assert {name: (v.dtype, tuple(v.shape)) for name, v in weights.items()} == {
        "mlm_logits": (tf.float32, (7, 5)),
        "sop_logits": (tf.float32, (7,)),
    }


def test_every_example_once_an_epoch_in_a_new_order(folder):
    seen = list(itertools.chain(*map(numbers, batches(folder, 3 * 50, batch_size=1))))
    epochs = [seen[:50], seen[50:100], seen[100:]]
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert len(set(map(tuple, epochs))) == 3
    other = list(itertools.chain(*map(numbers, batches(folder, 50, batch_size=1, seed=4))))
    assert other not in epochs


def test_labels_and_weights_are_those_of_the_example(folder):
    for batch in batches(folder, 8):
        inputs, targets, weights = batch
        np.testing.assert_array_equal(targets["sop_logits"], np.array(numbers(batch)) % 2)
        positions, is_masked = inputs["masked_positions"].numpy(), weights["mlm_logits"].numpy()
        assert is_masked.any(axis=1).all()
        assert set(is_masked.ravel()) <= {0.0, 1.0}
        assert not positions[is_masked == 0].any()
        mask = np.take_along_axis(inputs["padding_mask"].numpy(), positions, 1)
        assert mask[is_masked == 1].all()


@pytest.mark.parametrize("start", [1, 7, 20])
@pytest.mark.parametrize("shuffle", [0, 16])
def test_resuming_gives_the_tail(folder, start, shuffle):
    whole = batches(folder, 24, shuffle=shuffle)
    tail = batches(folder, 24 - start, shuffle=shuffle, start_batch=start)
    assert_equal(whole[start:], tail)


def test_the_global_seed_plays_no_part(folder):
    first = batches(folder, 10)
    keras.utils.set_random_seed(99)
    assert_equal(first, batches(folder, 10))


def test_a_pool_mixes_distant_parts_of_the_files(tmp_path):
    folder = write_records(tmp_path, examples=800, shards=4)
    first = itertools.chain(*map(numbers, batches(folder, 40, batch_size=1, shuffle=40)))
    parts = np.array(sorted(first)) // 40  # in corpus order these would be a single part
    assert len(set(parts)) >= 4


def test_without_shuffling_files_follow_each_other(folder):
    seen = itertools.chain(*map(numbers, batches(folder, 50, batch_size=1, shuffle=0)))
    assert list(seen) == [n for shard in range(3) for n in range(shard, 50, 3)]


def test_one_epoch_has_a_smaller_last_batch(folder):
    found = list(pretraining_dataset(folder, **OPTIONS, epochs=1))
    assert [len(numbers(batch)) for batch in found] == [7] * 7 + [1]


def test_dynamic_masks_change_with_the_epoch_and_with_the_recipe(tmp_path):
    folder = write_records(tmp_path, masking="dynamic")
    masks = {}
    for batch in batches(folder, 100, batch_size=1):
        masks.setdefault(numbers(batch)[0], []).append(batch[0]["masked_positions"][0].numpy())
    assert np.mean([np.array_equal(*pair) for pair in masks.values()]) < 0.3
    wide = MaskingRecipe(masked_share=0.6, max_masked=12, max_ngram=1, mask_share=1, random_share=0)
    inputs, targets, weights = batches(folder, 1, masking=wide, max_masked=12)[0]
    assert weights["mlm_logits"].shape == (7, 12)
    found = np.take_along_axis(inputs["token_ids"].numpy(), inputs["masked_positions"].numpy(), 1)
    is_masked = weights["mlm_logits"].numpy() == 1
    assert (found[is_masked] == VOCABULARY.mask_id).all()
    assert not np.isin(targets["mlm_logits"].numpy()[is_masked], VOCABULARY.special_ids).any()


def test_records_tell_what_they_are(tmp_path):
    static = PretrainingRecords.find(write_records(tmp_path / "s", manifest=False))
    assert (static.masking, static.max_masked, static.sequence_length) == ("static", 5, LENGTH)
    assert (static.num_examples, static.manifest) == (50, None)
    dynamic = PretrainingRecords.find(write_records(tmp_path / "d", masking="dynamic"))
    assert (dynamic.masking, dynamic.max_masked) == ("dynamic", None)
    assert dynamic.manifest.num_examples == 50
    assert Manifest.read(tmp_path / "d").vocabulary == VOCABULARY


def test_a_file_alone_and_without_its_manifest(tmp_path):
    folder = write_records(tmp_path / "a", manifest=False)
    found = list(pretraining_dataset([folder / "part-1.tfrecord"], **OPTIONS, epochs=1))
    assert sorted(itertools.chain(*map(numbers, found))) == list(range(1, 50, 3))


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("manifest", [True, False])
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (truncate, "truncated"),
        (flip, "damaged"),
        (lambda path: path.write_text("text, and no record of any kind\n" * 9), "damaged"),
        (lambda path: path.unlink(), "no such file"),
    ],
)
def test_a_damaged_shard_is_named(tmp_path, damage, words, manifest):
    write_records(tmp_path, manifest=manifest)
    damage(tmp_path / "part-1.tfrecord")
    files = tmp_path if manifest else [tmp_path / f"part-{i}.tfrecord" for i in range(3)]
    with pytest.raises(DataError, match=rf"part-1\.tfrecord: .*({words}|truncated)"):
        pretraining_dataset(files, **OPTIONS)


def test_a_truncated_shard_is_named_without_reading_it_all(tmp_path):
    truncate(write_records(tmp_path) / "part-2.tfrecord")
    with pytest.raises(DataError, match=r"part-2\.tfrecord: truncated"):
        pretraining_dataset(tmp_path, **OPTIONS, verify=False)


def test_impossible_requests_are_named(tmp_path):
    static = write_records(tmp_path / "s")
    for options, words in (
        ({"batch_size": 0}, "batch_size is 0"),
        ({"start_batch": -1}, "start_batch is -1"),
        ({"shuffle": 1.5}, "shuffle is 1.5"),
        ({"sequence_length": 128}, "sequence_length is 32, and 128"),
        ({"max_masked": 20}, "max_masked is 5, and 20"),
        ({"masking": MaskingRecipe()}, "masked already"),
    ):
        with pytest.raises(DataError, match=words):
            pretraining_dataset(static, **{**OPTIONS, **options})
    with pytest.raises(DataError, match="holds no .tfrecord files"):
        pretraining_dataset(tmp_path, **OPTIONS)
    with pytest.raises(DataError, match="files is empty"):
        pretraining_dataset([], **OPTIONS)
    dynamic = write_records(tmp_path / "d", masking="dynamic", manifest=False)
    with pytest.raises(DataError, match=r"manifest\.json: no such file"):
        pretraining_dataset(dynamic, **OPTIONS)
    empty = write_records(tmp_path / "e", examples=0)
    with pytest.raises(DataError, match="holds no examples"):
        pretraining_dataset(empty, **OPTIONS)


def test_an_example_that_is_too_long_is_refused():
    ids = np.arange(9)
    rest = (np.zeros(9, int), np.ones(9, bool), False)
    with pytest.raises(DataError, match="token_ids has 9 entries; expected at most 8"):
        serialize_example(ids, *rest, sequence_length=8)
    with pytest.raises(DataError, match="masked has 3 entries; expected at most 2"):
        serialize_example(ids, *rest, sequence_length=9, masked=(ids[:3], ids[:3]), max_masked=2)


def test_records_of_something_else_are_refused(tmp_path):
    with tf.io.TFRecordWriter(str(tmp_path / "other.tfrecord")) as writer:
        writer.write(b"not an example")
    with pytest.raises(DataError, match=r"other\.tfrecord: not a file of pretraining examples"):
        pretraining_dataset(tmp_path, **OPTIONS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "damaged"),
        ("[]", "not a manifest"),
        ("{}", "not a manifest"),
        ('{"format": 2}', "another format"),
        ('{"format": 1, "vocabulary": {}}', "not a manifest"),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path, content, words):
    (write_records(tmp_path) / "manifest.json").write_text(content)
    with pytest.raises(DataError, match=rf"manifest\.json: .*{words}"):
        Manifest.read(tmp_path)


def test_the_manifest_is_json_that_reads_back(tmp_path):
    manifest = Manifest.read(write_records(tmp_path))
    assert json.loads(manifest.to_json())["recipe"]["max_masked"] == 5
    (tmp_path / "manifest.json").write_text(manifest.to_json())
    assert Manifest.read(tmp_path / "manifest.json") == manifest
