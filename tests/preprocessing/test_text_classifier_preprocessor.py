"""Raw text in: packing, the same in the graph, fit/evaluate/predict, saving."""

import keras
import numpy as np
import pandas
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextRegressor, AlbertTokenizer
from albert_tf.errors import ConfigError, DataError
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from tests.tiny import randomize, tiny_config

TOKENIZER = AlbertTokenizer()
TEXTS = [
    "call now and win a prize",
    "see you at six",
    "ok",
    "a longer text that goes on and on and on",
] * 4
LABELS = [1, 0, 0, 1] * 4


def preprocessor(length=24, truncate="longest_first"):
    return AlbertTextClassifierPreprocessor(TOKENIZER, length, truncate)


def classifier(**arguments):
    backbone = AlbertBackbone(tiny_config(vocab_size=30000, num_hidden_layers=1))
    model = AlbertTextClassifier(backbone, preprocessor=preprocessor(), **arguments)
    randomize(model)
    return model


def test_documented_example():
    inputs = preprocessor()(["Hello, World!", "hello"])
    assert inputs["token_ids"].tolist() == [[2, 10975, 15, 126, 187, 3], [2, 10975, 3, 0, 0, 0]]
    assert inputs["padding_mask"].tolist() == [[1] * 6, [1, 1, 1, 0, 0, 0]]
    pair = preprocessor()((["hello"], ["hello"]))
    assert pair["token_ids"].tolist() == [[2, 10975, 3, 10975, 3]]
    assert pair["segment_ids"].tolist() == [[0, 0, 0, 1, 1]]


def test_no_texts_give_no_rows():
    assert preprocessor()([])["token_ids"].shape == (0, 0)


def words(limit):
    return st.lists(st.sampled_from(["one", "two", "Über", "3,", "…"]), max_size=limit).map(
        " ".join
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(words(20), words(20)), min_size=1, max_size=4),
    st.sampled_from(["longest_first", "only_first", "only_second"]),
    st.booleans(),
)
def test_in_graph_equals_python(rows, truncate, as_pairs):
    firsts, seconds = map(list, zip(*rows, strict=True))
    prepare = PREPARED[truncate]
    x = (firsts, seconds) if as_pairs else firsts
    tensors = tuple(map(tf.constant, x)) if as_pairs else tf.constant(x)
    try:
        expected = prepare(x)
    except DataError:
        with pytest.raises(tf.errors.InvalidArgumentError, match="leaves no room"):
            prepare(tensors)
        return
    for name, rows_in_graph in prepare(tensors).items():
        np.testing.assert_array_equal(rows_in_graph, expected[name], err_msg=name)


PREPARED = {t: preprocessor(16, t) for t in ("longest_first", "only_first", "only_second")}


def test_in_a_dataset():
    dataset = tf.data.Dataset.from_tensor_slices((TEXTS, LABELS)).batch(4).map(preprocessor())
    inputs, labels = next(iter(dataset))
    np.testing.assert_array_equal(inputs["token_ids"], preprocessor()(TEXTS[:4])["token_ids"])
    assert labels.numpy().tolist() == LABELS[:4]


def test_predict_keeps_the_order_and_padding_does_not_matter():
    model = classifier()
    together = model.predict(TEXTS, batch_size=3, verbose=0)
    alone = np.concatenate([model.predict([text], verbose=0) for text in TEXTS[:4]])
    np.testing.assert_allclose(together[:4], alone, atol=1e-6)
    as_tokens = model.predict(preprocessor()(TEXTS), verbose=0)
    np.testing.assert_allclose(together, as_tokens, atol=1e-6)
    dataset = tf.data.Dataset.from_tensor_slices(TEXTS).batch(5)
    np.testing.assert_allclose(model.predict(dataset, verbose=0), together, atol=1e-6)
    for array in (np.array(TEXTS), np.array(TEXTS, dtype=object), pandas.Series(TEXTS)):
        np.testing.assert_allclose(model.predict(array, verbose=0), together, atol=1e-6)


def test_a_text_may_take_all_positions_of_the_model():
    config = tiny_config(vocab_size=30000, num_hidden_layers=1, max_position_embeddings=21)
    model = AlbertTextClassifier(AlbertBackbone(config), preprocessor=preprocessor(21))
    assert model.predict(["one " * 30, "two"], verbose=0).shape == (2, 2)


def test_fit_learns_from_raw_text_and_evaluates():
    keras.utils.set_random_seed(0)
    model = classifier(dropout=0.0)
    model.compile(keras.optimizers.Adam(3e-3))
    before = model.evaluate(TEXTS, LABELS, verbose=0, return_dict=True)
    model.fit(TEXTS, LABELS, epochs=15, batch_size=8, verbose=0, validation_data=(TEXTS, LABELS))
    after = model.evaluate(TEXTS, LABELS, verbose=0, return_dict=True)
    assert after["loss"] < before["loss"] / 2
    assert after["accuracy"] == 1.0


