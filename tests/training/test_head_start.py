"""`start_linear`: the head as scikit-learn's linear model on the pooled output."""

import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from albert_tf import AlbertBackbone, AlbertMaskedLM, AlbertTextClassifier, AlbertTextRegressor
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.training import fine_tune
from albert_tf.training.head_start import INVERSE_PENALTY, RIDGE_PENALTY, _fit, start_linear
from tests.tiny import randomize, tiny_config
from tests.training.small_run import RECIPE, small_batches


def model_of(cls, **options):
    keras.utils.set_random_seed(3)
    model = cls(AlbertBackbone(tiny_config(num_hidden_layers=1)), **options)
    randomize(model, seed=3, scale=0.5)
    return model


def everything(model, batches):
    """Pooled outputs, targets and the model's outputs of all examples, in the order of the plan."""
    parts = [batches.collate(examples) for examples in batches.plan(0)]
    pooled = [np.asarray(model.backbone(inputs)["pooled_output"]) for inputs, _ in parts]
    outputs = [np.asarray(model(inputs, training=False)) for inputs, _ in parts]
    return (np.concatenate(a) for a in (pooled, [y for _, y in parts], outputs))


def scaled(x):
    """Centred features, with one scale for all."""
    centred = x - x.mean(axis=0)
    return centred / np.sqrt((centred**2).mean())


def logistic():
    scaler = FunctionTransformer(scaled)
    return make_pipeline(scaler, LogisticRegression(C=INVERSE_PENALTY, max_iter=500))


def test_a_feature_that_hardly_varies_gets_no_large_weight():
    """A weight a thousand times the others is all that is left of a row that is rounded to eight bits."""
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 8)).astype("float32")
    targets = (features[:, 0] > 0).astype(int)
    features[:, 7] = 3.0 + 1e-4 * random.normal(size=200)
    kernel, _ = _fit(model_of(AlbertTextClassifier, num_classes=2), features, targets, np.ones(200))
    assert np.abs(kernel).argmax(axis=0).tolist() == [0, 0]
    assert np.abs(kernel[7]).max() < 0.01 * np.abs(kernel[0]).max()


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_are_those_of_logistic_regression(classes):
    model = model_of(AlbertTextClassifier, num_classes=classes)
    batches = small_batches(60, batch_size=16, classes=classes)
    start_linear(model, batches)
    pooled, y, logits = everything(model, batches)
    expected = logistic().fit(pooled, y).predict_proba(pooled)
    found = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    np.testing.assert_allclose(found, expected, atol=3e-2)
    assert (logits.argmax(axis=1) == y).mean() > 0.6


def test_classes_without_an_example_stay_below():
    model = model_of(AlbertTextClassifier, num_classes=5)
    batches = small_batches(60, batch_size=16, classes=3)
    start_linear(model, batches)
    _, _, logits = everything(model, batches)
    assert logits[:, 3:].max() < logits[:, :3].max(axis=1).min()


def test_each_label_of_many_is_a_logistic_regression():
    model = model_of(AlbertTextClassifier, num_classes=3, multi_label=True)
    batches = small_batches(60, batch_size=16, classes=2)
    always = np.ones_like(batches.y)
    batches.y = np.stack([batches.y, 1 - batches.y, always], axis=1).astype("float32")
    start_linear(model, batches)
    pooled, y, logits = everything(model, batches)
    for column in range(2):
        expected = logistic().fit(pooled, y[:, column]).decision_function(pooled)
        np.testing.assert_allclose(logits[:, column], expected, atol=3e-2)
    assert (logits[:, 2] > 3).all()


def test_values_are_those_of_ridge_regression():
    model = model_of(AlbertTextRegressor)
    batches = small_batches(60, batch_size=16)
    batches.y = np.random.default_rng(0).normal(size=60).astype("float32")
    start_linear(model, batches)
    pooled, y, values = everything(model, batches)
    ridge = make_pipeline(FunctionTransformer(scaled), Ridge(RIDGE_PENALTY)).fit(pooled, y)
    np.testing.assert_allclose(values[:, 0], ridge.predict(pooled), atol=2e-2)


def test_backbone_stays_and_other_heads_are_refused():
    model = model_of(AlbertTextClassifier)
    before = [keras.ops.convert_to_numpy(v).copy() for v in model.backbone.weights]
    start_linear(model, small_batches())
    for variable, value in zip(model.backbone.weights, before, strict=True):
        np.testing.assert_array_equal(variable, value)
    with pytest.raises(ConfigError, match="needs a text classifier or regressor, not a masked_lm"):
        start_linear(model_of(AlbertMaskedLM), small_batches())


def test_recipe_starts_there_and_a_resumed_run_does_not_again(tmp_path, monkeypatch):
    model = model_of(AlbertTextClassifier)
    recipe = RECIPE.replace(head_start="linear", epochs=1)
    started = []
    monkeypatch.setattr(
        "albert_tf.training.fine_tuning.start_linear", lambda *args: started.append(args)
    )
    fine_tune(model, small_batches(), recipe=recipe, run_dir=tmp_path, verbose=0)
    fine_tune(model, small_batches(), recipe=recipe, run_dir=tmp_path, resume=True, verbose=0)
    assert len(started) == 1


def test_a_folder_that_is_taken_leaves_the_model_as_it_is(tmp_path):
    recipe = RECIPE.replace(head_start="linear", epochs=1)
    trained = model_of(AlbertTextClassifier)
    fine_tune(trained, small_batches(), recipe=recipe, run_dir=tmp_path, verbose=0)
    trained.classifier.bias.assign([3.0, -3.0])
    optimizer = trained.optimizer
    with pytest.raises(CheckpointError, match="holds a run already"):
        fine_tune(trained, small_batches(), recipe=recipe, run_dir=tmp_path, verbose=0)
    assert np.asarray(trained.classifier.bias).tolist() == [3.0, -3.0]
    assert trained.optimizer is optimizer


def test_runs_of_an_earlier_release_lack_the_field_and_resume(tmp_path):
    from albert_tf.training.checkpoint import CheckpointStore

    model = model_of(AlbertTextClassifier)
    fine_tune(model, small_batches(), recipe=RECIPE, run_dir=tmp_path, verbose=0)
    store = CheckpointStore(tmp_path / "checkpoints")
    path, arrays, state, _ = store.load_latest()
    del state["recipe"]["head_start"]
    store.save("checkpoint", int(path.stem.split("-")[1]), arrays, state)
    result = fine_tune(
        model, small_batches(), recipe=RECIPE, run_dir=tmp_path, resume=True, verbose=0
    )
    assert result.epochs == RECIPE.epochs
