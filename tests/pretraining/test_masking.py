"""N-gram whole-word masking: what is masked, how much, with what, and the same in numpy and in the graph."""

import collections
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.errors import ConfigError
from albert_tf.pretraining import (
    InGraphMasker,
    MaskingRecipe,
    MaskingVocabulary,
    NGramMasker,
    parting_table,
    word_start_table,
)
from albert_tf.pretraining.masking import NUM_DRAWS

TOKENIZER = AlbertTokenizer()
VOCABULARY = MaskingVocabulary.of(TOKENIZER)
STARTS = word_start_table(TOKENIZER)
LENGTH = 48
# A small vocabulary: 0 padding, 1 unknown, 2 [CLS], 3 [SEP], 4 [MASK], then a hundred pieces.
SMALL = MaskingVocabulary(105, 4, 0, (2, 3, 0), (0, 1, 2, 3, 4))


def example(words, length=None):
    """`[CLS] a [SEP] b [SEP]` of words given as their numbers of pieces, padded; ids and word starts."""
    half = len(words) // 2
    ids, starts = [2], [True]
    for part in (words[:half], words[half:]):
        for pieces in part:
            ids += [5 + (len(ids) + i) % 100 for i in range(pieces)]
            starts += [True] + [False] * (pieces - 1)
        ids, starts = [*ids, 3], [*starts, True]
    padding = 0 if length is None else length - len(ids)
    return np.array(ids + [0] * padding, "int32"), np.array(starts + [False] * padding)


def many(recipe, count, words=(1,) * 40, vocabulary=SMALL, seed=0):
    ids, starts = example(list(words))
    masker, random = NGramMasker(recipe, vocabulary), np.random.default_rng(seed)
    return ids, [masker(ids, starts, random.random((NUM_DRAWS, len(ids)))) for _ in range(count)]


def words_of(ids, starts):
    """The word number of each token; -1 where nothing may be masked."""
    fixed = np.isin(ids, SMALL.fixed_ids)
    breaks = starts | fixed | np.append(True, fixed[:-1])
    return np.where(fixed, -1, np.cumsum(breaks))


word_lists = st.lists(st.integers(1, 5), min_size=2, max_size=14)
recipes = st.builds(
    MaskingRecipe,
    masked_share=st.sampled_from([0.05, 0.15, 0.5, 0.9]),
    max_masked=st.integers(1, 60),
    max_ngram=st.integers(1, 5),
    mask_share=st.just(0.6),
    random_share=st.just(0.2),
)


@settings(max_examples=200, deadline=None)
@given(word_lists, recipes, st.integers(0, 99))
def test_whole_words_within_the_budget(words, recipe, seed):
    ids, starts = example(words)
    random = np.random.default_rng(seed)
    masked = NGramMasker(recipe, SMALL)(ids, starts, random.random((NUM_DRAWS, len(ids))))
    assert len(masked.positions) <= recipe.budget(len(ids)) <= recipe.max_masked
    assert (np.diff(masked.positions) > 0).all()
    np.testing.assert_array_equal(masked.labels, ids[masked.positions])
    word = words_of(ids, starts)
    touched = set(word[masked.positions])
    assert -1 not in touched, "[CLS], [SEP] and padding stay"
    assert set(np.flatnonzero(np.isin(word, sorted(touched)))) == set(masked.positions)
    others = np.setdiff1d(np.arange(len(ids)), masked.positions)
    np.testing.assert_array_equal(masked.token_ids[others], ids[others])
    assert not np.isin(masked.token_ids[masked.positions], [0, 1, 2, 3]).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(word_lists, min_size=1, max_size=4), recipes, st.integers(0, 99))
def test_graph_and_numpy_agree(rows, recipe, seed):
    length = 2 + 1 + 5 * 14
    examples = [example(words, length) for words in rows]
    ids, starts = map(np.stack, zip(*examples, strict=True))
    draws = np.random.default_rng(seed).random((len(rows), NUM_DRAWS, length), "float32")
    graph = InGraphMasker(recipe, SMALL, length)
    masked_ids, positions, labels, weights = (t.numpy() for t in graph(ids, starts, draws))
    masker = NGramMasker(recipe, SMALL)
    for row in range(len(rows)):
        expected = masker(ids[row], starts[row], draws[row])
        count = len(expected.positions)
        np.testing.assert_array_equal(masked_ids[row], expected.token_ids)
        np.testing.assert_array_equal(positions[row][:count], expected.positions)
        np.testing.assert_array_equal(labels[row][:count], expected.labels)
        np.testing.assert_array_equal(weights[row], np.arange(recipe.max_masked) < count)
        assert not positions[row][count:].any()
        assert not labels[row][count:].any()


def test_run_lengths_are_drawn_as_one_over_n():
    # One run in each example: its budget of 3 is the longest run. Words of one piece, far from the ends.
    recipe = MaskingRecipe(masked_share=0.9, max_masked=3, max_ngram=3)
    masker = NGramMasker(recipe, SMALL)
    lengths = masker._run_lengths(np.ones(60_000, bool), np.random.default_rng(0).random(60_000))
    counts = np.bincount(lengths[:-3], minlength=4)[1:] / (len(lengths) - 3)
    np.testing.assert_allclose(counts, np.array([1, 1 / 2, 1 / 3]) / (11 / 6), atol=0.01)


