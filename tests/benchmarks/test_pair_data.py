"""Which sentences the benchmark of GLUE pairs, and how alike it says they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pair_data import FARTHEST, alike_pairs


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 40), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_no_pair_twice_none_of_one_sentence_and_true_cosines(number, partners, seed):
    vectors = np.random.default_rng(seed).normal(size=(number, 6))
    pairs = alike_pairs(vectors, partners, np.random.default_rng(seed))
    assert all(a != b for a, b, _ in pairs)
    assert len({frozenset(pair[:2]) for pair in pairs}) == len(pairs) <= number * partners
    assert {n for pair in pairs for n in pair[:2]} == set(range(number))
    for a, b, cosine in pairs:
        lengths = np.linalg.norm(vectors[a]) * np.linalg.norm(vectors[b])
        assert cosine == pytest.approx(vectors[a] @ vectors[b] / lengths)


def test_near_and_far_neighbours_are_as_frequent():
    angles = np.linspace(0, np.pi / 2, 3 * FARTHEST)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    pairs = alike_pairs(vectors, 4, np.random.default_rng(0))
    # In the middle of the arc, the neighbours of ranks 1 to n lie within n / 2 places.
    distances = [abs(a - b) for a, b, _ in pairs if FARTHEST < min(a, b) < 2 * FARTHEST]
    shares = [np.mean([low < d <= high for d in distances]) for low, high in ((0, 16), (16, 500))]
    assert shares == pytest.approx([0.5, 0.5], abs=0.05)


def test_either_sentence_may_come_first():
    vectors = np.random.default_rng(0).normal(size=(200, 6))
    pairs = alike_pairs(vectors, 2, np.random.default_rng(0))
    assert np.mean([a < b for a, b, _ in pairs]) == pytest.approx(0.5, abs=0.1)
