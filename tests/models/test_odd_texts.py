"""Any flat sequence of texts is taken wherever text is, anything else is one line."""

import numpy as np
import pytest
import tensorflow as tf

from albert_tf.errors import AlbertError
from albert_tf.training import FineTuningRecipe, fine_tune
from tests.models.odd_inputs import (
    LABELS,
    NO_SEQUENCES,
    PAIRS,
    SEQUENCES,
    TEXTS,
    make,
    three_classes,
)


@pytest.fixture(scope="module")
def model():
    return three_classes()


@pytest.fixture(scope="module")
def expected(model):
    """The answers as the inputs by hand give them."""
    return np.asarray(model(model.preprocessor(TEXTS)))


@pytest.fixture(scope="module")
def expected_pairs(model):
    inputs = model.preprocessor((TEXTS, PAIRS))
    assert inputs["segment_ids"].max() == 1
    return np.asarray(model(inputs))


@pytest.mark.parametrize("kind", SEQUENCES)
def test_any_flat_sequence_of_texts(model, expected, kind):
    hold = SEQUENCES[kind]
    ids = model.preprocessor.tokenizer.encode_batch(TEXTS)
    assert model.preprocessor.tokenizer.encode_batch(hold(TEXTS)) == ids
    np.testing.assert_allclose(model.predict(hold(TEXTS), verbose=0), expected, atol=1e-6)


@pytest.mark.parametrize("kind", SEQUENCES)
def test_any_two_flat_sequences_are_pairs(model, expected_pairs, kind):
    hold = SEQUENCES[kind]
    logits = model.predict_on_batch((hold(TEXTS), hold(PAIRS)))
    np.testing.assert_allclose(logits, expected_pairs, atol=1e-6)


@pytest.mark.parametrize(
    "hold",
    [
        lambda rows: rows,
        lambda rows: [list(row) for row in rows],
        lambda rows: np.array(rows),
        lambda rows: np.array(rows, dtype=object),
        lambda rows: zip(*zip(*rows, strict=True), strict=True),
    ],
    ids=["tuples", "lists", "array", "objects", "zip"],
)
def test_rows_of_text_and_pair(model, expected_pairs, hold):
    rows = list(zip(TEXTS, PAIRS, strict=True))
    np.testing.assert_allclose(model.predict(hold(rows), verbose=0), expected_pairs, atol=1e-6)


@pytest.mark.parametrize(
    ("library", "hold"),
    [
        ("pyarrow", lambda library, texts: library.array(texts)),
        ("pyarrow", lambda library, texts: library.chunked_array([texts[:1], texts[1:]])),
        ("pyarrow", lambda library, texts: library.table({"text": texts})),
        ("polars", lambda library, texts: library.Series("text", texts)),
        ("polars", lambda library, texts: library.DataFrame({"text": texts})),
        ("datasets", lambda library, texts: library.Dataset.from_dict({"text": texts})["text"]),
        ("datasets", lambda library, texts: library.Dataset.from_dict({"text": texts})),
    ],
)
def test_the_libraries_themselves(model, expected, library, hold):
    texts = hold(pytest.importorskip(library), TEXTS)
    np.testing.assert_allclose(model.predict(texts, verbose=0), expected, atol=1e-6)


def test_two_texts_are_two_texts(model, expected):
    for two in (TEXTS[:2], tuple(TEXTS[:2]), np.array(TEXTS[:2])):
        np.testing.assert_allclose(model.predict(two, verbose=0), expected[:2], atol=1e-6)
    two_pairs = (TEXTS[:2], PAIRS[:2])
    rows = list(zip(*two_pairs, strict=True))
    np.testing.assert_array_equal(
        model.preprocessor(rows)["token_ids"], model.preprocessor(two_pairs)["token_ids"]
    )


def test_string_tensors(model, expected):
    for tensors in (tf.constant(TEXTS), [tf.constant(text) for text in TEXTS]):
        np.testing.assert_allclose(model.predict(tensors, verbose=0), expected, atol=1e-6)
    history = model.fit(tf.constant(TEXTS), LABELS, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    with pytest.raises(AlbertError, match=r"texts\[1\] is b'\\xff', which is not UTF-8"):
        model.predict(tf.constant(["a", b"\xff"]), verbose=0)


USES = {
    "predict": lambda model, x: model.predict(x, verbose=0),
    "fit": lambda model, x: model.fit(x, np.zeros(3, int), verbose=0),
    "call": lambda model, x: model(x),
    "validate": lambda model, x: model.fit(
        TEXTS, LABELS, validation_data=(x, np.zeros(3, int)), verbose=0
    ),
}


@pytest.mark.parametrize("kind", NO_SEQUENCES)
@pytest.mark.parametrize("use", USES)
def test_anything_else_is_one_line(model, kind, use):
    value, message = NO_SEQUENCES[kind]
    if use == "call" and message == "there are no texts":
        pytest.skip("no texts give no rows")
    with pytest.raises(AlbertError, match=message) as error:
        USES[use](model, value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", ["column of a data set", "polars series", "frame of one column"])
def test_fine_tune_takes_them_too(model, kind, tmp_path):
    hold = SEQUENCES[kind]
    recipe = FineTuningRecipe(epochs=1, batch_size=4)
    labels = hold(["dry", "wet", "worse", "dry"])
    result = fine_tune(
        make(class_names=["wet", "dry", "worse"]),
        (hold(TEXTS), labels),
        (hold(TEXTS), labels),
        recipe=recipe,
        run_dir=tmp_path,
        verbose=0,
    )
    assert result.steps == 1


def test_a_model_without_a_preprocessor_says_so():
    model = make(preprocessor=False)
    for use in (
        lambda: model.predict(TEXTS),
        lambda: model.fit(TEXTS, LABELS),
        lambda: model(TEXTS),
    ):
        with pytest.raises(
            AlbertError, match="no preprocessor for raw text; give it a preproc.* dict"
        ):
            use()
