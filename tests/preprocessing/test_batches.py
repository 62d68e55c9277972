"""Length-bucketed batches: every example once, little padding, a plan that depends on seed and epoch only."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.errors import DataError
from albert_tf.preprocessing import LengthBucketedBatches

TOKENIZER = AlbertTokenizer()
WORDS = "one two three four five six seven eight nine ten".split()


def packed(lengths):
    return TOKENIZER.pack([" ".join(WORDS[i % 10] for i in range(n)) for n in lengths])


def make(lengths, **options):
    count = len(lengths)
    options = {"pad_id": 0, "batch_size": 4, "pad_to_multiple": 8, **options}
    return LengthBucketedBatches(packed(lengths), np.arange(count), **options)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=60),
    st.integers(1, 9),
    st.sampled_from(["shuffled", "given", "by_length"]),
    st.integers(0, 3),
)
def test_every_example_once(lengths, batch_size, order, epoch):
    batches = make(lengths, batch_size=batch_size, order=order)
    plan = batches.plan(epoch)
    assert sorted(np.concatenate(plan)) == list(range(len(lengths)))
    assert len(plan) == len(batches)
    assert all(0 < len(batch) <= batch_size for batch in plan)


def test_plan_depends_on_seed_and_epoch_only():
    lengths = np.random.default_rng(0).integers(0, 30, 100)
    first = make(lengths, seed=1)
    for epoch in (0, 1):
        for a, b in zip(first.plan(epoch), make(lengths, seed=1).plan(epoch), strict=True):
            np.testing.assert_array_equal(a, b)
    flat = [
        np.concatenate(p) for p in (first.plan(0), first.plan(1), make(lengths, seed=2).plan(0))
    ]
    assert not np.array_equal(flat[0], flat[1])
    assert not np.array_equal(flat[0], flat[2])


def test_padding_is_far_below_that_of_random_batches():
    lengths = np.random.default_rng(0).integers(1, 200, 2000)
    batches = make(lengths, batch_size=32, pad_to_multiple=1)
    tokens = batches.packed.lengths

    def computed(plan):
        return sum(len(b) * tokens[b].max() for b in plan)

    random = np.random.default_rng(1).permutation(2000)
    assert computed(batches.plan(0)) < 1.15 * tokens.sum()
    assert computed(np.split(random, range(32, 2000, 32))) > 1.7 * tokens.sum()


def test_collate_pads_to_the_longest_rounded_up():
    batches = make([1, 9, 3], sample_weight=[1.0, 2.0, 3.0])
    inputs, y, weight = batches.collate(np.array([2, 1]))
    assert inputs["token_ids"].shape == (2, 16)  # 9 words and two special tokens, rounded up to 16
    np.testing.assert_array_equal(y, [2, 1])
    np.testing.assert_array_equal(weight, [3.0, 2.0])
    ids = TOKENIZER.encode("one two three")
    expected = [TOKENIZER.cls_id, *ids, TOKENIZER.sep_id]
    assert inputs["token_ids"][0, : len(expected)].tolist() == expected
    assert inputs["token_ids"][0, len(expected) :].max() == 0
    assert inputs["padding_mask"][0].tolist() == [1] * len(expected) + [0] * (16 - len(expected))


@pytest.mark.parametrize(("max_length", "padded"), [(None, 16), (99, 16), (13, 13), (5, 11)])
def test_padding_ends_where_the_model_does(max_length, padded):
    batches = make([1, 9, 3], max_length=max_length)  # 11 tokens, the special ones included
    assert batches.collate(np.array([2, 1]))[0]["token_ids"].shape == (2, padded)


def test_dataset_delivers_the_epoch_that_begins_and_resumes_in_its_middle():
    batches = make(list(range(20)))
    callback = batches.callback()

    def epoch_of(dataset, epoch):
        callback.on_epoch_begin(epoch)
        return [y.tolist() for _, y in dataset.as_numpy_iterator()]

    whole = [[b.tolist() for b in batches.plan(epoch)] for epoch in range(3)]
    dataset = batches.dataset()
    assert int(dataset.cardinality()) == 5
    assert [epoch_of(dataset, epoch) for epoch in range(3)] == whole
    resumed = batches.dataset(start_epoch=1, start_batch=3)
    assert epoch_of(resumed, 1) == whole[1][3:]
    assert epoch_of(resumed, 2) == whole[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": "random"}, "order is 'random'; expected one of shuffled, given, by_length"),
        ({"batch_size": 0}, "batch_size is 0; expected a whole number, at least 1"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
        ({"seed": -1}, "seed is -1; expected a whole number, at least 0"),
        ({"pad_to_multiple": -8}, "pad_to_multiple is -8"),
        ({"max_length": 0}, "max_length is 0"),
        ({"sample_weight": 5}, "sample_weight is 5; expected a sequence: finite numbers"),
        ({"sample_weight": [[1.0], [1.0, 2.0]]}, "sample_weight has rows of different lengths"),
        ({"sample_weight": [1.0, None]}, r"sample_weight\[1\] is None; expected finite numbers"),
        ({"sample_weight": [1.0, float("nan")]}, r"sample_weight\[1\] is nan; expected finite"),
        ({"sample_weight": [1.0]}, "sample_weight has 1 rows for 2 texts"),
        ({"sample_weight": ["a", "b"]}, r"sample_weight\[0\] is 'a'; expected finite numbers"),
    ],
)
def test_impossible_batches(options, message):
    with pytest.raises(DataError, match=message):
        make([1, 2], **options)


def test_no_texts():
    with pytest.raises(DataError, match="there are no texts"):
        LengthBucketedBatches(TOKENIZER.pack([]), pad_id=0)
