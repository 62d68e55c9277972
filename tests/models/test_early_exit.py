"""An answer after every layer: shapes, loss, saving, and that the last answer is the plain model's."""

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextRegressor
from albert_tf.errors import ConfigError
from albert_tf.models.early_exit import depth_weights
from tests.tiny import randomize, tiny_config

CONFIG = tiny_config(num_hidden_layers=4, num_hidden_groups=2)


@pytest.fixture
def classifier():
    keras.utils.set_random_seed(0)
    backbone = AlbertBackbone(CONFIG, return_all_layers=True)
    return AlbertTextClassifier(
        backbone, num_classes=3, early_exit=True, class_names=["a", "b", "c"]
    )


def batch(rows=5, length=7, seed=0):
    random = np.random.default_rng(seed)
    return {
        "token_ids": random.integers(5, CONFIG.vocab_size, (rows, length)).astype("int32"),
        "segment_ids": np.zeros((rows, length), "int32"),
        "padding_mask": np.ones((rows, length), "int32"),
    }


def test_the_last_exit_is_the_answer(classifier):
    inputs = batch()
    exits = ops.convert_to_numpy(classifier.exit_outputs(inputs))
    assert exits.shape == (5, 4, 3)
    answer = ops.convert_to_numpy(classifier(inputs))
    np.testing.assert_allclose(exits[:, -1], answer, atol=1e-6)


@pytest.mark.parametrize("pooling", ["mean", "pooler"])
def test_each_exit_reads_its_own_layer(pooling):
    keras.utils.set_random_seed(1)
    backbone = AlbertBackbone(CONFIG, return_all_layers=True)
    model = AlbertTextRegressor(backbone, early_exit=True, pooling=pooling)
    model.exits.bias.assign([[1.0], [2.0], [3.0]])
    inputs = batch()
    layers = [ops.convert_to_numpy(h) for h in backbone(inputs)["all_layers"]]
    kernel = ops.convert_to_numpy(model.exits.kernel)
    exits = ops.convert_to_numpy(model.exit_outputs(inputs))
    for layer, states in enumerate(layers[:-1]):
        pooled = (
            states.mean(axis=1)
            if pooling == "mean"
            else ops.convert_to_numpy(backbone.pooler(states))
        )
        expected = pooled @ kernel[layer] + layer + 1
        np.testing.assert_allclose(exits[:, layer], expected, atol=1e-5)


def test_loss_is_the_mean_weighted_by_depth(classifier):
    inputs, y = batch(), np.array([0, 1, 2, 0, 1])
    exits = classifier.exit_outputs(inputs)
    own = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    parts = [float(own(y, exits[:, layer])) for layer in range(4)]
    expected = sum(w * p for w, p in zip([0.1, 0.2, 0.3, 0.4], parts, strict=True))
    found = float(classifier.compute_loss(x=inputs, y=ops.convert_to_tensor(y), y_pred=exits))
    assert found == pytest.approx(expected, rel=1e-6)
    assert depth_weights(4) == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_training_reaches_every_exit(classifier):
    inputs, y = batch(rows=8), np.array([0, 1, 2, 0, 1, 2, 0, 1])
    before = ops.convert_to_numpy(classifier.exits.kernel).copy()
    classifier.compile(keras.optimizers.Adam(0.01))
    history = classifier.fit(inputs, y, batch_size=8, epochs=30, verbose=0).history
    moved = np.abs(ops.convert_to_numpy(classifier.exits.kernel) - before).max(axis=(1, 2))
    assert (moved > 1e-3).all()
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    exits = ops.convert_to_numpy(classifier.exit_outputs(inputs))
    assert (exits.argmax(-1) == y[:, None]).mean() > 0.9
    # fit's accuracy is that of full depth, and so is evaluate's.
    found = classifier.evaluate(inputs, y, verbose=0, return_dict=True)
    assert found["accuracy"] == (exits[:, -1].argmax(-1) == y).mean()


def test_presets_carry_the_exits(classifier, tmp_path):
    classifier.save_to_preset(tmp_path)
    again = AlbertTextClassifier.from_preset(tmp_path)
    assert again.early_exit
    inputs = batch()
    np.testing.assert_allclose(
        ops.convert_to_numpy(again.exit_outputs(inputs)),
        ops.convert_to_numpy(classifier.exit_outputs(inputs)),
        atol=1e-6,
    )
    plain = AlbertTextClassifier.from_preset(tmp_path, early_exit=False)
    np.testing.assert_allclose(
        ops.convert_to_numpy(plain(inputs)), ops.convert_to_numpy(classifier(inputs)), atol=1e-6
    )
    assert not any(v.path.startswith("exits/") for v in plain.weights)


def test_a_plain_classifier_gets_exits_and_keeps_its_answer(tmp_path):
    plain = AlbertTextClassifier(AlbertBackbone(CONFIG), num_classes=3)
    plain.save_to_preset(tmp_path)
    model = AlbertTextClassifier.from_preset(tmp_path, early_exit=True)
    inputs = batch()
    np.testing.assert_allclose(
        ops.convert_to_numpy(model(inputs)), ops.convert_to_numpy(plain(inputs)), atol=1e-6
    )


def test_keras_archives_carry_the_exits(classifier, tmp_path):
    classifier.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    inputs = batch()
    np.testing.assert_allclose(
        ops.convert_to_numpy(again.exit_outputs(inputs)),
        ops.convert_to_numpy(classifier.exit_outputs(inputs)),
        atol=1e-6,
    )


def test_a_plain_backbone_is_copied_into_one_that_gives_all_its_layers():
    plain = AlbertBackbone(CONFIG, name="mine")
    randomize(plain)
    model = AlbertTextClassifier(plain, early_exit=True)
    assert model.backbone.encoder.return_all_layers
    assert not plain.encoder.return_all_layers
    inputs = batch()
    np.testing.assert_array_equal(
        model.backbone(inputs)["pooled_output"], plain(inputs)["pooled_output"]
    )
    model.run_eagerly = True
    model.fit(inputs, np.zeros(5, "int32"), verbose=0)
    assert ops.shape(model.exit_outputs(inputs)) == (5, 4, 2)


def test_a_model_of_one_layer_has_no_exits():
    one = CONFIG.replace(num_hidden_layers=1, num_hidden_groups=1)
    with pytest.raises(ConfigError, match="needs layers to leave out"):
        AlbertTextClassifier(AlbertBackbone(one, return_all_layers=True), early_exit=True)
    with pytest.raises(ConfigError, match="has no exits"):
        AlbertTextClassifier(AlbertBackbone(CONFIG)).predict_exits(["a"])
