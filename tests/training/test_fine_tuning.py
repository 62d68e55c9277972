"""`fine_tune`: what recipes change, and what a run leaves behind."""

import dataclasses
import json
import os
import signal

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextRegressor, AlbertTokenizer
from albert_tf.errors import ConfigError, DataError, MissingExtraError
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.training import FineTuningRecipe, TrainingInterrupted, fine_tune
from albert_tf.training.best import BestEpoch
from albert_tf.training.data import example_weights, fingerprint
from tests.tiny import question_model, randomize, tiny_config
from tests.training.small_run import RECIPE, small_batches, small_classifier

without_tracing = pytest.mark.usefixtures("without_tracing")

TEXTS = ["a fine day", "rain again", "what a fine, fine day it was", "rain", "fine", "more rain"]
LABELS = np.array([1, 0, 1, 0, 1, 0])


def text_model(cls=AlbertTextClassifier, **options):
    keras.utils.set_random_seed(0)
    config = tiny_config(vocab_size=30000, num_hidden_layers=1, embedding_size=8)
    preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=16)
    return cls(AlbertBackbone(config), preprocessor=preprocessor, dropout=0.0, **options)


def test_questions_in_windows(tmp_path):
    """Questions and spans train as texts and labels do; a run that was ended goes on as if it had not been."""
    contexts = [
        "It was in São Paulo, as I remember, and nobody knew at that time. " * 2,
        "We left.",
    ]
    data = ((["Where was it?", "What did we do?"], contexts), [(10, 19), (3, 7)])
    recipe = FineTuningRecipe(epochs=3, batch_size=4, learning_rate=0.01, log_every=1)

    class CtrlC(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if self.model.optimizer.iterations == 3:
                os.kill(os.getpid(), signal.SIGINT)

    def run(name, **options):
        model = question_model()
        assert len(model.preprocessor.pack(data[0])) > 4  # batches of windows
        options = {"recipe": recipe, "run_dir": tmp_path / name, "verbose": 0, **options}
        result = fine_tune(model, data, data, **options)
        for answer, context in zip(model.answer(*data[0]), contexts, strict=True):
            assert answer.text == context[answer.start : answer.end] != ""
        return result

    with pytest.raises(TrainingInterrupted, match="stopped at step 4"):
        run("parts", callbacks=(CtrlC(),))
    results = run("whole"), run("parts", resume=True)
    whole, parts = (
        [record["val_loss"] for record in r.history if "val_loss" in record] for r in results
    )
    assert whole[-1] < whole[0]
    np.testing.assert_allclose(parts, whole, rtol=1e-4)


def test_texts_in_a_trained_model_out(tmp_path):
    """Every epoch is one batch of all texts, without dropout, which validation then reads again.

    So each epoch's loss must be the validation loss of the epoch before.
    """
    model = text_model(class_names=["rain", "fine"])
    randomize(model)  # the same start on every backend
    recipe = FineTuningRecipe(
        epochs=16, batch_size=6, learning_rate=0.01, log_every=1, class_weights="balanced"
    )
    data = (TEXTS, LABELS)
    untrained = model.evaluate(*data, verbose=0, return_dict=True)["loss"]
    result = fine_tune(model, data, data, recipe=recipe, run_dir=tmp_path / "run", verbose=0)
    losses = [record["loss"] for record in result.history]
    after = [record["val_loss"] for record in result.history]
    np.testing.assert_allclose(losses, [untrained, *after[:-1]], rtol=1e-4)
    assert (result.monitor, result.best_value) == ("val_accuracy", 1.0)
    # Many epochs answer all texts right: of those, the one with the lowest loss is kept.
    assert after[result.best_epoch - 1] == min(after) < 0.1 < untrained
    trained = model.evaluate(*data, verbose=0, return_dict=True)["loss"]
    assert trained == pytest.approx(min(after), rel=1e-4)
    answers = model.predict(["a fine fine day", "rain rain"], verbose=0)
    assert answers.argmax(-1).tolist() == [1, 0]
    assert np.abs(answers[:, 1] - answers[:, 0]).min() > 1.0, "far from undecided"
    assert (result.epochs, result.steps, result.notes) == (16, 16, [])
    assert [record["step"] for record in result.history] == list(range(1, 17))
    last = result.history[-1]
    assert {"accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"} <= set(last)
    assert (last["epoch"], last["val_accuracy"]) == (16, 1.0)
    assert result.tokens_per_second > 0.0
    assert FineTuningRecipe.from_json(tmp_path / "run" / "recipe.json") == recipe
    start = json.loads(result.log.read_text("utf-8").splitlines()[0])
    assert (start["event"], start["recipe"]["epochs"]) == ("start", 16)


@without_tracing
def test_a_regressor_without_validation_keeps_the_last_epoch(tmp_path):
    model = text_model(AlbertTextRegressor)
    result = fine_tune(
        model, (TEXTS, LABELS.astype("float32")), recipe=RECIPE, run_dir=tmp_path, verbose=0
    )
    assert (result.best_epoch, result.best_value, result.best_checkpoint) == (2, None, None)
    assert result.notes[0].startswith("There are no validation data")
    assert "rmse" in result.history[-1]


def test_early_stopping_leaves_the_best_epochs_weights(tmp_path):
    """Against turned labels, what is learned makes validation worse: the first epoch is the best."""
    recipe = RECIPE.replace(
        epochs=6, learning_rate=0.03, early_stopping_patience=2, decay="constant"
    ).replace(monitor="val_loss")
    model, validation = small_classifier(), small_batches(9, 8, "by_length")
    randomize(model)  # the same start on every backend
    validation.y = 1 - validation.y
    result = fine_tune(
        model, small_batches(), validation, recipe=recipe, run_dir=tmp_path, verbose=0
    )
    losses = [r["val_loss"] for r in result.history if "val_loss" in r]
    assert losses == sorted(losses)
    assert (result.best_epoch, result.epochs, len(losses)) == (1, 3, 3)
    assert result.best_value == min(losses)
    again = model.evaluate(validation.dataset(), verbose=0, return_dict=True)["loss"]
    assert again == pytest.approx(result.best_value, abs=1e-6)


@without_tracing
def test_accumulated_batches_are_one_update(tmp_path):
    """Three batches of four are as good as one of twelve, without dropout."""
    weights = []
    for batch_size, steps in ((12, 1), (4, 3)):
        model = small_classifier(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        model.dropout.rate = 0.0
        recipe = RECIPE.replace(
            epochs=1, batch_size=batch_size, accumulation_steps=steps, decay="constant"
        ).replace(warmup_ratio=0.0, layer_decay_rate=0.5, optimizer="sgd")
        batches = small_batches(12, batch_size, order="given")
        run_dir = tmp_path / str(steps)
        result = fine_tune(model, batches, recipe=recipe, run_dir=run_dir, verbose=0)
        assert result.steps == 1
        assert [record["batch"] for record in result.history] == [steps]
        weights.append([ops.convert_to_numpy(v) for v in model.trainable_variables])
    for one, several in zip(*weights, strict=True):
        np.testing.assert_allclose(one, several, atol=1e-5)


@without_tracing
def test_depth_in_log_and_result(tmp_path):
    recipe = RECIPE.replace(epochs=1, layer_decay_rate=0.5, application_decay_rate=0.5)
    model = small_classifier(num_hidden_layers=2)
    result = fine_tune(model, small_batches(8), recipe=recipe, run_dir=tmp_path, verbose=0)
    assert result.multipliers == {"embeddings": 0.5, "encoder/group_0": 1.0, "head": 1.0}
    assert result.application_weights == [0.5, 1.0]
    first = result.history[0]
    assert first["learning_rates"] == {
        depth: pytest.approx(first["learning_rate"] * m) for depth, m in result.multipliers.items()
    }
    assert model.backbone.encoder.gradient_scales is None


@without_tracing
def test_tensorboard(tmp_path, monkeypatch):
    recipe = RECIPE.replace(epochs=1, tensorboard=True)
    fine_tune(small_classifier(), small_batches(8), recipe=recipe, run_dir=tmp_path, verbose=0)
    assert list((tmp_path / "tensorboard" / "train").glob("events*"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"albert-tf\[plots\]"):
        fine_tune(
            small_classifier(), small_batches(8), recipe=recipe, run_dir=tmp_path / "b", verbose=0
        )


# === Class weights ===


def three_classes():
    return small_classifier().__class__(
        AlbertBackbone(tiny_config(num_hidden_layers=1)), 3, class_names=["no", "maybe", "yes"]
    )


def test_weights_of_the_classes():
    model, y = three_classes(), np.array([0, 0, 0, 2])
    balanced = example_weights("balanced", y, model)
    np.testing.assert_allclose(balanced, [2 / 3, 2 / 3, 2 / 3, 2.0], rtol=1e-6)
    assert balanced.mean() == pytest.approx(1.0)
    named = example_weights({"yes": 3, "0": 0.5}, y, model)
    np.testing.assert_allclose(named, [0.5, 0.5, 0.5, 3.0])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"perhaps": 2.0}, "names the class 'perhaps'; the model's are no, maybe, yes"),
        ({"3": 2.0}, "names the class '3'; the model's are no, maybe, yes"),
        ({"yes": -1.0}, r"class_weights\['yes'\] is -1.0; expected a number that is at least 0"),
        ({"yes": "high"}, r"class_weights\['yes'\] is 'high'; expected a number"),
    ],
)
def test_wrong_weights_are_named(weights, message):
    with pytest.raises(ConfigError, match=message):
        example_weights(weights, np.array([0, 1, 2]), three_classes())


