"""Which epoch a run keeps, what people are told about it, and when it stops."""

import json
import math

import keras
import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextRegressor
from albert_tf.errors import ConfigError
from albert_tf.tasks import evaluate_scores
from albert_tf.training import FineTuningRecipe, fine_tune
from albert_tf.training.best import BestEpoch
from albert_tf.training.checkpoint import CheckpointStore
from albert_tf.training.monitor import choose_monitor
from tests.tiny import english_model, tiny_config
from tests.training.small_run import RECIPE, small_batches, small_classifier

without_tracing = pytest.mark.usefixtures("without_tracing")
TEXTS = [
    "a fine day",
    "rain again",
    "what a fine, fine day it was",
    "rain",
    "fine",
    "more rain",
] * 4


def text_model(cls=AlbertTextClassifier, **options):
    keras.utils.set_random_seed(0)
    sizes = {"num_hidden_layers": 1, "embedding_size": 8}
    return english_model(cls, sizes=sizes, dropout=0.0, **options)


def course(best, values, losses=None):
    """Which of the epochs with these values are the best so far."""
    losses = losses or [1.0] * len(values)
    return [
        best.update(epoch, {best.monitor: value, "val_loss": loss})
        for epoch, (value, loss) in enumerate(zip(values, losses, strict=True), 1)
    ]


# === The rule ===


def test_the_metric_decides_where_the_loss_would_have_kept_another_epoch():
    """The course of a run on 3,000 sentences of reviews, validated on 2,000 of another source."""
    best = BestEpoch("val_accuracy")
    course(best, [0.703, 0.698, 0.735], [0.66, 0.89, 1.10])
    assert (best.epoch, best.value, best.waited) == (3, 0.735, 0)
    assert best.kept(3) == "Kept epoch 3 of 3: accuracy 73.5 %."


def test_of_equal_ones_the_lower_loss_decides():
    best = BestEpoch("val_accuracy")
    found = course(best, [0.9, 0.9, 0.9, 0.9, 0.8], [0.5, 0.4, 0.4, 0.6, 0.1])
    assert found == [True, True, False, False, False]
    assert (best.epoch, best.loss, best.waited) == (2, 0.4, 3)
    assert best.kept(5) == (
        "Kept epoch 2 of 5: accuracy 90.0 %, as in epoch 1, 3, 4, where the loss was not lower."
    )


def test_what_is_not_a_number_is_worse_than_any_number():
    best = BestEpoch("val_pearson")
    nan = math.nan
    assert course(best, [nan, nan, nan, -0.5, nan], [3.0, 2.0, 2.5, 9.0, 1.0]) == [
        *(True, True, False, True, False)
    ]
    assert (best.epoch, best.value) == (4, -0.5)
    undefined = BestEpoch("val_pearson")
    course(undefined, [nan, nan], [3.0, 2.0])
    assert undefined.kept(2) == (
        "Kept epoch 2 of 2: Pearson correlation is not defined in any, so the lowest loss decided."
    )


def test_an_early_stop_is_told_with_the_values():
    best = BestEpoch("val_macro_f1")
    course(best, [0.4, 0.703, 0.701, 0.699])
    assert best.stopped(4, 9) == (
        "Stopped after epoch 4 of 9: macro F1 has not risen since epoch 2 (70.3 %, 70.1 %, 69.9 %), and "
        "early_stopping_patience is 2."
    )
    best = BestEpoch("val_rmse")
    course(best, [0.5, 0.61])
    assert best.stopped(2, 3).startswith(
        "Stopped after epoch 2 of 3: rmse has not fallen since epoch 1 (0.5000, 0.6100)"
    )
    assert BestEpoch("loss", 1, 0.25, values=[0.25]).kept(1) == (
        "Kept epoch 1 of 1: loss of the training 0.2500."
    )


# === Which metric ===


def validation_of(y):
    """Validation data with these targets."""
    batches = small_batches(len(y))
    batches.y = np.asarray(y)
    return batches


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ([87, 13], "val_macro_f1"),  # SMS: ham and spam
        ([80, 20], "val_accuracy"),
        ([81, 20], "val_macro_f1"),
        ([70, 30], "val_accuracy"),  # CoLA
        ([50, 5, 6, 5, 6, 5, 6, 5, 6, 6], "val_macro_f1"),
        ([33, 29, 14, 12, 8, 4], "val_accuracy"),  # emotions: a tail, but no class that rules
        ([50, 50, 1], "val_accuracy"),  # one text would decide
        ([20, 0], "val_accuracy"),
    ],
)
def test_accuracy_or_macro_f1_where_one_class_rules(counts, name):
    y = np.repeat(np.arange(len(counts)), counts)
    labels = [f"class {i}" for i in range(len(counts))]
    model = AlbertTextClassifier(AlbertBackbone(tiny_config()), len(counts), class_names=labels)
    for targets in (y, y[:, None]):
        monitor = choose_monitor(model, validation_of(targets), FineTuningRecipe())
        assert monitor.name == name
        assert [metric.name for metric in monitor.metrics] == ["macro_f1"] * (
            name == "val_macro_f1"
        )
        assert (monitor.note is None) == (name == "val_accuracy")
    chosen = choose_monitor(model, validation_of(y), FineTuningRecipe(monitor="val_accuracy"))
    assert (chosen.name, chosen.metrics, chosen.note) == ("val_accuracy", [], None)


