"""Filling in masks from raw text, beside the reference's logits."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from albert_tf import AlbertBackbone, AlbertMaskedLM, AlbertPretrainer, AlbertTokenizer
from albert_tf.answers import FilledMask
from albert_tf.answers.masks import MaskDecoder
from albert_tf.errors import ConfigError, DataError
from albert_tf.preprocessing import AlbertMaskedLMPreprocessor
from tests.tiny import english_model, randomize, tiny_config

TEXTS = ["The [MASK] of [MASK].", "no mask", "", "\U0001f600[MASK]", "[MASK] " + "é " * 5000]

PADDED = 16 if keras.backend.backend() == "jax" else 8
"""Tokens that batches of these texts are padded to: JAX, which compiles each length, has fewer of them."""


@pytest.fixture(scope="module")
def model():
    """A tiny model that reads raw text."""
    reader = AlbertMaskedLMPreprocessor(AlbertTokenizer(), sequence_length=16)
    return english_model(AlbertMaskedLM, scale=0.3, preprocessor=reader)


def test_the_best_tokens_of_the_reference(shared):
    """Hugging Face's logits of every token, through scipy, beside ours at the same tokens as masks."""
    folder = shared / "fixtures" / "hf_masked_lm_groups"
    expected = np.load(folder / "expected.npz")
    model = AlbertMaskedLM.from_preset(folder)
    tokenizer = AlbertTokenizer()
    inputs = {
        "token_ids": expected["input_ids"].astype("int32"),
        "segment_ids": expected["token_type_ids"].astype("int32"),
        "padding_mask": expected["attention_mask"].astype("int32"),
    }
    rows, length = inputs["token_ids"].shape
    positions = np.tile(np.arange(length, dtype="int32"), (rows, 1))
    logits = model.predict({**inputs, "masked_positions": positions}, verbose=0)
    compared = 0
    for row, position in np.argwhere(inputs["padding_mask"]):
        (found,) = MaskDecoder(tokenizer).tokens(logits[row, position][None])
        shares = softmax(expected["out_logits"][row, position].astype("float64"))
        best = [i for i in np.argsort(-shares, kind="stable") if i not in tokenizer.special_ids]
        best = [i for i in best if tokenizer.id_to_piece(int(i)) != "▁"][:5]
        assert [token.probability for token in found] == pytest.approx(shares[best], abs=1e-5)
        words = [tokenizer.id_to_piece(int(i)).removeprefix("▁") for i in best]
        assert [token.text for token in found] == words
        compared += 1
    assert compared > 20


def test_answers_are_what_the_logits_of_all_tokens_say(model):
    answers = model.answer(TEXTS, top=3, batch_size=2)
    assert [len(masks) for masks in answers] == [2, 0, 0, 1, 1]
    for text, masks in zip(TEXTS[:4], answers, strict=False):
        inputs = model.preprocessor([text])
        (logits,) = keras.ops.convert_to_numpy(model(inputs)).astype("float64")
        places = np.flatnonzero(inputs["token_ids"][0] == model.preprocessor.tokenizer.mask_id)
        for mask, place in zip(masks, places, strict=True):
            assert isinstance(mask, FilledMask)
            assert text[mask.start : mask.end] == "[MASK]"
            shares = softmax(logits[place])
            ids = [i for i in np.argsort(-shares) if i > 4][:3]
            assert [t.probability for t in mask.tokens] == pytest.approx(shares[ids], abs=1e-6)
    assert model.answer([]) == []


def test_predict_gives_logits_of_every_token(model):
    logits = model.predict(["a [MASK]", "one two three [MASK] five"], batch_size=1, verbose=0)
    assert logits.shape == (2, PADDED, 30000)
    np.testing.assert_allclose(
        logits[:1, :4], keras.ops.convert_to_numpy(model(["a [MASK]"])), atol=1e-5
    )


def test_datasets_of_texts(model):
    texts = ["a [MASK]", "one two three [MASK] five", "six"]
    dataset = tf.data.Dataset.from_tensor_slices(texts).batch(2)
    logits = model.predict(dataset, verbose=0)
    assert logits.shape == (3, 16, 30000)
    np.testing.assert_allclose(logits[:, :PADDED], model.predict(texts, verbose=0), atol=1e-5)
    with pytest.raises(ConfigError, match="raw text in answer and predict only"):
        model.fit(dataset.map(lambda text: (text, text)), verbose=0)


def test_saved_and_read_again(model, tmp_path):
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    for other in (
        AlbertMaskedLM.from_preset(tmp_path / "preset"),
        keras.saving.load_model(tmp_path / "model.keras"),
    ):
        assert other.preprocessor.settings() == {"sequence_length": 16}
        mine, theirs = model.answer(TEXTS[:1]), other.answer(TEXTS[:1])
        assert [m.tokens[0].text for m in mine[0]] == [m.tokens[0].text for m in theirs[0]]


def test_the_head_of_a_pretrainer(tmp_path):
    pretrainer = AlbertPretrainer(AlbertBackbone(tiny_config()))
    randomize(pretrainer)
    pretrainer.save_to_preset(tmp_path)
    model = AlbertMaskedLM.from_preset(tmp_path)
    ids = np.random.default_rng(0).integers(5, 120, (2, 7)).astype("int32")
    inputs = {"token_ids": ids, "padding_mask": np.ones_like(ids)}
    expected = pretrainer.predict(inputs, verbose=0)["mlm_logits"]
    np.testing.assert_allclose(model.predict(inputs, verbose=0), expected, atol=1e-5)


def test_what_it_does_not_take(model):
    for method in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        with pytest.raises(ConfigError, match="raw text in answer and predict only.*pretrain"):
            method(TEXTS, TEXTS)
    with pytest.raises(ConfigError, match="top is 0; expected a whole number"):
        model.answer(TEXTS, top=0)
    with pytest.raises(DataError, match="got pairs of texts"):
        model.answer((TEXTS, TEXTS))
    with pytest.raises(ConfigError, match="has no preprocessor for raw text"):
        AlbertMaskedLM(AlbertBackbone(tiny_config())).answer(TEXTS)