@without_tracing
def test_class_weights_enter_the_loss(tmp_path):
    recipe = RECIPE.replace(epochs=1, batch_size=6, class_weights={"1": 0.0, "0": 0.0})
    result = fine_tune(text_model(), (TEXTS, LABELS), recipe=recipe, run_dir=tmp_path, verbose=0)
    assert result.history[-1]["loss"] == 0.0


# === Errors ===


@without_tracing
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": keras.Sequential([])}, ConfigError, "got a Sequential; expected a task model"),
        ({"train": (TEXTS, LABELS)}, ConfigError, "has no preprocessor for raw text"),
        ({"recipe": {"class_weights": "balanced"}}, ConfigError, "class_weights needs the texts"),
        ({"recipe": {"multipliers": {"clasifier": 2.0}}}, ConfigError, "begins with 'clasifier'"),
        ({"recipe": {"monitor": "val_f1"}}, ConfigError, "'val_f1'; the logs hold .*val_accuracy"),
        (
            {"model": text_model, "train": (TEXTS, LABELS, LABELS, LABELS)},
            ConfigError,
            r"a tuple of 4; expected \(x, y\) or \(x, y, sample_weight\)",
        ),
        (
            {"model": text_model, "train": (TEXTS, LABELS[1:])},
            DataError,
            "y has 5 rows for 6 texts",
        ),
        (
            {
                "model": lambda: text_model(AlbertTextRegressor),
                "train": (TEXTS, LABELS),
                "recipe": {"class_weights": "balanced"},
            },
            ConfigError,
            "needs a text classifier .*; this is a text_regressor",
        ),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, arguments, error, message):
    model = arguments.get("model", small_classifier)
    with pytest.raises(error, match=message):
        fine_tune(
            model if isinstance(model, keras.Model) else model(),
            arguments.get("train", small_batches(8)),
            small_batches(8, 8, "by_length"),
            recipe=RECIPE.replace(epochs=1, **arguments.get("recipe", {})),
            run_dir=tmp_path,
            verbose=0,
        )


