"""Files with early exits: each layer's answer, the rules of leaving, and how many layers ran."""

import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextRegressor, AlbertTokenizer
from albert_tf.errors import ExportError
from albert_tf.export import ExitPoint, TFLiteRunner, export_tflite, find_knee, measure_tflite
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from tests.tiny import randomize, tiny_config

TEXTS = [
    "see you at six",
    "WIN a prize now!!",
    "Grüße",
    "one two three four five six seven",
    "and so it goes, on and on",
    "",
    "please call me back",
    "no",
]
LAYERS = 6


def exit_model(cls=AlbertTextClassifier, **arguments):
    config = tiny_config(vocab_size=30000, num_hidden_layers=LAYERS, num_hidden_groups=3)
    model = cls(
        AlbertBackbone(config, return_all_layers=True),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=40),
        early_exit=True,
        **arguments,
    )
    randomize(model, scale=0.25)
    # Answers that stand for a while, as training makes them: each layer leans the same way.
    lean = np.linspace(2.5, 0.0, model.classifier.kernel.shape[1])
    model.exits.bias.assign(model.exits.bias + lean[None])
    model.classifier.bias.assign(model.classifier.bias + lean)
    return model


@pytest.fixture(scope="module")
def classifier():
    return exit_model(num_classes=3, class_names=["a", "b", "c"], pooling="mean")


@pytest.fixture(scope="module")
def file(classifier, tmp_path_factory):
    path = tmp_path_factory.mktemp("exits") / "model.tflite"
    return export_tflite(classifier, path, "none").path


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def leave(answers, patience, is_same, is_sure=lambda answer: False):
    """The rule, in Python: the layer after which one text's answer stands, counted from 1."""
    stood = 0
    for layer in range(1, len(answers)):
        if (patience and stood >= patience) or is_sure(answers[layer - 1]):
            return layer
        stood = stood + 1 if is_same(answers[layer - 1], answers[layer]) else 0
    return len(answers)


def same_label(old, new):
    return old.argmax() == new.argmax()


def test_every_depth_gives_its_layers_answer(classifier, file):
    exits = classifier.predict_exits(TEXTS)
    assert exits.shape == (len(TEXTS), LAYERS, 3)
    for depth in range(1, LAYERS + 1):
        answers = TFLiteRunner(file, num_layers=depth)(TEXTS)
        assert [a.layers for a in answers] == [depth] * len(TEXTS)
        scores = [list(a.scores.values()) for a in answers]
        np.testing.assert_allclose(scores, softmax(exits[:, depth - 1]), atol=1e-5)
    unasked = TFLiteRunner(file)
    np.testing.assert_allclose(unasked.scores(TEXTS), softmax(exits[:, -1]), atol=1e-5)
    assert unasked.controls["patience"] == 0


@pytest.mark.parametrize("patience", [1, 2, 3])
def test_patience(classifier, file, patience):
    exits = classifier.predict_exits(TEXTS)
    answers = TFLiteRunner(file, patience=patience)(TEXTS)
    expected = [leave(answer, patience, same_label) for answer in exits]
    assert [a.layers for a in answers] == expected
    assert patience == 3 or min(expected) < LAYERS  # else nothing was tried
    for answer, layers, text_exits in zip(answers, expected, exits, strict=True):
        probabilities = softmax(text_exits[layers - 1])
        assert answer.probability == pytest.approx(probabilities.max(), abs=1e-5)


def test_confidence(classifier, file):
    exits = classifier.predict_exits(TEXTS)
    wanted = float(np.median(softmax(exits[:, 0]).max(axis=-1)))
    answers = TFLiteRunner(file, confidence=wanted)(TEXTS)
    expected = [leave(a, 0, same_label, lambda x: softmax(x).max() >= wanted) for a in exits]
    assert [a.layers for a in answers] == expected
    assert 1 in expected
    assert max(expected) > 1


