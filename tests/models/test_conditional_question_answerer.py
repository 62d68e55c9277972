"""`AlbertQuestionAnswerer(end_conditioned_on_start=True)`: Keras's ways with data, against losses by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertBackbone, AlbertQuestionAnswerer, AlbertTask
from albert_tf.errors import AlbertError, AlbertWarning
from tests.models.test_question_answerer import CONTEXTS, QUESTIONS, WEIGHTS, X, Y
from tests.tiny import question_model, tiny_config, tiny_inputs

HEAD = {"end_conditioned_on_start": True, "can_be_unanswerable": True}
WHOLE = {"batch_size": 32, "verbose": 0}


@pytest.fixture(scope="module")
def model():
    """A model that never changes: its learning rate is 0."""
    model = question_model(**HEAD, dropout=0.0, sizes={"num_hidden_layers": 1})
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)  # tracing costs more
    return model


def losses_by_hand(model, x, y, weights=None):
    """Half of the three cross-entropies of each window, and their mean; the head itself is tested elsewhere."""
    packed = model.preprocessor.pack(x)
    inputs, places = model.preprocessor(x, y)
    starts, ends = places["start_logits"], places["end_logits"]
    outputs = model({**inputs, "start_positions": starts})
    outputs = {name: np.asarray(values, "float64") for name, values in outputs.items()}
    each = np.zeros(len(packed))
    for name, place in (("start_logits", starts), ("end_logits", ends)):
        values = outputs[name]
        each += np.log(np.exp(values).sum(-1)) - values[np.arange(len(each)), place]
    none = 1 / (1 + np.exp(-outputs["cls_logits"]))
    each -= np.log(np.where(starts == 0, none, 1 - none))
    if weights is not None:
        each *= np.array(weights)[packed.text_index]
    return (0.5 * each).mean()


def test_losses_of_texts(model):
    expected = losses_by_hand(model, X, Y)
    logs = model.fit(X, Y, validation_data=(X, Y), **WHOLE).history
    assert logs["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert logs["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(X, Y, **WHOLE)[0] == pytest.approx(expected, rel=1e-5)
    expected = losses_by_hand(model, X, Y, WEIGHTS)
    model.reset_metrics()  # Keras 3.10 goes on with the mean of what came before
    assert model.test_on_batch(X, Y, WEIGHTS)[0] == pytest.approx(expected, rel=1e-5)
    assert model.train_on_batch(X, Y, WEIGHTS)[0] == pytest.approx(expected, rel=1e-5)
    evaluated = model.evaluate(X, Y, sample_weight=WEIGHTS, **WHOLE)
    assert evaluated[0] == pytest.approx(expected, rel=1e-5)


def test_losses_of_token_ids_and_batches(model):
    inputs, y = model.preprocessor(X, Y)
    expected = losses_by_hand(model, X, Y)
    split = model.fit(inputs, y, validation_data=(inputs, y), **WHOLE).history
    assert split["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert split["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(inputs, y, **WHOLE)[0] == pytest.approx(expected, rel=1e-5)
    assert model.test_on_batch(inputs, y)[0] == pytest.approx(expected, rel=1e-5)
    batches = ((inputs, y) for _ in range(1))
    assert model.evaluate(batches, steps=1, verbose=0)[0] == pytest.approx(expected, rel=1e-5)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, index):
            return inputs, y

    assert model.evaluate(Batches(), verbose=0)[0] == pytest.approx(expected, rel=1e-5)


def test_losses_of_datasets(model):
    spans = [span or (-1, -1) for span in Y]
    data = tf.data.Dataset.from_tensor_slices((QUESTIONS, CONTEXTS, spans, WEIGHTS)).batch(4)
    expected = losses_by_hand(model, X, Y, WEIGHTS)
    logs = model.fit(data, validation_data=data, verbose=0).history
    assert logs["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert logs["val_loss"][0] == pytest.approx(expected, rel=1e-5)
    mapped = data.map(lambda q, c, y, w: model.preprocessor((q, c), y, w))
    assert model.evaluate(mapped, verbose=0)[0] == pytest.approx(expected, rel=1e-5)
    found, memory = model.predict(data, verbose=0), model.predict(X, verbose=0)
    for name, values in memory.items():
        np.testing.assert_allclose(found[name], values, atol=1e-5)


def test_metrics_are_shares_of_windows(model):
    inputs, y = model.preprocessor(X, Y)
    found = model.evaluate(X, Y, batch_size=2, verbose=0, return_dict=True)
    outputs = model({**inputs, "start_positions": y["start_logits"]})
    none = np.asarray(outputs["cls_logits"]) > 0
    assert found["cls_logits_accuracy"] == pytest.approx(np.mean(none == (y["start_logits"] == 0)))
    ends = np.asarray(outputs["end_logits"]).argmax(-1)
    assert found["end_logits_accuracy"] == pytest.approx(np.mean(ends == y["end_logits"]))


def test_it_learns():
    model = question_model(**HEAD, sequence_length=40, scale=0.02, sizes={"num_hidden_layers": 1})
    model.compile(keras.optimizers.Adam(3e-3))
    model.fit(X, Y, epochs=40, verbose=0)
    for answer, context, span in zip(model.answer(*X), CONTEXTS, Y, strict=True):
        assert (answer.start, answer.end) == (span or (None, None))
        assert answer.text == ("" if span is None else context[slice(*span)])
        assert (answer.no_answer_probability >= 0.5) == (span is None)


def test_saving_and_loading(tmp_path):
    options = {**HEAD, "start_n_top": 3, "end_n_top": 2, "dropout": 0.2, "max_answer_tokens": 7}
    model = question_model(**options, no_answer_threshold=0.9)
    assert any(answer.text for answer in model.answer(*X))
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    again = [kind.from_preset(tmp_path / "preset") for kind in (AlbertQuestionAnswerer, AlbertTask)]
    again.append(keras.saving.load_model(tmp_path / "model.keras"))
    for other in again:
        assert other.head_config() == {**options, "no_answer_threshold": 0.9}
        assert other.answer(*X) == model.answer(*X)
    assert again[-1].evaluate(X, Y, **WHOLE) == pytest.approx(model.evaluate(X, Y, **WHOLE))
    wider = AlbertQuestionAnswerer.from_preset(tmp_path / "preset", start_n_top=6, dropout=0.0)
    assert wider.predict(X, verbose=0)["start_top_index"].shape[1] == 6


def test_the_other_head_starts_fresh_and_is_said(tmp_path):
    for mine, theirs in (({}, HEAD), (HEAD, {})):
        question_model(**mine).save_to_preset(tmp_path)
        asked = theirs.get("end_conditioned_on_start", False)
        message = (
            f"end_conditioned_on_start={not asked}.* has end_conditioned_on_start={asked}: its"
        )
        with pytest.warns(AlbertWarning, match=message):
            model = AlbertQuestionAnswerer.from_preset(tmp_path, end_conditioned_on_start=asked)
        assert model.end_conditioned_on_start is asked


def test_a_file_of_an_earlier_version_has_the_simple_head():
    checkpoint = question_model().to_checkpoint()
    del checkpoint.head_config["end_conditioned_on_start"]
    model = AlbertQuestionAnswerer.from_checkpoint(checkpoint, end_conditioned_on_start=False)
    np.testing.assert_array_equal(
        np.asarray(model.qa_outputs.kernel), checkpoint.arrays["qa_outputs/kernel"]
    )


def test_what_it_refuses(model):
    inputs = tiny_inputs()
    for use, message in (
        (lambda: model(inputs, training=True), "give the input start_positions, or train with fit"),
        (
            lambda: AlbertQuestionAnswerer(AlbertBackbone(tiny_config()), start_n_top=0),
            "start_n_top is 0; expected a whole number, at least 1",
        ),
        (
            lambda: question_model()({**inputs, "start_positions": np.zeros(3, "int32")}),
            "there is no input 'start_positions'",
        ),
        (
            lambda: question_model(**HEAD | {"can_be_unanswerable": False}).fit(X, Y),
            r"y\[2\] is no",
        ),
    ):
        with pytest.raises(AlbertError, match=message) as error:
            use()
        assert "\n" not in str(error.value)