# === Parts ===


def test_the_best_epoch():
    best = BestEpoch("val_accuracy")
    course = [0.5, 0.7, float("nan"), 0.7, 0.9]
    assert [best.update(i + 1, {"val_accuracy": value}) for i, value in enumerate(course)] == [
        *(True, True, False, False, True)
    ]
    assert (best.epoch, best.value, best.waited) == (5, 0.9, 0)
    best = BestEpoch("val_rmse")
    assert [best.update(i, {"val_rmse": value}) for i, value in enumerate([3, 2, 4])] == [
        *(True, True, False)
    ]
    assert best.waited == 1


def test_the_mark_of_the_data_sees_every_change():
    marks = {fingerprint(small_batches(examples)) for examples in (8, 9)}
    changed = small_batches(8)
    changed.y = changed.y[::-1]
    other = small_batches(8)
    other.packed = dataclasses.replace(other.packed, flat_token_ids=other.packed.flat_token_ids + 1)
    weighted = small_batches(8)
    weighted.sample_weight = np.ones(8)
    marks |= {fingerprint(b) for b in (changed, other, weighted, small_batches(8, seed=8))}
    marks |= {fingerprint(small_batches(8), small_batches(n)) for n in (9, 10)}
    marks |= {fingerprint(small_batches(8, batch_size=2))}
    assert len(marks) == 9
    assert fingerprint(small_batches(8)) == fingerprint(small_batches(8))


def test_the_mark_of_the_data_leaves_out_how_the_validation_is_batched():
    marks = {fingerprint(small_batches(8), small_batches(9, size)) for size in (4, 8)}
    assert len(marks) == 1
