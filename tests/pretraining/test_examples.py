"""Documents to examples: pairs of one document in order or swapped, nothing random but by the seed."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.errors import ConfigError
from albert_tf.pretraining import (
    Document,
    ExampleMaker,
    ExampleRecipe,
    ExcludedTexts,
    MaskingRecipe,
    parting_table,
    word_start_table,
)
from albert_tf.pretraining.examples import sentence_pairs

TOKENIZER = AlbertTokenizer()
STARTS = word_start_table(TOKENIZER)
LONG = ExampleRecipe(sequence_length=128, short_share=0.0)
TEXT = (
    "It rains. It has rained all day, and it will rain tomorrow. Still we went out to buy bread.",
    "The shop was closed. A sign said so, in large letters. We walked on.",
)


def parse(record):
    features = tf.train.Example.FromString(record).features.feature
    return {
        name: np.array(value.int64_list.value or value.float_list.value)
        for name, value in features.items()
    }


def segments(example):
    """The two segments of an unmasked example, as lists of ids."""
    ids = example["input_ids"][example["input_mask"] == 1]
    first_sep, last_sep = np.flatnonzero(ids == TOKENIZER.sep_id)
    assert ids[0] == TOKENIZER.cls_id
    assert last_sep == len(ids) - 1
    return ids[1:first_sep].tolist(), ids[first_sep + 1 : -1].tolist()


def unmasked(example):
    """The example with the masked tokens put back."""
    ids = example["input_ids"].copy()
    real = example["masked_lm_weights"] == 1
    ids[example["masked_lm_positions"][real]] = example["masked_lm_ids"][real]
    return {**example, "input_ids": ids}


def make(document, **options):
    maker = ExampleMaker(TOKENIZER, ExampleRecipe(**options))
    records, counts = maker(document)
    return [parse(record) for record in records], counts


@pytest.mark.parametrize("masking", ["static", "dynamic"])
def test_pairs_reconstruct_the_text(masking):
    expected = [i for text in TEXT for i in TOKENIZER.encode(text)]
    labels = set()
    for seed in range(20):
        (example,), _ = make(Document(3, TEXT), seed=seed, short_share=0.0, masking=masking)
        plain = unmasked(example) if masking == "static" else example
        first, second = segments(plain)
        assert first
        assert second
        swapped = bool(example["next_sentence_labels"][0])
        assert (second + first if swapped else first + second) == expected
        labels.add(swapped)
    assert labels == {False, True}


def test_features_are_those_of_the_original():
    (example,), _ = make(Document(0, TEXT), short_share=0.0)
    lengths = {name: len(values) for name, values in example.items()}
    assert lengths == {
        "input_ids": 128,
        "input_mask": 128,
        "segment_ids": 128,
        "token_boundary": 128,
        "masked_lm_positions": 20,
        "masked_lm_ids": 20,
        "masked_lm_weights": 20,
        "next_sentence_labels": 1,
    }
    used = int(example["input_mask"].sum())
    assert (example["input_mask"] == (np.arange(128) < used)).all()
    assert not example["input_ids"][used:].any()
    first, second = segments(unmasked(example))
    assert example["segment_ids"].sum() == len(second) + 1
    assert not example["segment_ids"][: len(first) + 2].any()
    ids = unmasked(example)["input_ids"]
    boundary = example["token_boundary"][:used]
    np.testing.assert_array_equal(boundary[2:-1], np.where(STARTS[ids], 1, 0)[2 : used - 1])
    assert boundary[0] == boundary[1] == boundary[-1] == 1
    dynamic, _ = make(Document(0, TEXT), masking="dynamic")
    assert not [name for name in dynamic[0] if name.startswith("masked_lm")]


words = st.lists(st.integers(1, 4), min_size=0, max_size=30)  # a sentence: the pieces of each word
recipes = st.builds(
    ExampleRecipe,
    sequence_length=st.integers(8, 60),
    short_share=st.sampled_from([0.0, 0.1, 1.0]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(words, max_size=12), recipes, st.integers(0, 50))
def test_pairs_of_any_document(document, recipe, seed):
    lengths = [sum(sentence) for sentence in document]
    starts = np.concatenate(
        [[False], *([True] + [False] * (n - 1) for sentence in document for n in sentence)]
    )[1:].astype(bool)
    splits = np.cumsum([0, *lengths])
    pairs = list(sentence_pairs(splits, starts, recipe, np.random.default_rng(seed)))
    place = 0
    for pair in pairs:
        if pair is None:  # only a last word that stands alone
            assert pair is pairs[-1]
            continue
        (a, b), (c, d) = pair.first, pair.second
        assert place <= a < b <= c < d <= splits[-1], "in order, neither of them empty"
        assert (b - a) + (d - c) <= recipe.capacity
        place = d
    if recipe.short_share == 0 and 1 < splits[-1] <= recipe.capacity and starts[1:].any():
        ((a, b), (c, d)) = pairs[0].first, pairs[0].second
        assert (a, b == c, d) == (0, True, splits[-1]), "nothing is lost where all fits"
    if starts[1:].sum() >= 1:
        assert any(pairs)


def test_a_single_sentence_is_parted_between_words():
    ids = np.array(TOKENIZER.encode("unbelievableness incomprehensibilities notwithstanding"))
    starts = parting_table(TOKENIZER)[ids]
    cuts = set()
    for seed in range(40):
        random = np.random.default_rng(seed)
        (pair,) = sentence_pairs(np.array([0, len(ids)]), starts, LONG, random)
        assert pair.first[1] == pair.second[0]
        cuts.add(pair.first[1])
    assert cuts == set(np.flatnonzero(starts)[1:].tolist())


def test_single_words_join_the_next_sentence_or_are_dropped():
    recipe = ExampleRecipe(sequence_length=8, short_share=1.0)
    starts = np.array([True, False, True, False])
    # Targets of at most 5: whatever is drawn, "ab" alone cannot be parted.
    (pair,) = sentence_pairs(np.array([0, 2, 4]), starts, recipe, np.random.default_rng(0))
    assert (pair.first, pair.second) == ((0, 2), (2, 4))
    alone = list(sentence_pairs(np.array([0, 2]), starts[:2], recipe, np.random.default_rng(0)))
    assert alone == [None]
    records, counts = ExampleMaker(TOKENIZER, ExampleRecipe())(Document(0, ("Word 1999!",)))
    assert len(records) == 1
    records, counts = ExampleMaker(TOKENIZER, ExampleRecipe())(Document(0, ("Word!",)))
    assert (records, counts["dropped_single_words"], counts["documents_without_examples"]) == (
        [],
        1,
        1,
    )


def test_no_example_mixes_documents():
    # Any token of an example stands in its document: nothing random is put beside it.
    (first, second), _ = make(Document(0, ("A lone sentence of one segment only.",)), duplicates=2)
    own = set(TOKENIZER.encode("A lone sentence of one segment only."))
    for example in (first, second):
        a, b = segments(unmasked(example))
        assert set(a + b) <= own


def test_a_sentence_longer_than_an_example_makes_several():
    text = "word " * 1000
    examples, _ = make(Document(0, (text,)), sequence_length=32, short_share=0.0)
    assert len(examples) >= 1000 // 29
    assert sum(int(e["input_mask"].sum()) - 3 for e in examples) >= 900


def test_shares():
    paragraph = " ".join(f"Sentence number {i} is here to be read by you." for i in range(3000))
    examples, counts = make(Document(0, (paragraph,)), masking="dynamic")
    lengths = np.array([e["input_mask"].sum() for e in examples])
    assert counts["examples"] == len(examples)
    # A random length of 2 to 125 is seldom above 110, and a full example never stays below.
    assert (lengths < 110).mean() == pytest.approx(0.1 * 105 / 124, abs=0.04)
    assert counts["swapped"] / len(examples) == pytest.approx(0.5, abs=0.1)
    assert counts["example_tokens"] == lengths.sum()


def test_the_seed_the_number_and_the_duplicate_decide():
    maker = ExampleMaker(TOKENIZER, ExampleRecipe(seed=1, duplicates=2))
    first, _ = maker(Document(5, TEXT))
    assert len(first) >= 2
    assert first[0] != first[len(first) // 2], "duplicates differ"
    maker(Document(9, TEXT))  # nothing is carried over from one document to the next
    assert maker(Document(5, TEXT))[0] == first
    assert maker(Document(6, TEXT))[0] != first
    assert (
        ExampleMaker(TOKENIZER, ExampleRecipe(seed=2, duplicates=2))(Document(5, TEXT))[0] != first
    )


def test_excluded_sentences_are_not_in_the_examples():
    maker = ExampleMaker(
        TOKENIZER, ExampleRecipe(masking="dynamic"), ExcludedTexts(["the shop was closed"])
    )
    records, counts = maker(Document(0, TEXT))
    ids = [i for record in records for i in parse(record)["input_ids"]]
    assert TOKENIZER.encode("shop")[0] not in ids
    assert counts["excluded_sentences"] == 1


@pytest.mark.parametrize(
    "options",
    [
        {"sequence_length": 7},
        {"short_share": 1.5},
        {"duplicates": 0},
        {"seed": -1},
        {"masking": "none"},
    ],
)
def test_impossible_recipes_are_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        ExampleRecipe(**options)


def test_masking_follows_the_recipe():
    mask = MaskingRecipe(masked_share=0.5, max_masked=7, mask_share=1.0, random_share=0.0)
    (example,), counts = make(Document(0, TEXT), short_share=0.0, mask=mask)
    assert len(example["masked_lm_positions"]) == 7
    positions = example["masked_lm_positions"][example["masked_lm_weights"] == 1]
    assert (example["input_ids"][positions] == TOKENIZER.mask_id).all()
    assert counts["masked_tokens"] == len(positions) <= 7
