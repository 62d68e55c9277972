"""θ: T5's buckets, against transformers, and its place in the scores."""

import keras
import numpy as np
import pytest

from albert_tf import AlbertBackbone
from albert_tf.layers import RelativeAttentionBias, relative_position_buckets
from tests.tiny import randomize, tiny_config, tiny_inputs


@pytest.mark.peers
@pytest.mark.parametrize(("buckets", "distance"), [(32, 128), (8, 20), (16, 64)])
def test_buckets_agree_with_t5(buckets, distance):
    t5 = pytest.importorskip("transformers.models.t5.modeling_tf_t5", exc_type=ImportError)
    keys_minus_queries = np.arange(-299, 300)
    expected = t5.TFT5Attention._relative_position_bucket(
        keys_minus_queries.astype("int32"),
        bidirectional=True,
        num_buckets=buckets,
        max_distance=distance,
    )
    np.testing.assert_array_equal(relative_position_buckets(300, buckets, distance), expected)


def test_buckets_by_hand():
    # 8 buckets, distance 16: 0, 1 exact; 2-5 and 6.. by the logarithm (2 * (16/2)^(1/2) = 5.66); ahead is +4.
    buckets = relative_position_buckets(20, 8, 16)
    by_distance = dict(zip(range(-19, 20), buckets.tolist(), strict=True))
    behind = [by_distance[-d] for d in (0, 1, 2, 5, 6, 16, 19)]
    ahead = [by_distance[d] for d in (1, 2, 5, 6, 16, 19)]
    assert behind == [0, 1, 2, 2, 3, 3, 3]
    assert ahead == [5, 6, 6, 7, 7, 7]


def test_bias_is_the_table_at_each_distance():
    config = tiny_config(use_relative_attention_bias=True)
    layer = RelativeAttentionBias(config)
    layer.build()
    randomize(layer)
    bias = keras.ops.convert_to_numpy(layer(np.zeros((2, 9, 32), "float32")))
    table = keras.ops.convert_to_numpy(layer.table)
    buckets = relative_position_buckets(40, 32, 128)
    assert bias.shape == (1, 4, 9, 9)
    for query, key, head in [(0, 8, 1), (8, 0, 2), (4, 4, 0), (3, 5, 3)]:
        assert bias[0, head, query, key] == table[buckets[key - query + 39], head]


def test_switched_on_it_changes_nothing_until_trained():
    inputs = tiny_inputs()
    plain = AlbertBackbone(tiny_config())
    biased = AlbertBackbone(tiny_config(use_relative_attention_bias=True))
    randomize(plain)
    for variable in plain.weights:
        same = next(v for v in biased.weights if v.path == variable.path)
        # By value: JAX would give both variables one array, and donate it in the first prediction.
        same.assign(keras.ops.convert_to_numpy(variable))
    before = plain.predict(inputs, verbose=0)["sequence_output"]
    np.testing.assert_array_equal(biased.predict(inputs, verbose=0)["sequence_output"], before)
    randomize(biased.encoder.relative_attention_bias, scale=1.0)
    assert np.abs(biased(inputs)["sequence_output"] - before).max() > 1e-3