def test_the_note_names_class_share_and_the_other_way():
    model = small_classifier()
    model.class_names = ["ham", "spam"]
    note = choose_monitor(model, validation_of([0] * 87 + [1] * 13), FineTuningRecipe()).note
    assert note.startswith(
        "The classes are very unequal: 'ham' has 87 % of the validation texts, 6.7 times as many as the others"
    )
    assert "macro F1" in note
    assert "FineTuningRecipe.monitor 'val_accuracy'" in note


def test_each_task_has_its_metric_and_the_recipe_may_name_another():
    several = AlbertTextClassifier(AlbertBackbone(tiny_config()), 3, multi_label=True)
    value = AlbertTextRegressor(AlbertBackbone(tiny_config()))
    recipe = FineTuningRecipe()
    assert choose_monitor(several, None, recipe).name == "val_micro_f1"
    assert choose_monitor(value, None, recipe).name == "val_pearson"
    assert choose_monitor(small_classifier(), None, recipe).name == "val_accuracy"
    for model, monitor, metrics in (
        (several, "val_loss", ["micro_f1"]),
        (value, "val_rmse", []),
        (small_classifier(), "val_macro_f1", ["macro_f1"]),
        (small_classifier(), "loss", []),
    ):
        found = choose_monitor(model, None, recipe.replace(monitor=monitor))
        assert (found.name, [m.name for m in found.metrics]) == (monitor, metrics)
    message = "monitor is 'val_f1'; the logs hold loss, accuracy, val_loss, val_accuracy"
    with pytest.raises(ConfigError, match=message):
        choose_monitor(small_classifier(), None, recipe.replace(monitor="val_f1"))


@pytest.mark.parametrize("name", ["accuracy", "loss", "macro_f1"])
def test_a_bare_name_means_the_validation_texts(name):
    """Keras calls the training's number so; but that rises with every epoch, and would keep the last."""
    recipe, data = FineTuningRecipe(monitor=name), validation_of([0, 1, 1, 0])
    found = choose_monitor(small_classifier(), data, recipe)
    assert found.name == f"val_{name}"
    assert [m.name for m in found.metrics] == ["macro_f1"] * (name == "macro_f1")
    with pytest.raises(ConfigError, match="monitor is 'f1'; the logs hold loss, accuracy, val_"):
        choose_monitor(small_classifier(), data, recipe.replace(monitor="f1"))


# === Runs ===


class Course(keras.callbacks.Callback):
    """Has the output layer answer, in each epoch, as this table says, before it is validated."""

    def __init__(self, biases):
        super().__init__()
        self.biases = biases

    def on_train_batch_end(self, batch, logs=None):
        kernel, bias = self.model.classifier.weights
        kernel.assign(np.zeros(kernel.shape))
        bias.assign(self.biases[self.model.optimizer.iterations.numpy().item() - 1])


STEPS = FineTuningRecipe(epochs=4, batch_size=24, learning_rate=1e-9, log_every=1)


@without_tracing
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the callback is eager")
def test_a_run_keeps_the_better_epoch_at_the_higher_loss(tmp_path):
    """One batch an epoch; the answers are the same for all texts, right for a third or for two."""
    model = text_model(class_names=["rain", "fine"])
    y = np.array([1, 1, 0] * 8)
    biases = [[0.1, 0.0], [0.0, 9.0], [0.1, 0.0], [0.1, 0.0]]
    result = fine_tune(
        model,
        (TEXTS, y),
        (TEXTS, y),
        recipe=STEPS.replace(early_stopping_patience=1),
        run_dir=tmp_path,
        callbacks=(Course(biases),),
        verbose=0,
    )
    losses = [record["val_loss"] for record in result.history]
    assert losses[1] > losses[0]
    assert (result.monitor, result.best_epoch) == ("val_accuracy", 2)
    assert result.best_value == pytest.approx(2 / 3)
    assert result.kept == "Kept epoch 2 of 3: accuracy 66.7 %."
    assert model.evaluate(TEXTS, y, verbose=0, return_dict=True)["accuracy"] == pytest.approx(2 / 3)
    assert result.notes == [
        "Stopped after epoch 3 of 4: accuracy has not risen since epoch 2 (66.7 %, 33.3 %), and "
        "early_stopping_patience is 1."
    ]
    events = [json.loads(line) for line in result.log.read_text("utf-8").splitlines()]
    assert events[-2]["epoch"] == 3
    assert events[-1] == {
        "event": "early_stop",
        "batch": 3,
        "epoch": 3,
        "epochs": 4,
        "monitor": "val_accuracy",
        "best_epoch": 2,
        "values": pytest.approx([1 / 3, 2 / 3, 1 / 3]),
        "early_stopping_patience": 1,
    }

    # Read again from its checkpoint, the run says the same.
    again = fine_tune(
        text_model(class_names=["rain", "fine"]),
        (TEXTS, y),
        (TEXTS, y),
        recipe=STEPS.replace(early_stopping_patience=1),
        run_dir=tmp_path,
        resume=True,
        verbose=0,
    )
    assert (again.kept, again.best_value) == (result.kept, result.best_value)
    assert again.notes == [f"The run in {tmp_path} was finished already.", *result.notes]


