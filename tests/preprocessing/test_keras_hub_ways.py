"""A preprocessor is called and loaded as keras-hub's is, and goes through `Dataset.map` and `prefetch`."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextEmbedder, AlbertTokenizer
from albert_tf.errors import AlbertError, CheckpointError
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from tests.models.odd_inputs import LABELS, PAIRS, TEXTS, three_classes
from tests.tiny import tiny_config

WEIGHTS = [1.0, 2.0, 3.0, 4.0]


@pytest.fixture(scope="module")
def preprocessor():
    return AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=16)


def equal(found, expected):
    keras.tree.map_structure(
        lambda a, b: np.testing.assert_array_equal(np.asarray(a), np.asarray(b)), found, expected
    )


# === Calls ===


def test_x_y_and_sample_weight_come_back_as_in_keras_hub(preprocessor):
    for x in (TEXTS, (TEXTS, PAIRS), tf.constant(TEXTS), (tf.constant(TEXTS), tf.constant(PAIRS))):
        inputs = preprocessor(x)
        assert set(inputs) == {"token_ids", "segment_ids", "padding_mask"}
        for given in ((LABELS,), (LABELS, WEIGHTS)):
            found = preprocessor(x, *given)
            assert isinstance(found, tuple)
            assert found[1:] == given
            equal(found[0], inputs)
        assert preprocessor(x, y=LABELS, sample_weight=WEIGHTS)[1:] == (LABELS, WEIGHTS)
        with pytest.raises(AlbertError, match="sample_weight was given without y"):
            preprocessor(x, sample_weight=WEIGHTS)


def test_one_text_gives_one_row_without_a_batch(preprocessor):
    for text in (TEXTS[0], tf.constant(TEXTS[0])):
        equal(preprocessor(text), {name: row[0] for name, row in preprocessor(TEXTS[:1]).items()})
    inputs, y = preprocessor(TEXTS[0], 1)
    assert (inputs["token_ids"].ndim, y) == (1, 1)


def test_a_tuple_of_two_texts_is_refused_since_keras_hub_reads_a_pair(preprocessor):
    with pytest.raises(AlbertError, match="may be two texts, or a text and its pair; pass a list"):
        preprocessor((TEXTS[0], TEXTS[1]))
    assert preprocessor([TEXTS[0], TEXTS[1]])["token_ids"].shape[0] == 2
    assert preprocessor(([TEXTS[0]], [TEXTS[1]]))["segment_ids"].max() == 1


def test_a_tokenizer_is_called(tmp_path):
    tokenizer = AlbertTokenizer()
    ids = tokenizer.encode_batch(TEXTS)
    assert tokenizer(TEXTS) == ids
    assert tokenizer(TEXTS[0]) == ids[0]
    assert tokenizer(np.array(TEXTS)) == ids
    assert tokenizer(tf.constant(TEXTS)).to_list() == ids
    assert tokenizer(tf.constant(TEXTS[0])).numpy().tolist() == ids[0]
    data = tf.data.Dataset.from_tensor_slices(TEXTS).batch(3)
    data = data.map(tokenizer, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    assert list(itertools.chain.from_iterable(batch.to_list() for batch in data)) == ids


# === from_preset ===


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preset")
    tokenizer = AlbertTokenizer(lowercase=False, strip_accents=False, mask_token="[SEP]")
    preprocessor = AlbertTextClassifierPreprocessor(tokenizer, 24, "only_second")
    backbone = AlbertBackbone(tiny_config(vocab_size=30000, num_hidden_layers=1))
    AlbertTextClassifier(backbone, preprocessor=preprocessor).save_to_preset(folder)
    return folder


def test_the_preprocessor_of_a_preset(preset):
    loaded = AlbertTextClassifierPreprocessor.from_preset(preset)
    assert loaded.settings() == {"sequence_length": 24, "truncate": "only_second"}
    by_model = AlbertTextClassifier.from_preset(preset).preprocessor
    assert loaded.get_config() == by_model.get_config()
    equal(loaded(TEXTS), by_model(TEXTS))
    other = AlbertTextClassifierPreprocessor.from_preset(preset, sequence_length=8)
    assert other.settings() == {"sequence_length": 8, "truncate": "only_second"}


def test_the_tokenizer_of_a_preset(preset):
    loaded = AlbertTokenizer.from_preset(preset)
    assert (loaded.lowercase, loaded.strip_accents) == (False, False)
    assert loaded.mask_id == loaded.sep_id
    assert AlbertTokenizer.from_preset(preset, lowercase=True).lowercase
    assert AlbertTokenizer.from_preset(preset, mask_token="[MASK]").mask_id != loaded.sep_id


def test_a_bundled_preset():
    by_model = AlbertTextEmbedder.from_preset("albert_small_en").preprocessor
    loaded = AlbertTextClassifierPreprocessor.from_preset("albert_small_en")
    assert loaded.get_config() == by_model.get_config()
    tokenizer = AlbertTokenizer.from_preset("albert_small_en")
    assert tokenizer.get_config() == by_model.tokenizer.get_config()


def test_a_preset_without_a_tokenizer_and_impossible_settings(preset, tmp_path):
    AlbertBackbone(tiny_config()).save_to_preset(tmp_path)
    for kind in (AlbertTokenizer, AlbertTextClassifierPreprocessor):
        with pytest.raises(CheckpointError, match=f"^{tmp_path} carries no tokenizer; make one"):
            kind.from_preset(tmp_path)
        with pytest.raises(CheckpointError, match="does not exist"):
            kind.from_preset(tmp_path / "none")
    with pytest.raises(
        AlbertError, match="no argument 'lenght'; expected sequence_length or trunc"
    ):
        AlbertTextClassifierPreprocessor.from_preset(preset, lenght=8)
    with pytest.raises(AlbertError, match="sequence_length is 2; expected at least 4"):
        AlbertTextClassifierPreprocessor.from_preset(preset, sequence_length=2)


# === tf.data ===

FORMS = {
    "texts": TEXTS,
    "pairs": (TEXTS, PAIRS),
    "rows of one": np.array(TEXTS)[:, None],
    "rows": np.array([TEXTS, PAIRS]).T,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("given", [(LABELS,), (LABELS, WEIGHTS)], ids=["y", "y and weights"])
def test_map_in_parallel_and_prefetch(preprocessor, form, given):
    x = (FORMS[form], *given)
    data = tf.data.Dataset.from_tensor_slices(x).batch(4)
    data = data.map(preprocessor, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    (found,) = data
    pairs = PAIRS if form in ("pairs", "rows") else None
    equal(found, (preprocessor((TEXTS, pairs)), *map(np.asarray, given)))


@pytest.mark.parametrize("form", ["texts", "pairs"])
def test_map_before_batch(preprocessor, form):
    data = tf.data.Dataset.from_tensor_slices((FORMS[form], LABELS))
    rows = list(data.map(preprocessor, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2))
    texts, pairs = (TEXTS, PAIRS) if form == "pairs" else (TEXTS, None)
    for number, (inputs, label) in enumerate(rows):
        one = (texts[number : number + 1], pairs and pairs[number : number + 1])
        equal(inputs, {name: row[0] for name, row in preprocessor(one).items()})
        assert label == LABELS[number]


def test_a_mapped_dataset_trains_evaluates_and_predicts():
    model = three_classes()
    data = tf.data.Dataset.from_tensor_slices((TEXTS, LABELS)).batch(2)
    mapped = data.map(model.preprocessor, num_parallel_calls=tf.data.AUTOTUNE).prefetch(
        tf.data.AUTOTUNE
    )
    expected = model.evaluate(TEXTS, LABELS, verbose=0)
    np.testing.assert_allclose(model.evaluate(mapped, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(
        model.predict(mapped, verbose=0), model.predict(TEXTS, verbose=0), atol=1e-6
    )
    logs = model.fit(mapped, validation_data=mapped, epochs=2, verbose=0).history
    assert logs["val_loss"][1] != logs["val_loss"][0]
    raw = data.prefetch(tf.data.AUTOTUNE)
    assert np.isfinite(model.fit(raw, validation_data=raw, verbose=0).history["val_loss"]).all()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.array([TEXTS] * 3).T, r"texts have the shape \(4, 3\); expected texts, "),
        ({"text": TEXTS}, "expected a sequence of str.*keys: 'text'"),
        (np.arange(4), "texts"),
    ],
    ids=["three columns", "a dict", "numbers"],
)
def test_an_error_in_map_is_one_line(preprocessor, x, message):
    data = tf.data.Dataset.from_tensor_slices((x, LABELS)).batch(4, drop_remainder=True)
    with pytest.raises(AlbertError, match=message) as error:
        data.map(preprocessor)
    assert "\n" not in str(error.value)