def test_runs_stand_in_examples_as_drawn():
    # Few tokens of many: runs hardly ever meet, and the last run is seldom shortened.
    recipe = MaskingRecipe(masked_share=0.05, max_masked=100)
    _, examples = many(recipe, 300, words=(1,) * 1000)
    runs = collections.Counter()
    for masked in examples:
        edges = np.flatnonzero(np.diff(masked.positions) > 1)
        runs.update(np.diff([-1, *edges, len(masked.positions) - 1]).tolist())
    shares = np.array([runs[n] for n in (1, 2, 3)]) / sum(runs.values())
    np.testing.assert_allclose(shares, np.array([1, 1 / 2, 1 / 3]) / (11 / 6), atol=0.04)


def test_eighty_ten_ten():
    ids, examples = many(MaskingRecipe(), 4000)
    before = np.concatenate([masked.labels for masked in examples])
    after = np.concatenate([masked.token_ids[masked.positions] for masked in examples])
    is_mask, is_same = after == SMALL.mask_id, after == before
    count = len(before)
    assert count == 4000 * MaskingRecipe().budget(len(ids))
    assert is_mask.mean() == pytest.approx(0.8, abs=0.01)
    assert is_same.mean() == pytest.approx(0.1 + 0.1 / 100, abs=0.01)
    random = after[~is_mask & ~is_same]
    assert len(random) / count == pytest.approx(0.1, abs=0.01)
    assert set(random) == set(SMALL.ordinary_ids), "every ordinary piece, and no special one"


def test_every_position_is_masked_equally_often():
    ids, examples = many(MaskingRecipe(max_ngram=1), 4000)
    counts = np.bincount(np.concatenate([m.positions for m in examples]), minlength=len(ids))
    share = counts[~np.isin(ids, SMALL.fixed_ids)] / 4000
    np.testing.assert_allclose(share, share.mean(), atol=0.03)


def test_at_most_20_of_128():
    recipe = MaskingRecipe()
    assert recipe.budget(128) == 19
    assert MaskingRecipe(masked_share=0.2).budget(128) == 20
    assert recipe.budget(512) == 20
    assert recipe.budget(3) == 1
    _, examples = many(MaskingRecipe(masked_share=0.4), 50, words=(1,) * 125)
    assert {len(masked.positions) for masked in examples} == {20}


def test_word_longer_than_the_budget_stays():
    ids, starts = example([30, 30])
    masked = NGramMasker(MaskingRecipe(max_masked=5), SMALL)(ids, starts, np.zeros((4, len(ids))))
    assert len(masked.positions) == 0
    np.testing.assert_array_equal(masked.token_ids, ids)


def test_graph_draws_depend_on_the_seed_only():
    graph = InGraphMasker(MaskingRecipe(), SMALL, LENGTH)
    np.testing.assert_array_equal(graph.draws((1, 2)), graph.draws(tf.constant([1, 2])))
    assert not np.array_equal(graph.draws((1, 2)), graph.draws((1, 3)))


@pytest.mark.parametrize(
    "options",
    [
        {"masked_share": 0.0},
        {"masked_share": 1.5},
        {"max_masked": 0},
        {"max_ngram": 2.5},
        {"mask_share": -0.1},
        {"mask_share": 0.8, "random_share": 0.3},
    ],
)
def test_impossible_recipes_are_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        MaskingRecipe(**options)


def google_is_start(piece):
    """`_is_start_piece_sp` of google-research/albert, restated."""
    special = set('!"#$%&()*+,-./:;?@[\\]^_`{|}~£€')
    letters = set("abcdefghijklmnopqrstuvwxyz")
    inside = all(character.lower() in letters | special for character in piece)
    return piece.startswith(("▁", "<")) or piece in special or not inside


def test_word_starts_are_those_of_the_original_in_english():
    differing = [
        piece
        for index, piece in enumerate(TOKENIZER.pieces)
        if STARTS[index] != google_is_start(piece) and index not in TOKENIZER.special_ids
    ]
    letters = [p for p in differing if any(c.isalpha() for c in p)]
    assert all(not p.isascii() for p in letters), "only letters beyond a to z"
    assert len(differing) < 100


def vocabulary(pieces, special_id):
    return SimpleNamespace(
        pieces=tuple(pieces),
        special_ids=frozenset([special_id]),
        kind="sentencepiece",
        begins_word=lambda piece: piece.startswith("▁"),
    )


def test_word_starts_beyond_english():
    pieces = ["▁a", "über", "слово", "한국", "日本", "ไทย", "9", "x9", "--", ".com", "'s", "-", "é"]
    fake = vocabulary(pieces, 0)
    goes_on = [p for p, starts in zip(pieces, word_start_table(fake), strict=True) if not starts]
    assert goes_on == ["über", "слово", "한국", ".com", "é"]


def test_texts_are_parted_at_spaces_or_where_none_are_written():
    pieces = ["▁a", "▁", "b", "9", "-", "!", "日本", "ไทย", "。", "한", "[SEP]"]
    fake = vocabulary(pieces, 10)
    parted = [p for p, may in zip(pieces, parting_table(fake), strict=True) if may]
    assert parted == ["▁a", "▁", "日本", "ไทย"]


def test_word_pieces_say_which_begin_a_word():
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "中", "good", "##s", "##中", "，", "1"]
    tokenizer = AlbertTokenizer.from_bytes("\n".join(pieces).encode())
    assert word_start_table(tokenizer).tolist() == [True] * 6 + [False] * 2 + [True] * 2
    assert parting_table(tokenizer).tolist() == [False] * 4 + [True] * 2 + [False] * 3 + [True]


def test_a_long_word_is_one_word():
    ids = TOKENIZER.encode("unbelievableness")
    assert len(ids) > 1
    assert STARTS[ids].tolist() == [True] + [False] * (len(ids) - 1)