@without_tracing
@pytest.mark.parametrize(
    ("cls", "options", "y", "task", "metric"),
    [
        (AlbertTextClassifier, {}, [0] * 21 + [1] * 3, "classification", "macro_f1"),
        (
            AlbertTextClassifier,
            {"num_classes": 3, "multi_label": True},
            [[1, 0, 1], [0, 0, 0], [1, 1, 0]] * 8,
            "multi_label",
            "micro_f1",
        ),
        (AlbertTextRegressor, {}, np.arange(24.0) / 24, "regression", "pearson"),
    ],
    ids=["macro_f1", "micro_f1", "pearson"],
)
def test_the_number_that_decides_is_that_of_the_whole_validation_set(
    tmp_path, cls, options, y, task, metric
):
    """Validated in batches of 5, and compared with scikit-learn and scipy on all texts at once."""
    model, y = text_model(cls, **options), np.asarray(y)
    recipe = FineTuningRecipe(epochs=2, batch_size=12, eval_batch_size=5, learning_rate=3e-3)
    data = (TEXTS, y.astype("float32") if task != "classification" else y)
    result = fine_tune(model, data, data, recipe=recipe, run_dir=tmp_path, verbose=0)
    assert result.monitor == f"val_{metric}"
    outputs = model.predict(TEXTS, verbose=0)
    if task == "classification":
        scores = keras.ops.convert_to_numpy(keras.ops.softmax(outputs))
    elif task == "multi_label":
        scores = keras.ops.convert_to_numpy(keras.ops.sigmoid(outputs))
    else:
        scores = outputs[:, 0]
    expected = evaluate_scores(task, y, scores)[metric]
    assert result.best_value == pytest.approx(expected, abs=1e-5)
    assert result.best_value == max(
        r[f"val_{metric}"] for r in result.history if f"val_{metric}" in r
    )


@without_tracing
def test_equal_answers_have_no_correlation_and_a_best_epoch_all_the_same(tmp_path):
    model = text_model(AlbertTextRegressor)
    data = (TEXTS, np.full(len(TEXTS), 0.5, "float32"))
    result = fine_tune(
        model, data, data, recipe=STEPS.replace(epochs=2), run_dir=tmp_path, verbose=0
    )
    assert result.best_epoch in (1, 2)
    assert result.best_checkpoint.is_file()
    assert "is not defined in any" in result.kept


@without_tracing
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="one backend shows it")
def test_a_run_that_the_loss_began_goes_on_with_the_loss(tmp_path):
    """As an earlier release left it: another monitor, and neither its loss nor its values."""

    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError

    data = small_batches(), small_batches(9, 8, "by_length")
    with pytest.raises(RuntimeError):
        fine_tune(
            small_classifier(),
            *data,
            recipe=RECIPE,
            run_dir=tmp_path,
            callbacks=(Stop(),),
            verbose=0,
        )
    store = CheckpointStore(tmp_path / "checkpoints")
    path, arrays, state, _ = store.load_latest()
    loss = state["best"]["loss"]
    state["best"] = {"monitor": "val_loss", "epoch": 1, "value": loss, "waited": 0}
    store.save("checkpoint", int(path.stem.split("-")[1]), arrays, state)
    result = fine_tune(
        small_classifier(), *data, recipe=RECIPE, run_dir=tmp_path, resume=True, verbose=0
    )
    losses = [record["val_loss"] for record in result.history if "val_loss" in record]
    assert (result.monitor, result.best_value) == ("val_loss", min(losses))
    assert result.best_epoch == 1 + int(np.argmin(losses))
    assert "begun with val_loss deciding" in result.notes[1]