def test_fit_takes_pairs_and_regression():
    backbone = AlbertBackbone(tiny_config(vocab_size=30000, num_hidden_layers=1))
    model = AlbertTextRegressor(backbone, preprocessor=preprocessor())
    targets = np.linspace(0, 1, len(TEXTS))
    history = model.fit(
        (TEXTS, TEXTS[::-1]), targets, verbose=0, validation_data=((TEXTS, TEXTS), targets)
    )
    assert set(history.history) >= {"loss", "rmse", "pearson", "val_loss"}
    assert model.predict((TEXTS, TEXTS), verbose=0).shape == (len(TEXTS), 1)


def test_preset_and_keras_file_carry_the_tokenizer(tmp_path):
    model = classifier(class_names=["ham", "spam"])
    expected = model.predict(TEXTS, verbose=0)
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    from_preset = AlbertTextClassifier.from_preset(tmp_path / "preset")
    from_file = keras.models.load_model(tmp_path / "model.keras")
    for loaded in (from_preset, from_file):
        np.testing.assert_allclose(loaded.predict(TEXTS, verbose=0), expected, atol=1e-6)
        assert loaded.class_names == ["ham", "spam"]
        assert loaded.preprocessor.settings() == model.preprocessor.settings()
    assert (
        AlbertTextClassifier.from_preset(tmp_path / "preset", preprocessor=None).preprocessor
        is None
    )


def test_another_tokenizer_travels_whole():
    changed = TOKENIZER.model_bytes.replace("▁the".encode(), "▁THE".encode())
    tokenizer = AlbertTokenizer.from_bytes(changed, lowercase=False)
    original = AlbertTextClassifierPreprocessor(tokenizer)
    copy = AlbertTextClassifierPreprocessor.from_config(original.get_config())
    assert copy.tokenizer.model_bytes == changed
    assert copy(["THE END"])["token_ids"].tolist() == original(["THE END"])["token_ids"].tolist()


def test_fewer_classes_start_a_fresh_head(tmp_path):
    model = classifier(num_classes=3, class_names=["a", "b", "c"])
    model.save_to_preset(tmp_path / "preset")
    fresh = AlbertTextClassifier.from_preset(tmp_path / "preset", num_classes=2)
    assert (fresh.num_classes, fresh.class_names) == (2, None)
    np.testing.assert_array_equal(fresh.backbone.pooler.kernel, model.backbone.pooler.kernel)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: preprocessor(3), "sequence_length is 3; expected at least 4"),
        (lambda: preprocessor("24"), "sequence_length is '24'; expected at least 4"),
        (
            lambda: preprocessor()(None),
            "texts is 'None' of type NoneType; expected a sequence of str",
        ),
        (lambda: preprocessor()({"text": ["a"]}), "of type dict; expected a sequence of str"),
        (lambda: preprocessor()(["a", None]), r"texts\[1\] is 'None' of type NoneType"),
        (lambda: preprocessor()((["a"], ["b", "c"])), "texts has 1 entries and pairs has 2"),
        (lambda: preprocessor(truncate="none"), "truncate is 'none'; expected one of"),
        (
            lambda: classifier().predict("one text"),
            "got the single text 'one text'; expected a list",
        ),
        (lambda: classifier().predict([]), "there are no texts; expected at least one"),
        (lambda: classifier().predict(["a", None]), r"texts\[1\] is 'None' of type NoneType"),
        (lambda: classifier().predict([float("nan"), "a"]), r"texts\[0\] is 'nan' of type float"),
        (lambda: classifier().predict([None]), r"texts\[0\] is 'None' of type NoneType"),
        (
            lambda: classifier().predict(pandas.Series([None, "a"], dtype=object)),
            r"texts\[0\] is 'None' of type NoneType",
        ),
        (
            lambda: classifier().evaluate(np.array([], dtype=object), np.array([])),
            "there are no texts",
        ),
        (lambda: classifier().fit(["a", None], [0, 1]), r"texts\[1\] is 'None'"),
        (
            lambda: classifier().fit(TEXTS, LABELS, validation_data=(["a", None], [0, 1])),
            r"texts\[1\] is 'None'",
        ),
        (lambda: classifier().fit(TEXTS, [1]), "y has 1 rows for 16 texts"),
        (lambda: classifier().fit(TEXTS, ["ham"] * 16), r"y\[0\] is 'ham'; .* has no class names"),
        (
            lambda: classifier().fit(TEXTS, LABELS, validation_split=0.99),
            "validation_split 0.99 of 16 texts leaves none",
        ),
        (
            lambda: AlbertTextClassifier(
                AlbertBackbone(tiny_config()), preprocessor=preprocessor()
            ),
            "the tokenizer has 30000 pieces, the model's vocab_size is 120",
        ),
        (
            lambda: AlbertTextClassifier(
                AlbertBackbone(tiny_config(vocab_size=30000)), preprocessor=preprocessor(64)
            ),
            "sequence_length is 64, the model has 40 positions",
        ),
    ],
)
def test_errors_are_one_line(make, message):
    with pytest.raises((ConfigError, DataError), match=message) as error:
        make()
    assert "\n" not in str(error.value)
