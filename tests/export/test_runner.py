"""Answers to raw texts from a file alone."""

import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertQuestionAnswerer, AlbertTextRegressor
from albert_tf.answers.labels import LabelDecoder
from albert_tf.errors import AlbertWarning, DataError, ExportError
from albert_tf.export import TFLiteRunner, export_tflite
from tests.export.conftest import LABELS, text_model
from tests.tiny import randomize, tiny_config

TEXTS = ["see you at six", "WIN a prize now!!", "Grüße", "one two three four five six seven " * 9]


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


def test_same_answers_as_keras(model, exported):
    runner = TFLiteRunner(exported.path)
    expected = softmax(model.predict(TEXTS, verbose=0))
    np.testing.assert_allclose(runner.scores(TEXTS), expected, atol=1e-5)
    answers = runner(TEXTS)
    assert [a.label for a in answers] == [LABELS[i] for i in expected.argmax(axis=-1)]
    for answer, row in zip(answers, expected, strict=True):
        assert answer.probability == pytest.approx(row.max(), abs=1e-5)
        assert list(answer.scores) == LABELS
        assert answer.labels == (answer.label,)
        assert answer.value is None
    assert (runner.task, runner.head, runner.class_names) == (
        "classification",
        "text_classifier",
        LABELS,
    )
    with pytest.warns(
        AlbertWarning, match="labels, the names of the classes, are called class_names"
    ):
        assert runner.labels == LABELS
    assert runner.sequence_length == 40


def test_file_content_and_threads(exported):
    from_path = TFLiteRunner(exported.path, num_threads=2).scores(TEXTS)
    np.testing.assert_array_equal(
        TFLiteRunner(exported.path.read_bytes()).scores(TEXTS),
        TFLiteRunner(exported.path).scores(TEXTS),
    )
    np.testing.assert_allclose(from_path, TFLiteRunner(exported.path).scores(TEXTS), atol=1e-6)


def test_pairs(model, exported):
    runner = TFLiteRunner(exported.path)
    pairs = ["a reply", "x", "", "and then some more words"]
    expected = softmax(model.predict((TEXTS, pairs), verbose=0))
    np.testing.assert_allclose(runner.scores(TEXTS, pairs), expected, atol=1e-5)
    np.testing.assert_allclose(runner.scores((TEXTS, pairs)), expected, atol=1e-5)


def test_scores_are_taken_as_they_come(exported, monkeypatch):
    runner = TFLiteRunner(exported.path)
    expected = [list(answer.scores.values()) for answer in runner(TEXTS, TEXTS[::-1])]
    monkeypatch.setattr(LabelDecoder, "prediction", None)
    np.testing.assert_allclose(runner.scores((TEXTS, TEXTS[::-1])), expected, rtol=1e-6)


@pytest.mark.parametrize(("length", "batch"), [(24, 1), (None, 3), (24, 3)])
def test_fixed_lengths_and_batches(tmp_path, length, batch):
    model = text_model(sequence_length=length or 40)
    export = export_tflite(model, tmp_path / "model.tflite", "none", length=length, batch=batch)
    runner = TFLiteRunner(export.path)
    expected = softmax(model.predict(TEXTS, verbose=0))
    np.testing.assert_allclose(runner.scores(TEXTS), expected, atol=1e-5)
    assert runner.scores(TEXTS[:1]).shape == (1, 3)
    assert runner([]) == []


def test_multi_label(tmp_path):
    model = text_model(multi_label=True)
    runner = TFLiteRunner(export_tflite(model, tmp_path / "model.tflite", "none").path)
    expected = 1 / (1 + np.exp(-model.predict(TEXTS, verbose=0)))
    np.testing.assert_allclose(runner.scores(TEXTS), expected, atol=1e-5)
    for answer, row in zip(runner(TEXTS), expected, strict=True):
        assert answer.labels == tuple(LABELS[i] for i in np.flatnonzero(row >= 0.5))
    assert runner.task == "multi_label"


def test_regression(tmp_path):
    model = text_model(AlbertTextRegressor)
    runner = TFLiteRunner(export_tflite(model, tmp_path / "model.tflite", "none").path)
    expected = model.predict(TEXTS, verbose=0)[:, 0]
    np.testing.assert_allclose(runner.scores(TEXTS), expected, atol=1e-5)
    assert [a.value for a in runner(TEXTS)] == pytest.approx(expected, abs=1e-5)
    assert runner.task == "regression"
    assert runner(TEXTS)[0].label is None


def test_labels_without_names(tmp_path):
    model = text_model(labels=None)
    runner = TFLiteRunner(export_tflite(model, tmp_path / "model.tflite", "none").path)
    assert runner.class_names == ["0", "1", "2"]


def test_token_ids_in_and_arrays_out(model, exported):
    runner = TFLiteRunner(exported.path)
    ids = [[2, 10975, 15, 126, 187, 3]]
    expected = model(
        {
            "token_ids": np.array(ids),
            "segment_ids": np.zeros((1, 6)),
            "padding_mask": np.ones((1, 6)),
        }
    )
    np.testing.assert_allclose(runner.run(ids)["logits"], expected, atol=1e-5)


def test_wrong_token_ids(exported):
    runner = TFLiteRunner(exported.path)
    for ids, message in (
        ([2, 3], r"token_ids has the shape \(2,\); .* takes \(1, any length\)"),
        ([[2, 3], [2, 3]], r"the shape \(2, 2\)"),
        ([[2] * 41], "41 tokens long; .* has 40 positions"),
        ([[2, 30000]], "range from 2 to 30000; the vocabulary has the ids 0 to 29999"),
        ([[2, -1]], "range from -1 to 2"),
    ):
        with pytest.raises(ExportError, match=message):
            runner.run(ids)
    with pytest.raises(ExportError, match="segment_ids has the shape"):
        runner.run([[2, 3]], segment_ids=[[0]])
    assert runner.run([[2, 3]])["logits"].shape == (1, 3)


def test_wrong_texts(exported):
    runner = TFLiteRunner(exported.path)
    with pytest.raises(ExportError, match="put it in brackets"):
        runner("one text")
    with pytest.raises(DataError):
        runner([3])


def test_files_that_answer_no_texts(tmp_path):
    model = AlbertQuestionAnswerer(AlbertBackbone(tiny_config()))
    randomize(model)
    runner = TFLiteRunner(export_tflite(model, tmp_path / "model.tflite").path)
    with pytest.raises(
        ExportError, match="carries no tokenizer, since its model had no preprocessor"
    ):
        runner(["question"], ["context"])
    model = text_model()
    model.preprocessor = None
    runner = TFLiteRunner(export_tflite(model, tmp_path / "model.tflite").path)
    with pytest.raises(ExportError, match="carries no tokenizer"):
        runner(["text"])


def test_threads_must_be_a_number(exported):
    with pytest.raises(ExportError, match="num_threads is 0"):
        TFLiteRunner(exported.path, num_threads=0)
