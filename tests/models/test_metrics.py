"""Metrics against scipy and numpy, on any batching."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from albert_tf import AlbertBackbone, AlbertTextRegressor
from albert_tf.models.metrics import PearsonCorrelation
from tests.tiny import randomize, tiny_config, tiny_inputs


def examples(count=100, seed=0):
    """Targets, sorted as in batches of similar length, and predictions, both away from zero."""
    random = np.random.default_rng(seed)
    y = 5 + np.sort(random.normal(size=count))
    return y, 0.7 * y + random.normal(size=count) - 30


def correlation(metric, y, p, batch_size, weights=None):
    for start in range(0, len(y), batch_size):
        rows = slice(start, start + batch_size)
        metric.update_state(y[rows], p[rows, None], None if weights is None else weights[rows])
    return float(metric.result())


@pytest.mark.parametrize("batch_size", [1, 2, 32, 33, 100])
def test_correlation_is_that_of_all_examples_on_any_batching(batch_size):
    y, p = examples()
    metric = PearsonCorrelation()
    for _ in range(2):
        found = correlation(metric, y, p, batch_size)
        assert found == pytest.approx(stats.pearsonr(y, p).statistic, abs=1e-5)
        metric.reset_state()


@pytest.mark.parametrize("batch_size", [1, 7, 100])
def test_weights_count(batch_size):
    y, p = examples()
    weights = np.random.default_rng(1).integers(0, 4, 100) / 2
    weights[:10] = 0.0  # whole batches
    (of_y, shared), (_, of_p) = np.cov(y, p, aweights=weights)
    found = correlation(PearsonCorrelation(), y, p, batch_size, weights)
    assert found == pytest.approx(shared / np.sqrt(of_y * of_p), abs=1e-5)


@pytest.mark.parametrize("batch_size", [1, 4, 33])
def test_not_a_number_only_where_all_examples_are_equal(batch_size):
    y, p = examples(33)
    same = np.full(33, 0.1)
    weights = (np.arange(33) > 2) * 0.7
    assert np.isnan(correlation(PearsonCorrelation(), same, p, batch_size))
    assert np.isnan(correlation(PearsonCorrelation(), y, same, batch_size))
    assert np.isnan(correlation(PearsonCorrelation(), same, p, batch_size, weights))
    y[:32] = 0.1  # a batch of equal targets, and one of a single example
    found = correlation(PearsonCorrelation(), y, p, batch_size)
    assert found == pytest.approx(stats.pearsonr(y, p).statistic, abs=1e-5)


def test_a_regressors_correlation_is_that_of_its_predictions():
    model = AlbertTextRegressor(AlbertBackbone(tiny_config(num_hidden_layers=1)))
    randomize(model, scale=0.5)
    inputs, y = tiny_inputs(33), np.random.default_rng(0).normal(size=33)
    found = model.evaluate(inputs, y, batch_size=32, verbose=0, return_dict=True)["pearson"]
    predicted = ops.convert_to_numpy(model(inputs))[:, 0]
    assert found == pytest.approx(stats.pearsonr(y, predicted).statistic, abs=1e-4)


def test_metrics_are_serializable():
    metric = PearsonCorrelation(name="r")
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert (type(copy), copy.get_config()) == (PearsonCorrelation, metric.get_config())


def test_early_stopping_knows_that_more_is_better():
    model = AlbertTextRegressor(AlbertBackbone(tiny_config(num_hidden_layers=1)))
    data = (tiny_inputs(4), np.arange(4.0))
    stop = keras.callbacks.EarlyStopping("val_pearson")
    model.fit(*data, validation_data=data, callbacks=[stop], verbose=0)
    assert stop.monitor_op is ops.greater