def test_rows_of_a_batch_leave_on_their_own(classifier, file, tmp_path):
    batched = export_tflite(classifier, tmp_path / "batch.tflite", "none", batch=3).path
    alone = TFLiteRunner(file, patience=1)(TEXTS)
    together = TFLiteRunner(batched, patience=1)(TEXTS)
    assert [a.layers for a in together] == [a.layers for a in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=1e-5)


def test_numbers_leave_within_a_tolerance(tmp_path):
    model = exit_model(AlbertTextRegressor)
    path = export_tflite(model, tmp_path / "model.tflite", "none").path
    exits = model.predict_exits(TEXTS)[:, :, 0]
    tolerance = float(np.median(np.abs(np.diff(exits, axis=1))))
    answers = TFLiteRunner(path, patience=1, tolerance=tolerance)(TEXTS)
    expected = [leave(a, 1, lambda old, new: abs(old - new) <= tolerance) for a in exits]
    assert [a.layers for a in answers] == expected
    assert len(set(expected)) > 1
    values = [text_exits[n - 1] for text_exits, n in zip(exits, expected, strict=True)]
    np.testing.assert_allclose([a.value for a in answers], values, atol=1e-4)


def test_several_labels_stand_together(tmp_path):
    model = exit_model(num_classes=3, class_names=["a", "b", "c"], multi_label=True)
    path = export_tflite(model, tmp_path / "model.tflite", "none").path
    exits = model.predict_exits(TEXTS)
    answers = TFLiteRunner(path, patience=1)(TEXTS)
    expected = [leave(a, 1, lambda old, new: ((old > 0) == (new > 0)).all()) for a in exits]
    assert [a.layers for a in answers] == expected


def test_integers_keep_every_depths_answer(classifier, tmp_path):
    exported = export_tflite(classifier, tmp_path / "model.tflite", "int8")
    assert exported.summary.while_operators == 3
    assert exported.parity.passed
    answers = TFLiteRunner(exported.path, patience=2)(TEXTS)
    assert all(2 <= a.layers <= LAYERS for a in answers)


def test_unrolled_files_run_to_the_end(classifier, tmp_path):
    path = export_tflite(classifier, tmp_path / "model.tflite", "none", "unrolled", 40).path
    runner = TFLiteRunner(path)
    assert runner.controls == {}
    assert runner(TEXTS)[0].layers is None
    exits = classifier.predict_exits(TEXTS)
    np.testing.assert_allclose(runner.scores(TEXTS), softmax(exits[:, -1]), atol=1e-5)
    with pytest.raises(ExportError, match="patience is 2, but .* exported without early exits"):
        TFLiteRunner(path, patience=2)


def test_wrong_limits(file):
    with pytest.raises(ExportError, match="tolerance is 0.1, but .* it has patience, num_layers"):
        TFLiteRunner(file, tolerance=0.1)
    with pytest.raises(ExportError, match="patience is -1; expected a number of at least 0"):
        TFLiteRunner(file, patience=-1)


def exit_points(*metrics):
    """Points of six layers, five, and so on."""
    return [ExitPoint({}, metric, 6.0 - i, 1.0, ()) for i, metric in enumerate(metrics)]


def test_the_knee_is_the_fewest_layers_within_the_loss():
    points = exit_points(0.9, 0.897, 0.895, 0.894, float("nan"))
    assert find_knee(points) is points[2]
    assert find_knee(points, 0.0) is points[0]


def test_no_knee_without_a_metric_to_compare_with():
    nan = float("nan")
    for metrics in ((nan, nan), (nan, 0.9)):
        with pytest.raises(ExportError, match="metric of full depth is not defined .* give more"):
            find_knee(exit_points(*metrics))
    for allowed_loss in (-0.1, nan):
        with pytest.raises(ExportError, match=f"allowed loss is {allowed_loss}; .* at least 0"):
            find_knee(exit_points(0.9, 0.8), allowed_loss)


def test_files_with_exits_can_be_measured(file):
    measured = measure_tflite(file, [8], runs=2)
    assert measured.latency_ms[8].median > 0
