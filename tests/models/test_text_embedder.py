"""`AlbertTextEmbedder`: vectors of length 1 from any backbone."""

import numpy as np
import pytest
from keras import ops

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextEmbedder
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import read_checkpoint, write_huggingface, write_preset
from tests.tiny import english_model, randomize, tiny_config, tiny_inputs


def embedder(**options):
    model = AlbertTextEmbedder(AlbertBackbone(tiny_config()), **options)
    randomize(model)
    return model


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_mean_leaves_padding_out():
    model, inputs = embedder(), tiny_inputs()
    states = ops.convert_to_numpy(model.backbone(inputs)["sequence_output"])
    means = [
        row[mask == 1].mean(axis=0)
        for row, mask in zip(states, inputs["padding_mask"], strict=True)
    ]
    np.testing.assert_allclose(
        ops.convert_to_numpy(model(inputs)), unit(np.array(means)), atol=1e-5
    )


def test_pooler_pooling_is_the_pooled_output():
    model, inputs = embedder(pooling="pooler"), tiny_inputs()
    pooled = ops.convert_to_numpy(model.backbone(inputs)["pooled_output"])
    np.testing.assert_allclose(ops.convert_to_numpy(model(inputs)), unit(pooled), atol=1e-5)


@pytest.mark.parametrize("pooling", ["mean", "pooler"])
def test_preset_keeps_pooling_and_vectors(tmp_path, pooling):
    model, inputs = embedder(pooling=pooling), tiny_inputs()
    model.save_to_preset(tmp_path)
    loaded = AlbertTextEmbedder.from_preset(tmp_path)
    assert loaded.pooling == pooling
    np.testing.assert_allclose(
        ops.convert_to_numpy(loaded(inputs)), ops.convert_to_numpy(model(inputs)), atol=1e-6
    )


def test_backbone_of_any_head_gives_vectors(tmp_path):
    classifier = AlbertTextClassifier(AlbertBackbone(tiny_config()), num_classes=3)
    randomize(classifier)
    classifier.save_to_preset(tmp_path)
    vectors = ops.convert_to_numpy(AlbertTextEmbedder.from_preset(tmp_path)(tiny_inputs()))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_texts_in_vectors_out_in_their_order():
    model = english_model(AlbertTextEmbedder, scale=0.3)
    texts = ["a rather longer text than the others", "short", "a middling one"]
    vectors = model.predict(texts, batch_size=2, verbose=0)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(model.predict([text], verbose=0)[0], vector, atol=1e-5)


def test_learns_given_vectors():
    model, inputs = embedder(), tiny_inputs()
    targets = unit(np.random.default_rng(0).normal(size=(3, 32))).astype("float32")
    model.compile("adam")
    first = model.evaluate(inputs, targets, verbose=0)[0]
    model.fit(inputs, targets, epochs=5, verbose=0)
    assert model.evaluate(inputs, targets, verbose=0)[0] < first


def test_unknown_pooling():
    with pytest.raises(ConfigError, match="pooling is 'max'; expected one of pooler, mean"):
        embedder(pooling="max")


def test_classifier_may_pool_by_the_mean_as_a_preset_recommends(tmp_path):
    backbone = AlbertBackbone(tiny_config())
    randomize(backbone)
    checkpoint = backbone.to_checkpoint()
    checkpoint.extra["pooling"] = "mean"
    write_preset(checkpoint, tmp_path / "backbone")
    model = AlbertTextClassifier.from_preset(tmp_path / "backbone", num_classes=3)
    assert model.pooling == "mean"
    assert AlbertTextClassifier.from_preset(tmp_path / "backbone", pooling="pooler").uses_pooler()
    inputs = tiny_inputs()
    states = ops.convert_to_numpy(backbone(inputs)["sequence_output"])
    means = [
        row[m == 1].mean(axis=0) for row, m in zip(states, inputs["padding_mask"], strict=True)
    ]
    expected = np.array(means) @ ops.convert_to_numpy(model.classifier.kernel)
    np.testing.assert_allclose(ops.convert_to_numpy(model(inputs)), expected, atol=1e-5)
    assert not any("pooler" in v.path for v in model.trainable_variables)
    model.save_to_preset(tmp_path / "classifier")
    loaded = AlbertTextClassifier.from_preset(tmp_path / "classifier")
    assert loaded.pooling == "mean"
    np.testing.assert_allclose(
        ops.convert_to_numpy(loaded(inputs)), ops.convert_to_numpy(model(inputs)), atol=1e-6
    )


def test_what_other_libraries_cannot_express_is_refused(tmp_path):
    backbone = AlbertBackbone(tiny_config())
    classifier = AlbertTextClassifier(backbone, num_classes=2, pooling="mean")
    with pytest.raises(CheckpointError, match="pools by the mean of its tokens"):
        write_huggingface(classifier.to_checkpoint(), tmp_path)
    write_huggingface(AlbertTextEmbedder(backbone).to_checkpoint(), tmp_path)
    assert read_checkpoint(tmp_path).head is None
